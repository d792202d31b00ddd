"""What would be left of the coordination graph if accounts were taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.edge_tables import edge_table, encoded_ends, optional_column, weight_column

__all__ = ["takedown_curve"]


def takedown_curve(
    edges: Any, accounts: Sequence[Any] | None = None, *, weight: str | None = None
) -> pa.Table:
    """Take accounts away one after another, and measure what is left of the graph each time.

    Parameters
    ----------
    edges : table
        Columns `source` and `target`, each pair once, such as `Run.pairs`; and weights, if any.
    accounts : sequence of ids, optional
        In which order; where not given, all of them, at each step the one with most weight left.
    weight : str, optional
        Column of positive weights. Where not given: `weight` if there is one, else all are 1.

    Returns
    -------
    pyarrow.Table
        One row a step, from none taken away: `removed` (int64, so many), `account_id` (the last
        of them, null at first), `weight_left`, `pairs_left` and `largest_component` (shares of
        what there was, 0 to 1; the last in accounts).

    Raises
    ------
    ValueError
        On an account that has no edge, or is given twice.

    Notes
    -----
    O((edges + accounts) log). This counts ties of co-action, nothing else: who would come back, or
    whom it would hit wrongly, it cannot say.

    Examples
    --------
    >>> import lockstep as ls
    >>> star = {"source": ["hub", "hub", "hub"], "target": ["a", "b", "c"]}
    >>> ls.takedown_curve(star, ["hub"])["weight_left"].to_pylist()
    [1.0, 0.0]
    """
    table = edge_table(edges)
    (source, target), ids = encoded_ends(table)
    name = optional_column(table, weight, "weight")
    weights = np.ones(len(source)) if name is None else weight_column(table, name)
    n = len(ids)
    order = (
        _greedy(source, target, weights, n) if accounts is None else _places(ids, list(accounts))
    )
    step_of = np.full(n, len(order), dtype=np.int64)
    step_of[order] = np.arange(len(order))
    gone = np.minimum(step_of[source], step_of[target])  # step at which each pair goes
    steps = len(order) + 1
    lost_weight = np.bincount(gone, weights, minlength=steps)
    lost_pairs = np.bincount(gone, minlength=steps)
    largest = _largest_components(source, target, gone, step_of, steps, n)
    total = max(weights.sum(), 1e-300)
    return pa.table(
        {
            "removed": np.arange(steps),
            "account_id": pa.concat_arrays([pa.nulls(1, ids.type), ids.take(pa.array(order))]),
            "weight_left": _share_left(lost_weight, total),
            "pairs_left": _share_left(lost_pairs, max(len(source), 1)),
            "largest_component": largest / max(largest[0], 1),
        }
    )


def _share_left(lost: npt.NDArray[Any], total: float) -> npt.NDArray[np.float64]:
    before = np.concatenate([[0.0], np.cumsum(lost[:-1], dtype=np.float64)])
    return np.clip(1.0 - before / total, 0.0, 1.0)


def _places(ids: pa.Array, accounts: list[Any]) -> npt.NDArray[np.int64]:
    place_of = {account: place for place, account in enumerate(ids.to_pylist())}
    for account in accounts:
        if account not in place_of:
            raise ValueError(f"account {account!r} has no edge")
    if len(set(accounts)) < len(accounts):
        twice = next(a for i, a in enumerate(accounts) if a in accounts[:i])
        raise ValueError(f"account {twice!r} is given twice")
    return np.array([place_of[account] for account in accounts], dtype=np.int64)


def _greedy(
    source: npt.NDArray[np.uint32],
    target: npt.NDArray[np.uint32],
    weights: npt.NDArray[np.float64],
    n: int,
) -> npt.NDArray[np.int64]:
    """The accounts, at each step the one with most weight left; of equals the first."""
    import heapq

    ends = np.concatenate([source, target]).astype(np.int64)
    others = np.concatenate([target, source]).astype(np.int64)
    both = np.concatenate([weights, weights])
    by_end = np.argsort(ends, kind="stable")
    bounds = np.searchsorted(ends[by_end], np.arange(n + 1))
    strength = np.bincount(ends, both, minlength=n)
    heap = [(-strength[vertex], vertex) for vertex in range(n)]
    heapq.heapify(heap)
    there = np.ones(n, dtype=np.bool_)
    order = []
    while heap:
        negative, vertex = heapq.heappop(heap)
        if not there[vertex] or -negative != strength[vertex]:
            continue  # an entry from before a neighbour went
        there[vertex] = False
        order.append(vertex)
        for entry in by_end[bounds[vertex] : bounds[vertex + 1]]:
            other = int(others[entry])
            if there[other]:
                strength[other] -= both[entry]
                heapq.heappush(heap, (-strength[other], other))
    return np.array(order, dtype=np.int64)


def _largest_components(
    source: npt.NDArray[np.uint32],
    target: npt.NDArray[np.uint32],
    gone: npt.NDArray[np.int64],
    step_of: npt.NDArray[np.int64],
    steps: int,
    n: int,
) -> npt.NDArray[np.int64]:
    """Accounts in the largest component before each step: they come back from the last on."""
    parent = list(range(n))
    size = [1] * n

    def root(vertex: int) -> int:
        while parent[vertex] != vertex:
            parent[vertex] = parent[parent[vertex]]
            vertex = parent[vertex]
        return vertex

    pairs_of = np.argsort(gone, kind="stable")
    bounds = np.searchsorted(gone[pairs_of], np.arange(steps + 1))
    largest = np.zeros(steps, dtype=np.int64)
    most = int((step_of == steps - 1).any())
    for step in range(steps - 1, -1, -1):
        most = max(most, 1 if step < steps - 1 else most)
        for pair in pairs_of[bounds[step] : bounds[step + 1]]:
            a, b = root(int(source[pair])), root(int(target[pair]))
            if a != b:
                parent[a] = b
                size[b] += size[a]
                most = max(most, size[b])
        largest[step] = most
    return largest
