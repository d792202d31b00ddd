"""Whom accounts reach, and how much of it would be left if some were taken away."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.cascades import Cascades
from lockstep.edge_tables import ends_of
from lockstep.store import Store
from lockstep.sweep.run import Run
from lockstep.takedown import takedown_curve

__all__ = ["TakedownEffect", "takedown_effect"]

_MARGIN = 0.01  # of the whole reach: an account that adds less is past the point of return
_LEFT = ("pairs_left", "weight_left", "largest_component", "reach_left", "cascade_left")
I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class TakedownEffect:
    """What taking accounts away would change: counts of ties and audience, and no more."""

    strategies: pa.Table  # one row a strategy: what is left after as many accounts went
    order: pa.Table  # accounts by how much audience each adds to those before it
    enough: int  # accounts of `order` after which another adds less than 1% of the audience
    before: dict[str, int]  # accounts there are: audience, cascade_audience, largest_component
    curve: pa.Table  # what is left after each of the accounts given, in their order

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the curve; a matplotlib figure, written to `path` too where given."""
        from lockstep.plots import draw_takedown

        return draw_takedown("ties and audience left", self.curve, path)

    def __repr__(self) -> str:
        chosen = self.strategies.to_pylist()[0]
        return (
            f"<lockstep.TakedownEffect: without {chosen['removed']:,} accounts "
            f"{chosen['weight_left']:.0%} of the weight of pairs, {chosen['reach_left']:.0%} of "
            f"the audience and {chosen['cascade_left']:.0%} of that of cascades are left; "
            f"{self.enough:,} accounts have most of the audience>"
        )


def takedown_effect(
    run: Run,
    accounts: Sequence[str],
    *,
    among: Sequence[str] | None = None,
    kind: str | None = None,
    horizon_s: int = _core.CASCADE_HORIZON_S,
    by: str = "followers",
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
        Kind of action whose targets have an audience and whose objects have cascades: retweet,
        follow. All kinds where not given.
    horizon_s : int
        An action follows those on the same object that came at most so many seconds before it.
    by : {"followers", "cascades"}
        Whose audience orders the accounts: who acted upon them, or that of their cascades.
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
        (their mean): `removed`, `pairs_left`, `weight_left`, `largest_component`, `reach_left` and
        `cascade_left`, shares of what there is, 0 to 1. `order` has `account_id`, `audience`
        (accounts that it has, by `by`), `added` (those that none before it has) and `reach` (share
        of all), and `enough` how many of it are worth taking: from there on another adds less than
        1% of the audience. `before` counts what there is, in accounts; `curve` has the shares after
        each of the accounts given, with `account_id`.

    Raises
    ------
    ValueError
        On an account that has no edge, or is not in `among`, or an option out of range.

    Notes
    -----
    The audience of an account is who acted upon it, the accounts of `among` left out; by cascades,
    who acted after it in one of its cascades. The order is the greedy one, lazily evaluated: within
    1 - 1/e of the best of each length (Nemhauser, Wolsey and Fisher 1978). It is of who is reached,
    not of what is lost: an audience may be reached without the account, as `cascade_left` says.

    A cascade is what follows on one object of one kind without a silence longer than the horizon,
    each account by its first action on it. Its audience are the accounts outside `among` that act
    in it after one of `among`: it starts at such an account, or runs through it. What is left of
    the audience has, in some such cascade, still a chain of actions from one of its first moment,
    each within the horizon of the one before, without the accounts taken away (time-respecting
    paths; Holme and Saramaki 2012). O(actions) a strategy and draw.

    All of it is observed, nothing is foretold: who saw the post elsewhere, who would have started
    the cascade in place of the one taken away, whom a takedown would hit wrongly and who would
    come back, it cannot say. The author of what is repeated is in a cascade only by an action of
    that kind on that object.
    """
    if draws < 1:
        raise ValueError(f"draws is {draws}; give 1 or more")
    if by not in ("followers", "cascades"):
        raise ValueError(f"by is {by!r}; give followers or cascades")
    if horizon_s < 0:
        raise ValueError(f"horizon_s is {horizon_s}; give 0 or more seconds")
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
    scene = _Scene(opened, inside, pool, opened.kinds if kind is None else [kind], horizon_s)
    order, enough = scene.order(by)
    random = np.random.default_rng(seed)
    strength = takedown_curve(inside)["account_id"].to_pylist()[1 : len(gone) + 1]
    first = [a for a in order["account_id"].to_pylist() if a in tied][: len(gone)]
    curve = scene.curve(gone)
    rows = [{"strategy": "chosen", **_last(curve)}]
    for name, others in (("strength", strength), ("audience", first)):
        rows.append({"strategy": name, **_last(scene.curve(others))})
    choices = sorted(tied)
    drawn = [
        _last(scene.curve(random.choice(choices, len(gone), replace=False).tolist()))
        for _ in range(draws)
    ]
    mean = {name: float(np.mean([row[name] for row in drawn])) for name in _LEFT}
    rows.append({"strategy": "random", "removed": len(gone), **mean})
    return TakedownEffect(pa.Table.from_pylist(rows), order, enough, scene.before(), curve)


class _Scene:
    """What the accounts of a pool have: ties among them, an audience, cascades."""

    def __init__(
        self, store: Store, inside: pa.Table, pool: list[str], kinds: Sequence[str], horizon_s: int
    ) -> None:
        self._inside = inside
        self._id_of = {account: store.core.find_stored("account", account) for account in pool}
        ids = list(self._id_of.values())
        own = np.array(sorted({number for number in ids if number is not None}), dtype=np.int64)
        self._cascades = Cascades(store, own, kinds, horizon_s)
        self.audience = _audiences(store, [self._id_of[account] for account in pool], own, kinds)
        self._place_of = {account: place for place, account in enumerate(pool)}
        fans = np.concatenate([np.empty(0, np.int64), *self.audience])
        self._fans, self._fan = np.unique(fans, return_inverse=True)
        self._owner = np.repeat(np.arange(len(pool)), [len(own) for own in self.audience])

    def curve(self, order: list[str]) -> pa.Table:
        """What is left after each of some accounts, as `takedown_curve` has it, and of audience."""
        curve = takedown_curve(self._inside, order)
        numbers = [self._id_of[account] for account in order]
        known = np.array([-1 if number is None else number for number in numbers], dtype=np.int64)
        for name, lost_at in (
            ("reach_left", self._reach_lost_at(order)),
            ("cascade_left", self._cascades.lost_at(known)),
        ):
            curve = curve.append_column(name, [_share_left(lost_at, len(order))])
        return curve

    def order(self, by: str) -> tuple[pa.Table, int]:
        """The accounts by what each adds to the audience of those before, and how many are enough.

        Those that the store does not know add nothing, and come last.
        """
        if by == "cascades":
            name_of = {number: account for account, number in self._id_of.items()}
            ids, audience, added = self._cascades.order()
            names = [name_of[number] for number in ids.tolist()]
            unknown = [account for account in self._place_of if self._id_of[account] is None]
            return _as_order([*names, *unknown], audience, added)
        pool, found = list(self._place_of), np.array(_greedy(self.audience)).reshape(-1, 2)
        audience = np.array([len(self.audience[place]) for place in found[:, 0]], dtype=np.int64)
        return _as_order([pool[place] for place in found[:, 0]], audience, found[:, 1])

    def before(self) -> dict[str, int]:
        """Accounts in the audience, in that of cascades, and in the largest component."""
        from lockstep.graph_functions import connected_components

        nobody = np.empty(0, dtype=np.int64)
        component = connected_components(self._inside)["component"].value_counts()
        sizes = [row["counts"] for row in component.to_pylist()]
        return {
            "audience": len(self._fans),
            "cascade_audience": int((self._cascades.lost_at(nobody) > 0).sum()),
            "largest_component": max(sizes, default=0),
        }

    def _reach_lost_at(self, order: list[str]) -> U32:
        """By account of the audience: after how many nobody that it acted upon is left."""
        step = np.full(len(self._place_of), _core.NEVER_LOST, dtype=np.uint32)
        step[[self._place_of[account] for account in order]] = np.arange(1, len(order) + 1)
        lost = np.zeros(len(self._fans), dtype=np.uint32)
        np.maximum.at(lost, self._fan, step[self._owner])
        return lost


def _share_left(lost_at: U32, steps: int) -> npt.NDArray[np.float64]:
    """Of accounts that are lost at some step or never, those left after each; 0 is none of them."""
    counts = np.bincount(np.minimum(lost_at[lost_at > 0], steps + 1), minlength=steps + 2)
    whole = int(counts.sum())
    if not whole:
        return np.ones(steps + 1)
    return 1.0 - np.cumsum(counts[: steps + 1]) / whole


def _last(curve: pa.Table) -> dict[str, Any]:
    """What is left in the end, as a row of the strategies."""
    row = curve.slice(curve.num_rows - 1, 1).to_pylist()[0]
    return {"removed": row["removed"], **{name: row[name] for name in _LEFT}}


def _both_in(pairs: pa.Table, known: set[str]) -> pa.Array:
    ends = zip(pairs["source"].to_pylist(), pairs["target"].to_pylist(), strict=True)
    return pa.array([a in known and b in known for a, b in ends], pa.bool_())


def _audiences(store: Store, ids: list[int | None], own: I64, kinds: Sequence[str]) -> list[I64]:
    """Dense ids of who acted upon each account of the pool, without the pool itself."""
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


def _as_order(
    accounts: list[str], audience: npt.NDArray[Any], added: npt.NDArray[Any]
) -> tuple[pa.Table, int]:
    """Accounts in their order, those without an audience of their own last; how many are enough."""
    silent = np.zeros(len(accounts) - len(added), dtype=np.int64)
    added = np.concatenate([added.astype(np.int64), silent])
    whole = max(int(added.sum()), 1)
    table = pa.table(
        {
            "account_id": accounts,
            "audience": np.concatenate([audience.astype(np.int64), silent]),
            "added": added,
            "reach": np.cumsum(added) / whole,
        }
    )
    return table, int((added >= _MARGIN * whole).sum())
