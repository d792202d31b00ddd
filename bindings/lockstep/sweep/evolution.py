"""What became of the clusters of an earlier run: born, grown, merged, gone, returned."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lockstep.sweep.clusters import cluster_name

if TYPE_CHECKING:
    from lockstep.store import Store
    from lockstep.sweep.clusters import Coordination
    from lockstep.sweep.run import Run

__all__ = [
    "CHANGES",
    "Evolution",
    "Known",
    "compare_runs",
    "follow",
    "follow_clusters",
    "known_of",
]

CHANGES = (
    "born", "returned", "grown", "shrunk", "changed", "merged", "split", "same", "gone", "absent",
)  # fmt: skip
LONGEST_ABSENCE = 90  # runs, after which a cluster that was gone is forgotten
_SHARE = 0.5  # of a cluster's members that must be found in another

Members = dict[str, set[str]]


@dataclass
class Known:
    """The clusters that an earlier run knew of, by their lasting names."""

    run_id: str | None = None
    members: Members = field(default_factory=dict)  # of those it had, by cluster_id
    lasting: dict[str, str] = field(default_factory=dict)  # lasting_id by cluster_id
    absent: dict[str, tuple[set[str], int]] = field(default_factory=dict)  # last members, since
    named: int = 0  # lasting names given so far


@dataclass
class Evolution:
    """Rows of the evolution table, and the lasting name of each cluster now."""

    rows: list[dict[str, Any]]
    lasting: dict[str, str]

    named: int = 0  # lasting names given so far

    def summary(self, previous: Run | None) -> dict[str, Any]:
        """For run.json: clusters by change, in order of interest; without those long absent."""
        found = Counter(row["change"] for row in self.rows)
        return {
            "previous": None if previous is None else previous.id,
            "changes": {change: found[change] for change in CHANGES[:-1] if found[change]},
            "lasting_names": self.named,
        }


def known_of(run: Run) -> Known:
    """What a run knew, from its tables."""
    members = _members_of(run)
    rows = run.evolution.to_pylist()
    lasting = {row["cluster_id"]: row["lasting_id"] for row in rows if row["cluster_id"]}
    if not lasting:  # a run that was compared with none names its clusters now
        lasting = {name: f"K-{n:06d}" for n, name in enumerate(sorted(members), start=1)}
    absent = {
        row["lasting_id"]: (set(row["left"]), row["absent_runs"])
        for row in rows
        if row["cluster_id"] is None and row["change"] in ("gone", "absent")
    }
    named = max([_number(name) for name in (*lasting.values(), *absent)], default=0)
    return Known(run.id, members, lasting, absent, max(named, run.summary["lasting_names"]))


def follow(known: Known, members: Members) -> Evolution:
    """What became of known clusters in `members`.

    A cluster keeps the lasting name of the earlier one that it is most like (Jaccard index), if
    the two share half of the smaller. It merged where it holds half of two earlier ones or more,
    and split where the earlier one has half of two of today's or more. One that is like none gets
    the name of an absent one that it is like (it returned), or a new one (it was born).
    """
    shared = _shared(known.members, members)
    match = _matched(known.members, members, shared)
    parents = {
        cluster: [p for p, count in row.items() if count >= _SHARE * len(known.members[p])]
        for cluster, row in shared.items()
    }
    origin = {
        cluster: max(row, key=lambda p: (row[p], p))
        for cluster, row in shared.items()
        if row and max(row.values()) >= _SHARE * len(members[cluster])
    }
    parts = Counter(origin.values())
    found, lasting, named = [], {}, known.named
    back: set[str] = set()
    for cluster in sorted(members):
        now, earlier = members[cluster], match.get(cluster)
        others = [p for p in sorted(parents[cluster]) if p != earlier]
        before = known.members[earlier] if earlier is not None else set()
        if earlier is not None:
            lasting[cluster] = known.lasting[earlier]
            change = "merged" if others else _change(before, now)
            if not others and parts[earlier] > 1 and origin.get(cluster) == earlier:
                change = "split"
        elif cluster in origin:
            change, others = "split", [origin[cluster]]
        else:
            name, before = _absent_like(known, now, back)
            change = "born" if name is None else "returned"
            if name is not None:
                lasting[cluster] = name
                back.add(name)
        if cluster not in lasting:
            named += 1
            lasting[cluster] = f"K-{named:06d}"
        found.append((cluster, earlier, change, before, now, [known.lasting[p] for p in others]))
    rows = [_row(lasting[entry[0]], *entry) for entry in found]
    for earlier in sorted(set(known.members) - set(match.values())):
        before = known.members[earlier]
        into = [lasting[c] for c in sorted(members) if earlier in parents[c]]
        change = "merged" if into else "gone"
        rows.append(_row(known.lasting[earlier], None, earlier, change, before, set(), into))
    for name, (before, runs) in sorted(known.absent.items()):
        if name not in back and runs < LONGEST_ABSENCE:
            row = _row(name, None, None, "absent", before, set(), [])
            rows.append({**row, "absent_runs": runs + 1})
    return Evolution(rows, lasting, named)


def follow_clusters(store: Store, coordination: Coordination, previous: Run | None) -> Evolution:
    """What became of the clusters of a previous run; nothing where there is none."""
    if previous is None:
        return Evolution([], {})
    inside = np.flatnonzero(coordination.cluster >= 0)
    names = store.names("account", coordination.accounts[inside]).to_pylist()
    members: Members = defaultdict(set)
    for name, cluster in zip(names, coordination.cluster[inside].tolist(), strict=True):
        members[cluster_name(cluster)].add(name)
    return follow(known_of(previous), dict(members))


def compare_runs(earlier: Run, later: Run) -> list[dict[str, Any]]:
    """The rows of `follow` for any two runs, whatever they were compared with when made."""
    return follow(known_of(earlier), _members_of(later)).rows


def _members_of(run: Run) -> Members:
    members: Members = defaultdict(set)
    for row in run.members.select(["cluster_id", "account_id"]).to_pylist():
        members[row["cluster_id"]].add(row["account_id"])
    return dict(members)


def _shared(before: Members, now: Members) -> dict[str, Counter[str]]:
    """For each cluster now: how many members it shares with each earlier one."""
    homes: dict[str, list[str]] = defaultdict(list)
    for earlier, own in before.items():
        for account in own:
            homes[account].append(earlier)
    return {
        cluster: Counter(p for account in own for p in homes.get(account, []))
        for cluster, own in now.items()
    }


def _matched(before: Members, now: Members, shared: dict[str, Counter[str]]) -> dict[str, str]:
    """The earlier cluster whose name each one keeps: one to one, the most alike first."""
    likeness = sorted(
        (-count / (len(before[p]) + len(now[c]) - count), c, p)
        for c, row in shared.items()
        for p, count in row.items()
        if count >= _SHARE * min(len(before[p]), len(now[c]))
    )
    match: dict[str, str] = {}
    taken: set[str] = set()
    for _, cluster, earlier in likeness:
        if cluster not in match and earlier not in taken:
            match[cluster] = earlier
            taken.add(earlier)
    return match


def _absent_like(known: Known, now: set[str], taken: set[str]) -> tuple[str | None, set[str]]:
    """The absent cluster of which half is here again, the most alike; or none."""
    best: tuple[float, str] | None = None
    for name, (last, _) in known.absent.items():
        count = len(last & now)
        if name not in taken and count and count >= _SHARE * min(len(last), len(now)):
            found = (-count / len(last | now), name)
            best = found if best is None else min(best, found)
    return (None, set()) if best is None else (best[1], known.absent[best[1]][0])


def _change(before: set[str], now: set[str]) -> str:
    if before == now:
        return "same"
    if len(now) == len(before):
        return "changed"
    return "grown" if len(now) > len(before) else "shrunk"


def _row(
    name: str,
    cluster: str | None,
    earlier: str | None,
    change: str,
    before: set[str],
    now: set[str],
    others: list[str],
) -> dict[str, Any]:
    return {
        "lasting_id": name,
        "cluster_id": cluster,
        "previous_cluster_id": earlier,
        "change": change,
        "members": len(now),
        "members_before": len(before),
        "joined": sorted(now - before),
        "left": sorted(before - now),
        "others": others,
        "absent_runs": 0,
    }


def _number(name: str) -> int:
    return int(name.removeprefix("K-"))
