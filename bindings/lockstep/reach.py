"""Whom accounts reach, and how much of it would be left if some were taken away."""

from __future__ import annotations

import functools
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.edge_tables import ends_of
from lockstep.store import Store
from lockstep.sweep.run import Run
from lockstep.takedown import takedown_curve

__all__ = ["TakedownEffect", "takedown_effect"]

_MARGIN = 0.01  # of the whole reach: an account that adds less is past the point of return
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TakedownEffect:
    """What taking accounts away would change: counts of ties and audience, and no more."""

    strategies: pa.Table  # one row a strategy: what is left after as many accounts went
    order: pa.Table  # accounts by how much audience each adds to those before it
    enough: int  # accounts of `order` after which another adds less than 1% of the audience

    def __repr__(self) -> str:
        chosen = self.strategies.to_pylist()[0]
        return (
            f"<lockstep.TakedownEffect: without {chosen['removed']:,} accounts "
            f"{chosen['weight_left']:.0%} of the weight of pairs and {chosen['reach_left']:.0%} of "
            f"the audience are left; {self.enough:,} accounts have most of the audience>"
        )


def takedown_effect(
    run: Run,
    accounts: Sequence[str],
    *,
    among: Sequence[str] | None = None,
    kind: str | None = None,
    store: Store | None = None,
    draws: int = 50,
    seed: int = 0,
) -> TakedownEffect:
    """Compare taking some accounts away with taking as many others.

    Parameters
    ----------
    run : Run
        A finished sweep.
    accounts : sequence of str
        Those to be taken away.
    among : sequence of str, optional
        Whose ties and audience are measured, `accounts` included: a cluster, say. All with an edge
        where not given.
    kind : str, optional
        Kind of action whose targets have an audience: retweet, follow. All kinds where not given.
    store : Store, optional
        The run's store; opened from where the run says it is, if not given.
    draws : int
        Random choices of as many accounts, whose mean is taken. At least 1.
    seed : int
        Of those choices.

    Returns
    -------
    TakedownEffect
        `strategies` has a row for `chosen` (the accounts given), `strength` (as many, at each step
        the one with most weight of pairs left), `audience` (as many, by `order`) and `random`
        (their mean): `removed`, `pairs_left`, `weight_left`, `largest_component` and `reach_left`,
        shares of what there is, 0 to 1. `order` has `account_id`, `audience` (accounts that acted
        upon it), `added` (those that acted upon none before it) and `reach` (share of all).

    Raises
    ------
    ValueError
        On an account that has no edge, or is not in `among`, or an option out of range.

    Notes
    -----
    The audience of an account is who acted upon it, the accounts of `among` left out. The order is
    the greedy one, lazily evaluated: within 1 - 1/e of the best of each length (Nemhauser, Wolsey
    and Fisher 1978). Whom a takedown would hit wrongly, and who would come back, it cannot say.
    """
    if draws < 1:
        raise ValueError(f"draws is {draws}; give 1 or more")
    pairs = run.pairs
    pool = sorted(ends_of(pairs)) if among is None else [str(account) for account in among]
    gone = [str(account) for account in accounts]
    measured = set(pool)
    for account in gone:
        if account not in measured:
            raise ValueError(f"account {account!r} is not among those that are measured")
    inside = pairs.filter(_both_in(pairs, measured))
    tied = ends_of(inside)
    for account in gone:
        if account not in tied:
            raise ValueError(f"account {account!r} has no edge among those that are measured")
    opened = Store(run.summary["store"]) if store is None else store
    audience = _audiences(opened, pool, kind)
    order = _greedy(audience)
    left = functools.partial(_left, inside, audience, _reach(audience), pool)
    random = np.random.default_rng(seed)
    strength = takedown_curve(inside)["account_id"].to_pylist()[1 : len(gone) + 1]
    first = [pool[place] for place, _ in order if pool[place] in tied][: len(gone)]
    rows = [
        {"strategy": name, **left(chosen)}
        for name, chosen in (("chosen", gone), ("strength", strength), ("audience", first))
    ]
    choices = sorted(tied)
    drawn = [left(random.choice(choices, len(gone), replace=False).tolist()) for _ in range(draws)]
    mean = {name: float(np.mean([row[name] for row in drawn])) for name in drawn[0]}
    rows.append({"strategy": "random", **mean, "removed": len(gone)})
    table, enough = _as_order(order, audience, pool)
    return TakedownEffect(pa.Table.from_pylist(rows), table, enough)


def _both_in(pairs: pa.Table, known: set[str]) -> pa.Array:
    ends = zip(pairs["source"].to_pylist(), pairs["target"].to_pylist(), strict=True)
    return pa.array([a in known and b in known for a, b in ends], pa.bool_())


def _audiences(store: Store, pool: list[str], kind: str | None) -> list[I64]:
    """Dense ids of who acted upon each account of the pool, without the pool itself."""
    ids = [store.core.find_id("account", account) for account in pool]
    own = np.array(sorted({number for number in ids if number is not None}), dtype=np.int64)
    kinds = store.kinds if kind is None else [kind]
    graphs = [store.graph(name) for name in kinds]
    found = []
    for number in ids:
        parts = [np.empty(0, dtype=np.int64)]
        for graph in graphs:
            if number is not None and number + 1 < len(graph.in_offsets):
                begin, end = graph.in_offsets[number : number + 2].astype(np.int64)
                parts.append(graph.in_targets[begin:end].astype(np.int64))
        distinct = np.unique(np.concatenate(parts))
        found.append(distinct[~np.isin(distinct, own)])
    return found


def _greedy(audience: list[I64]) -> list[tuple[int, int]]:
    """(place, added) by what each adds to those before; lazily, for what is added only falls."""
    reached: set[int] = set()
    heap = [(-len(own), place, 0) for place, own in enumerate(audience)]
    heapq.heapify(heap)
    order: list[tuple[int, int]] = []
    while heap:
        negative, place, when = heapq.heappop(heap)
        if when < len(order):  # what it adds may have fallen since
            fresh = sum(account not in reached for account in audience[place].tolist())
            heapq.heappush(heap, (-fresh, place, len(order)))
            continue
        order.append((place, -negative))
        reached.update(audience[place].tolist())
    return order


def _left(
    pairs: pa.Table, audience: list[I64], whole: int, pool: list[str], gone: list[str]
) -> dict[str, Any]:
    """What is left without some accounts, of a `whole` reach."""
    last = takedown_curve(pairs, gone).slice(len(gone), 1).to_pylist()[0]
    away = set(gone)
    rest = _reach([own for account, own in zip(pool, audience, strict=True) if account not in away])
    names = ("removed", "pairs_left", "weight_left", "largest_component")
    return {**{name: last[name] for name in names}, "reach_left": rest / whole if whole else 1.0}


def _reach(audience: list[I64]) -> int:
    return len(np.unique(np.concatenate([np.empty(0, np.int64), *audience])))


def _as_order(
    order: list[tuple[int, int]], audience: list[I64], pool: list[str]
) -> tuple[pa.Table, int]:
    added = np.array([fresh for _, fresh in order], dtype=np.int64)
    whole = max(int(added.sum()), 1)
    table = pa.table(
        {
            "account_id": [pool[place] for place, _ in order],
            "audience": np.array([len(audience[place]) for place, _ in order], dtype=np.int64),
            "added": added,
            "reach": np.cumsum(added) / whole,
        }
    )
    return table, int((added >= _MARGIN * whole).sum())
