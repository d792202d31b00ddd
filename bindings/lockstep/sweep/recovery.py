"""What comes back after waves of suspensions: activity on their objects, accounts, clusters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep.moments import DAY_S, EARLIEST_S
from lockstep.store import Store
from lockstep.sweep.clusters import Coordination, cluster_name, cluster_number
from lockstep.sweep.evolution import Evolution
from lockstep.sweep.waves import Past, Waves

__all__ = ["recovery_summary", "watch_recovery"]

_FEWEST = 2  # members that an object, or objects that a cluster, must have to be of a wave
_SHARE = 0.5  # of a returned cluster's former members that must be of the wave
I64 = npt.NDArray[np.int64]


@dataclass
class _Counts:
    """By wave, over all kinds."""

    objects: I64
    before: I64  # actions on the objects, of anybody
    by_members: I64  # after
    by_others: I64
    by_new: I64
    reach: dict[str, list[I64]] = field(default_factory=lambda: {"before": [], "after": []})
    newcomers: list[I64] = field(default_factory=list)
    active: list[I64] = field(default_factory=list)  # keys of wave and account, as in `reach`
    meetings: list[I64] = field(default_factory=list)  # of wave and cluster, one an object


def watch_recovery(
    store: Store,
    past: Past,
    kinds: list[str],
    coordination: Coordination,
    followed: Evolution,
) -> list[dict[str, Any]]:
    """One row a wave of the ledger; see the recovery table. Reads the whole log.

    The objects of a wave are those on which two of its accounts or more acted before its first
    suspension, and took more than half of all actions until then: one wave an object at most.
    """
    waves = past.waves
    none = np.zeros(len(waves), dtype=np.int64)
    counts = _Counts(none, none, none, none, none)
    cluster = np.full(len(past.first_s), -1, dtype=np.int64)
    cluster[coordination.accounts] = coordination.cluster
    for kind in kinds:
        _count(store, kind, past, cluster, counts)
    back = _clusters_again(counts, cluster, len(waves))
    for wave, names in enumerate(_returned(store, past, coordination, followed)):
        back[wave] |= names
    return _rows(store, past, counts, back)


def recovery_summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """For run.json and alarms: how many waves, the most recovered share, accounts that act."""
    shares = [row["recovered"] for row in rows if row["recovered"] is not None]
    return {
        "waves": len(rows),
        "most_recovered": max(shares, default=None),
        "active_again": sum(row["active"] for row in rows),
        "clusters": len({name for row in rows for name in row["clusters"]}),
    }


def _count(store: Store, kind: str, past: Past, cluster: I64, counts: _Counts) -> None:
    """Adds one kind to the counts."""
    waves = past.waves
    scanned, _ = store.core.scan(kind, from_s=EARLIEST_S, to_s=past.to_s)
    account = scanned.accounts.astype(np.int64)
    time_s = scanned.times
    run = np.repeat(np.arange(scanned.object_count), np.diff(scanned.offsets).astype(np.int64))
    owner = _owners(run, account, time_s, scanned.object_count, waves)
    n, w = max(len(past.first_s), 1), len(waves)
    again = np.flatnonzero(time_s >= waves.since_s[account])
    counts.active.append(np.unique(waves.of_account[account[again]] * n + account[again]))
    rows = np.flatnonzero(owner[run] >= 0)
    wave, who, when = owner[run[rows]], account[rows], time_s[rows]
    member = waves.of_account[who] == wave
    new = ~member & (past.first_s[who] >= waves.last_s[wave])
    after = when >= waves.last_s[wave]
    span = np.minimum(past.end_s - waves.last_s, waves.first_s - past.start_s)
    before = (when < waves.first_s[wave]) & (when >= (waves.first_s - span)[wave])
    counts.objects = counts.objects + np.bincount(owner[owner >= 0], minlength=w)
    counts.before = counts.before + np.bincount(wave[before], minlength=w)
    counts.by_members = counts.by_members + np.bincount(wave[after & member], minlength=w)
    counts.by_new = counts.by_new + np.bincount(wave[after & new], minlength=w)
    others = after & ~member & ~new
    counts.by_others = counts.by_others + np.bincount(wave[others], minlength=w)
    key = wave * n + who
    counts.reach["before"].append(np.unique(key[before & ~member]))
    counts.reach["after"].append(np.unique(key[after & ~member]))
    counts.newcomers.append(np.unique(key[after & new]))
    counts.meetings.append(_meetings(wave[after], run[rows[after]], who[after], cluster))


def _owners(run: I64, account: I64, time_s: I64, runs: int, waves: Waves) -> I64:
    """The wave whose objects each object is of, or -1."""
    wave = waves.of_account[account]
    rows = np.flatnonzero((wave >= 0) & (time_s < waves.first_s[wave]))
    w = len(waves)
    key, actions = np.unique(run[rows] * w + wave[rows], return_counts=True)
    pairs = np.unique(np.stack([run[rows] * w + wave[rows], account[rows]]), axis=1)[0]
    members = np.unique(pairs, return_counts=True)[1]
    most = np.lexsort((key, -actions))  # the wave with most actions on each object comes first
    first = most[np.unique(key[most] // w, return_index=True)[1]]
    owner = np.full(runs, -1, dtype=np.int64)
    owner[key[first] // w] = key[first] % w
    own, ours = np.zeros(runs, dtype=np.int64), np.zeros(runs, dtype=np.int64)
    own[key[first] // w], ours[key[first] // w] = actions[first], members[first]
    known = owner[run] >= 0
    early = known & (time_s < waves.first_s[owner[run]])
    total = np.bincount(run[early], minlength=runs)
    owner[(2 * own <= total) | (ours < _FEWEST)] = -1
    return owner


def _clusters_again(counts: _Counts, cluster: I64, waves: int) -> list[set[str]]:
    """Clusters of which two suspended accounts act, or two accounts on the same two objects."""
    n, many = len(cluster), int(cluster.max(initial=0)) + 1
    active = np.unique(np.concatenate(counts.active))
    own = active[cluster[active % n] >= 0]
    acting, accounts = np.unique(own // n * many + cluster[own % n], return_counts=True)
    meeting, objects = np.unique(np.concatenate(counts.meetings), return_counts=True)
    keys = np.concatenate([acting[accounts >= _FEWEST], meeting[objects >= _FEWEST]])
    found: list[set[str]] = [set() for _ in range(waves)]
    for key in keys.tolist():
        found[key // many].add(cluster_name(key % many))
    return found


def _meetings(wave: I64, run: I64, who: I64, cluster: I64) -> I64:
    """Keys of wave and cluster, one for each object on which two accounts of it acted."""
    many = int(cluster.max(initial=0)) + 1
    inside = cluster[who] >= 0
    rows = np.stack([wave, cluster[who], run, who])[:, inside]
    same, accounts = np.unique(np.unique(rows, axis=1)[:3], axis=1, return_counts=True)
    return same[0, accounts >= _FEWEST] * many + same[1, accounts >= _FEWEST]


def _returned(
    store: Store, past: Past, coordination: Coordination, followed: Evolution
) -> list[set[str]]:
    """Clusters that returned, and whose former members are by half of a wave."""
    waves, suspensions = past.waves, past.suspensions
    found: list[set[str]] = [set() for _ in range(len(waves))]
    for row in followed.rows:
        if row["change"] != "returned":
            continue
        now = coordination.accounts[coordination.cluster == cluster_number(row["cluster_id"])]
        members = set(store.names("account", now).to_pylist())
        former = (members - set(row["joined"])) | set(row["left"])
        homes = Counter(suspensions[name][0] for name in former if name in suspensions)
        for wave, name in enumerate(waves.names):
            if homes[name] and homes[name] >= _SHARE * len(former):
                found[wave].add(row["cluster_id"])
    return found


def _rows(store: Store, past: Past, counts: _Counts, back: list[set[str]]) -> list[dict[str, Any]]:
    waves = past.waves
    n, w = max(len(past.first_s), 1), len(waves)
    reach = {side: _per_wave(parts, n, w) for side, parts in counts.reach.items()}
    newcomers, active = _per_wave(counts.newcomers, n, w), np.unique(np.concatenate(counts.active))
    seen = np.bincount(waves.of_account[waves.of_account >= 0], minlength=w)
    rows = []
    for wave, name in enumerate(waves.names):
        watched = max(past.end_s - int(waves.last_s[wave]), 0)
        span = min(watched, max(int(waves.first_s[wave]) - past.start_s, 0))
        by = {who: int(getattr(counts, f"by_{who}")[wave]) for who in ("members", "others", "new")}
        after = sum(by.values())
        rate_before = _rate(int(counts.before[wave]), span)
        rate_after = _rate(after, watched)
        own = active[active // n == wave] % n
        rows.append(
            {
                "wave": name,
                "suspended": int(waves.suspended[wave]),
                "seen": int(seen[wave]),
                "first_s": int(waves.first_s[wave]),
                "last_s": int(waves.last_s[wave]),
                "watched_s": watched,
                "objects": int(counts.objects[wave]),
                "before_per_day": rate_before,
                "after_per_day": rate_after,
                "recovered": _ratio(rate_after, rate_before),
                **{f"by_{who}": count / after if after else None for who, count in by.items()},
                "reach_before": int(reach["before"][wave]),
                "reach_after": int(reach["after"][wave]),
                "newcomers": int(newcomers[wave]),
                "active": len(own),
                "active_accounts": sorted(
                    store.names("account", own.astype(np.uint32)).to_pylist()
                ),
                "clusters": sorted(back[wave]),
            }
        )
    return rows


def _per_wave(keys: list[I64], accounts: int, waves: int) -> I64:
    """Distinct accounts of each wave, of keys of wave and account."""
    return np.bincount(np.unique(np.concatenate(keys)) // accounts, minlength=waves)


def _rate(count: int, seconds: int) -> float | None:
    return count * DAY_S / seconds if seconds else None


def _ratio(after: float | None, before: float | None) -> float | None:
    return after / before if after is not None and before else None
