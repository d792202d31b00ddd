"""New accounts that act as suspended ones did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from lockstep.arguments import parse_time
from lockstep.distinct import distinct
from lockstep.edge_tables import ends_of
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.network import propagate
from lockstep.store import Store
from lockstep.sweep.run import Run

__all__ = ["returners"]

_HOURS = 168  # of a week
_RHYTHM_WEIGHT = 0.2  # many strangers keep the same hours: it breaks ties, and no more
_BATCH = 2_000
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def returners(
    run: Run,
    suspended: Sequence[str],
    *,
    since: str | int,
    store: Store | None = None,
    max_object_actions: int = 1_000,
) -> pa.Table:
    """Rank accounts that are new since a takedown by how much they act as suspended ones did.

    Parameters
    ----------
    run : Run
        A sweep over the time before and after.
    suspended : sequence of str
        Ids of suspended accounts, as the store names them; unknown ones are passed over.
    since : str or int
        ISO 8601 or UTC seconds: an account whose first action of all is then or later is new.
    store : Store, optional
        The run's store; opened from where the run says it is, if not given.
    max_object_actions : int
        Objects with more actions tell nobody apart and are passed over. At least 2.

    Returns
    -------
    pyarrow.Table
        New accounts with any likeness, the most alike first: `rank`, `account_id`, `score` (0 to
        1), `first_s`, `closeness` (personalised PageRank from the suspended over the run's pairs,
        over the largest of a new account), `similarity` (cosine of what both acted on, whenever,
        and of whom they acted upon, each by its rarity; with the suspended account most alike),
        `most_like` (that account), `shared` (objects and targets both have), `rhythm` (cosine of
        their hours of the week).

    Raises
    ------
    ValueError
        Where no suspended account is known, or an option is out of range.

    Notes
    -----
    score = 1 - (1 - closeness) (1 - similarity) (1 - 0.2 rhythm) where there is closeness or
    similarity: either is enough. O(actions + pairs of new and suspended accounts that share
    anything). A likeness is no proof that the same people are back: look at what they share.
    """
    if max_object_actions < 2:
        raise ValueError(f"max_object_actions is {max_object_actions}; give 2 or more")
    opened = Store(run.summary["store"]) if store is None else store
    since_s = parse_time(since, 0)
    actions = _actions_of(opened)
    old = {opened.core.find_id("account", str(account)) for account in suspended}
    known = np.array(sorted(account for account in old if account is not None), dtype=np.int64)
    if not len(known):
        raise ValueError(f"none of the {len(suspended)} suspended accounts is in {opened.path}")
    first_s = _first_times(actions)
    new = np.flatnonzero((first_s >= since_s) & (first_s < LATEST_S))
    new = np.setdiff1d(new, known)
    closeness = _closeness(run, opened, known, new)
    likeness = _likeness(actions, new, known, max_object_actions)
    rhythm = _rhythm(actions, new, known[likeness.most_like])
    evident = (closeness > 0) | (likeness.similarity > 0)
    score = 1 - (1 - closeness) * (1 - likeness.similarity) * (1 - _RHYTHM_WEIGHT * rhythm)
    order = np.lexsort((new, -score))
    order = order[evident[order]]
    alike = likeness.similarity[order] > 0
    names = opened.names("account", known[likeness.most_like[order]].astype(np.uint32))
    return pa.table(
        {
            "rank": np.arange(1, len(order) + 1),
            "account_id": opened.names("account", new[order].astype(np.uint32)),
            "score": score[order],
            "first_s": first_s[new[order]],
            "closeness": closeness[order],
            "similarity": likeness.similarity[order],
            "most_like": pc.if_else(pa.array(alike), names, None),
            "shared": likeness.shared[order],
            "rhythm": rhythm[order],
        }
    )


@dataclass
class _Actions:
    """Actions of all kinds: who, on what (a number of its own for each kind and target), when."""

    account: I64
    thing: I64
    time_s: I64
    accounts: int
    things: int


def _actions_of(store: Store) -> _Actions:
    parts: list[tuple[I64, I64, I64]] = []
    accounts, things = 0, 0
    for kind in store.kinds:
        log, _ = store.core.scan(kind, from_s=EARLIEST_S, to_s=LATEST_S)
        run = np.repeat(np.arange(log.object_count), np.diff(log.offsets).astype(np.int64))
        parts.append((log.accounts.astype(np.int64), run + things, log.times))
        accounts, things = log.account_count, things + log.object_count
        graph = store.graph(kind)
        if len(graph.targets):
            source = np.repeat(np.arange(accounts), np.diff(graph.offsets).astype(np.int64))
            never = np.full(len(source), LATEST_S)  # a target is no action of its own
            parts.append((source, graph.targets.astype(np.int64) + things, never))
            things += accounts
    joined = [np.concatenate([part[i] for part in parts]) for i in range(3)]
    return _Actions(joined[0], joined[1], joined[2], accounts, things)


def _first_times(actions: _Actions) -> I64:
    first = np.full(actions.accounts, LATEST_S, dtype=np.int64)
    np.minimum.at(first, actions.account, actions.time_s)
    return first


def _closeness(run: Run, store: Store, known: I64, new: I64) -> F64:
    """Personalised PageRank of new accounts from the suspended, over the largest of them."""
    pairs = run.pairs
    ends = ends_of(pairs)
    names = store.names("account", known.astype(np.uint32)).to_pylist()
    seeds = [name for name in names if name in ends]
    if not seeds or not len(new):
        return np.zeros(len(new))
    scores = propagate(pairs, seeds=seeds)
    by_name = dict(zip(scores["vertex"].to_pylist(), scores["score"].to_pylist(), strict=True))
    own = store.names("account", new.astype(np.uint32)).to_pylist()
    found = np.array([by_name.get(name, 0.0) for name in own])
    return found / max(found.max(initial=0.0), 1e-300)


@dataclass
class _Likeness:
    """Of each new account: with the suspended one most alike."""

    similarity: F64
    most_like: I64  # place among the suspended
    shared: I64


def _likeness(actions: _Actions, new: I64, known: I64, most: int) -> _Likeness:
    popularity = np.bincount(actions.thing, minlength=actions.things)
    telling = (popularity > 1) & (popularity <= most)
    rarity = np.where(telling, np.log(actions.accounts / np.maximum(popularity, 1)), 0.0)
    rarity = np.maximum(rarity, 0.0)

    def matrix(chosen: I64) -> csr_array:
        place = np.full(actions.accounts, -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        rows = np.flatnonzero((place[actions.account] >= 0) & telling[actions.thing])
        key = distinct(place[actions.account[rows]] * actions.things + actions.thing[rows])
        row, thing = key // actions.things, key % actions.things
        shape = (len(chosen), actions.things)
        return csr_array((rarity[thing], (row, thing)), shape=shape)

    ours, theirs = matrix(new), matrix(known)
    norms = [np.sqrt(m.multiply(m).sum(axis=1)) for m in (ours, theirs)]
    similarity, most_like = np.zeros(len(new)), np.zeros(len(new), dtype=np.int64)
    shared = np.zeros(len(new), dtype=np.int64)
    flags = [(m > 0).astype(np.int64) for m in (ours, theirs)]
    for begin in range(0, len(new), _BATCH):
        rows = slice(begin, begin + _BATCH)
        product = csr_array(ours[rows] @ theirs.T).toarray()
        scale = np.outer(norms[0][rows], norms[1])
        cosine = np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)
        best = cosine.argmax(axis=1)
        similarity[rows] = cosine[np.arange(len(best)), best]
        most_like[rows] = best
        both = flags[0][rows].multiply(flags[1][best])
        shared[rows] = np.asarray(both.sum(axis=1)).ravel()
    return _Likeness(np.minimum(similarity, 1.0), most_like, shared)


def _rhythm(actions: _Actions, new: I64, alike: I64) -> F64:
    """Cosine of the hours of the week of each new account and the suspended one beside it."""
    timed = actions.time_s < LATEST_S
    hour = actions.time_s[timed] // 3600 % _HOURS
    account = actions.account[timed]

    def hours(chosen: I64) -> F64:
        distinct, back = np.unique(chosen, return_inverse=True)
        place = np.full(actions.accounts, -1, dtype=np.int64)
        place[distinct] = np.arange(len(distinct))
        rows = place[account] >= 0
        key = place[account[rows]] * _HOURS + hour[rows]
        counts = np.bincount(key, minlength=len(distinct) * _HOURS).reshape(-1, _HOURS)
        # An hour before and after count half: few actions say little of the very hour.
        smooth = counts + 0.5 * (np.roll(counts, 1, axis=1) + np.roll(counts, -1, axis=1))
        norm = np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-300)
        return (smooth / norm)[back]

    if not len(new):
        return np.zeros(0)
    return np.clip((hours(new) * hours(alike)).sum(axis=1), 0.0, 1.0)
