"""Where the vertices of a graph are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.graph_functions import as_graph, vertex_ids
from lockstep.graphs import graph
from lockstep.progress import shows_progress
from lockstep.tables import as_table, id_column

__all__ = ["layout", "place_members", "strongest_pairs"]


@shows_progress
def layout(
    edges: Any,
    *,
    weight: str | None = None,
    start: Any = None,
    iterations: int = _core.LAYOUT_ITERATIONS,
    theta: float = _core.LAYOUT_THETA,
    gravity: float = _core.LAYOUT_GRAVITY,
    lin_log: bool = False,
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Place every vertex of an undirected graph in the unit square, to be drawn there.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `connected_components`; a column `weight`, if there is one, is how hard an edge pulls,
        up to scale.
    weight : str, optional
        Column of positive weights to take in the place of `weight`.
    start : table, optional
        `vertex`, `x` and `y` of vertices whose places are known, as this function returned them
        for the graph of yesterday: they begin there, new ones beside their neighbours. Vertices
        that are no longer in the graph are passed over.
    iterations : int
        Steps, at least 1.
    theta : float
        How coarsely far vertices are taken together, at least 0 (exact, in quadratic time).
    gravity : float
        Pull on each vertex to the middle of its component. At least 0.
    lin_log : bool
        Whether edges pull by log(1 + length): communities come out tighter and further apart.
    seed : int
        Of the places of vertices without a start; same seed, same result, for any number of
        threads.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted), `x` and `y` (float64, from 0 to 1).

    Raises
    ------
    TypeError, ValueError
        As in `pagerank`, on a directed Graph, and on a start with a place that is not a finite
        number, with a vertex twice, or with ids of another kind than those of the edges.

    Notes
    -----
    O(iterations * (vertices log vertices + edges)) time. Components are laid out each for itself
    and then put side by side, so distances between them mean nothing. A step more or an edge more
    may turn a picture that begins at random: keep the table and give it as `start`.

    References
    ----------
    Jacomy, Venturini, Heymann and Bastian, "ForceAtlas2, a Continuous Graph Layout Algorithm for
    Handy Network Visualization", PLoS ONE 9(6), 2014.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b", "c"], "target": ["b", "c", "d"]}
    >>> first = ls.layout(edges)
    >>> first.column_names
    ['vertex', 'x', 'y']
    >>> ls.layout(edges, start=first, iterations=1).num_rows
    4
    """
    made = as_graph(edges, weight=weight, control=control)
    ids = vertex_ids(made)
    x, y = _core.force_layout(
        made.core,
        *_known_places(start, ids),
        iterations=iterations,
        theta=theta,
        gravity=gravity,
        lin_log=lin_log,
        seed=seed,
        control=control,
    )
    return pa.table({"vertex": ids, "x": pa.array(x), "y": pa.array(y)})


def strongest_pairs(
    names: list[str], edges: Iterable[dict[str, Any]]
) -> dict[tuple[int, int], float]:
    """Pairs of the names with the weight of their strongest layer."""
    place = {name: i for i, name in enumerate(names)}
    pairs: dict[tuple[int, int], float] = {}
    for edge in edges:
        if edge["source"] in place and edge["target"] in place:
            ends = place[edge["source"]], place[edge["target"]]
            pairs[ends] = max(pairs.get(ends, 0.0), edge["weight"])
    return pairs


def place_members(n: int, pairs: dict[tuple[int, int], float]) -> npt.NDArray[np.float64]:
    """A row x, y in the unit square for each of n members, by `layout`; the same each time."""
    ends = np.array(list(pairs), dtype=np.uint32).reshape(-1, 2)
    columns = {
        "source": ends[:, 0],
        "target": ends[:, 1],
        "weight": np.fromiter(pairs.values(), np.float64, len(pairs)),
    }
    placed = layout(graph(columns, dense=True, vertices=n))
    return np.stack([placed["x"].to_numpy(), placed["y"].to_numpy()], axis=1)


def _known_places(
    start: Any, ids: pa.Array
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Vertices, x and y of a start, those of them that are in the graph."""
    if start is None:
        return np.zeros(0, np.uint32), np.zeros(0), np.zeros(0)
    table = as_table(start, "vertex", "x", "y")
    given = id_column(table, "vertex")
    if pa.types.is_integer(given.type) != pa.types.is_integer(ids.type) and len(given):
        raise TypeError(f"start has {given.type} but the vertices of the edges are {ids.type}")
    if pc.count_distinct(given).as_py() < len(given):
        raise ValueError("start has a vertex twice; give each one place")
    places = {vertex: place for place, vertex in enumerate(ids.to_pylist())}
    found = pa.array([places.get(vertex) for vertex in given.to_pylist()], pa.uint32())
    kept = found.is_valid().to_numpy(zero_copy_only=False)
    x, y = (_coordinates(table, name)[kept] for name in ("x", "y"))
    return found.drop_null().to_numpy(), x, y


def _coordinates(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    column = table[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise TypeError(f"start: column {name} is {column.type}; give numbers")
    values = column.cast(pa.float64()).to_numpy()
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"start: {name} of row {row} is not a finite number; leave that row out")
    return values
