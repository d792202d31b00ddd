"""Spread over graphs that come as tables of edges."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.tables import as_table, encode_together, id_column

__all__ = ["propagate"]


def propagate(
    edges: Any,
    seeds: Any,
    *,
    method: str = "ppr",
    damping: float = _core.DAMPING,
    epsilon: float = _core.EPSILON,
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Score every vertex by how readily a walk from the seeds reaches it.

    Parameters
    ----------
    edges : table
        Columns `source` and `target` (strings or integers); repeated edges add up.
    seeds : iterable of ids, or table
        Vertices that walks start from; a table has `vertex` and, optionally, `confidence`
        (above 0). Seeds that no edge touches are left out with a warning.
    method : {"ppr", "forward_push"}
        Personalised PageRank of all vertices; or of those near the seeds alone, in a time that
        does not grow with the graph.
    damping : float
        Share of score passed on per step, in [0, 1).
    epsilon : float
        Of forward push: largest error of a score, per unit of weight around its vertex. Above 0.
    weight : str, optional
        Column of positive weights. Where not given: `weight` if there is one, else all are 1.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `score` (float64, non-negative, summing to 1; by
        forward push never too high, 0 far from the seeds, and summing to less).

    Raises
    ------
    ValueError
        On a missing column, no seed in the graph, or an option out of range.

    Notes
    -----
    A score is closeness to the seeds in the graph given. It is no probability of anything the
    account did.

    References
    ----------
    Haveliwala, "Topic-Sensitive PageRank", WWW 2002. Andersen, Chung and Lang, "Local Graph
    Partitioning using PageRank Vectors", FOCS 2006.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["b", "c"]}
    >>> ls.propagate(edges, ["a"], damping=0.5)["score"].to_numpy().round(3).tolist()
    [0.583, 0.333, 0.083]
    """
    if method not in ("ppr", "forward_push"):
        raise ValueError(f"method is {method!r}; give 'ppr' or 'forward_push'")
    graph, ids = _graph(edges, weight)
    vertices, confidence = _seeds(seeds, ids)
    if method == "ppr":
        found = _core.propagation(graph, vertices, confidence, damping=damping, control=control)
        return pa.table({"vertex": ids, "score": pa.array(found.scores)})
    near, near_scores = _core.forward_push(
        graph, vertices, confidence, damping=damping, epsilon=epsilon, control=control
    )
    scores = np.zeros(len(ids))
    scores[near] = near_scores
    return pa.table({"vertex": ids, "score": pa.array(scores)})


def _graph(edges: Any, weight: str | None) -> tuple[_core.Graph, pa.Array]:
    table = as_table(edges)
    as_table(table, "source", "target", *([] if weight is None else [weight]))
    (source, target), ids = encode_together(id_column(table, "source"), id_column(table, "target"))
    if weight is None and "weight" in table.column_names:
        weight = "weight"
    weights: npt.NDArray[np.float64] = np.ones(table.num_rows)
    if weight is not None:
        weights = np.ascontiguousarray(table[weight].to_numpy(), dtype=np.float64)
    return _core.Graph(len(ids), source, target, weights), ids


def _seed_table(seeds: Any) -> pa.Table:
    if isinstance(seeds, str | bytes) or not isinstance(seeds, Iterable):
        raise TypeError(f"seeds is {seeds!r}; give a list of ids, or a table with `vertex`")
    if isinstance(seeds, dict) or hasattr(seeds, "columns"):
        table = as_table(seeds)
        as_table(table, "vertex")
        return table
    is_arrow = isinstance(seeds, pa.Array | pa.ChunkedArray)
    return pa.table({"vertex": seeds if is_arrow else pa.array(list(seeds))})


def _seeds(seeds: Any, ids: pa.Array) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    table = _seed_table(seeds)
    if table.num_rows == 0:
        raise ValueError("no seeds given")
    wanted = id_column(table, "vertex")
    if wanted.type != ids.type:
        raise TypeError(f"seeds are {wanted.type} but the vertices of the edges are {ids.type}")
    confidence = np.ones(table.num_rows)
    if "confidence" in table.column_names:
        confidence = np.ascontiguousarray(table["confidence"].to_numpy(), dtype=np.float64)
    place = pc.index_in(wanted, ids)
    known = place.is_valid().to_numpy(zero_copy_only=False)
    if not known.any():
        raise ValueError(f"none of the {len(known)} seeds is a vertex of the edges")
    if not known.all():
        warnings.warn(
            f"{int((~known).sum())} of {len(known)} seeds are touched by no edge and left out",
            stacklevel=3,
        )
    vertices = place.drop_null().to_numpy().astype(np.uint32)
    return np.ascontiguousarray(vertices), np.ascontiguousarray(confidence[known])
