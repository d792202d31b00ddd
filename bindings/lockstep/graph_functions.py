"""Components, distances, cores, triangles and betweenness of graphs and tables of edges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.graphs import Graph, graph
from lockstep.progress import shows_progress
from lockstep.tables import id_column

__all__ = [
    "betweenness",
    "breadth_first_search",
    "connected_components",
    "core_numbers",
    "triangles",
]


@shows_progress
def connected_components(edges: Any, *, control: _core.RunControl | None = None) -> pa.Table:
    """Number the connected components of an undirected graph.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        Columns `source` and `target` (strings or integers), as `lockstep.graph` takes them, or
        what it made of them. Vertices are those that some edge touches.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `component` (uint32, numbered from 0 by the smallest
        vertex).

    Raises
    ------
    TypeError, ValueError
        As `lockstep.graph` does, and on a directed Graph.

    Notes
    -----
    O(edges log vertices) time at worst, far less than one look at every edge where one component
    holds most of them; same result for any number of threads.

    References
    ----------
    Sutton, Ben-Nun and Barak, "Optimizing Parallel Graph Connectivity Computation via Subgraph
    Sampling", IPDPS 2018.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "c"], "target": ["d", "b"]}
    >>> ls.connected_components(edges)["component"].to_pylist()
    [0, 1, 1, 0]
    """
    made = as_graph(edges, control=control)
    component, _ = _core.connected_components(made.core, control=control)
    return pa.table({"vertex": vertex_ids(made), "component": pa.array(component)})


@shows_progress
def breadth_first_search(
    edges: Any, source: Any, *, directed: bool = False, control: _core.RunControl | None = None
) -> pa.Table:
    """Count the steps from one vertex to every other.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `connected_components`.
    source : str or int
        Vertex to start from.
    directed : bool
        Whether an edge leads from source to target alone; a Graph knows by itself.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted), `distance` (uint32, in steps; null where there is no
        walk) and `parent` (the smallest vertex one step nearer; the source is its own).

    Raises
    ------
    TypeError, ValueError
        As `lockstep.graph` does, and where no edge touches `source`.

    Notes
    -----
    At most two looks at every edge; same result for any number of threads.

    References
    ----------
    Beamer, Asanovic and Patterson, "Direction-Optimizing Breadth-First Search", SC 2012.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": [1, 2, 5], "target": [2, 3, 6]}
    >>> ls.breadth_first_search(edges, 3)["distance"].to_pylist()
    [2, 1, 0, None, None]
    """
    made = as_graph(edges, directed=directed, control=control)
    ids = vertex_ids(made)
    start = int(_places([source], ids, "source")[0])
    distance, parent, _ = _core.breadth_first_search(made.core, start, control=control)
    missing = distance == _core.UNREACHED
    return pa.table(
        {
            "vertex": ids,
            "distance": pa.array(distance, mask=missing),
            "parent": ids.take(pa.array(parent, mask=missing)),
        }
    )


@shows_progress
def core_numbers(edges: Any, *, control: _core.RunControl | None = None) -> pa.Table:
    """Find for every vertex the densest core it belongs to.

    The k-core is what is left once all vertices with fewer than k neighbours among those left are
    taken away, again and again.

    Parameters
    ----------
    edges, control
        As in `connected_components`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `core` (uint32: the largest k whose core holds it).

    Raises
    ------
    TypeError, ValueError
        As in `connected_components`.

    Notes
    -----
    O(edges) time; same result for any number of threads. A high number says that an account sits
    in a dense part of the graph, not why.

    References
    ----------
    Kabir and Madduri, "Parallel k-core Decomposition on Multicore Platforms", IPDPSW 2017.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b", "c", "c"], "target": ["b", "c", "a", "d"]}
    >>> ls.core_numbers(edges)["core"].to_pylist()
    [2, 2, 2, 1]
    """
    made = as_graph(edges, control=control)
    core, _ = _core.core_numbers(made.core, control=control)
    return pa.table({"vertex": vertex_ids(made), "core": pa.array(core)})


@shows_progress
def triangles(edges: Any, *, control: _core.RunControl | None = None) -> pa.Table:
    """Count the triangles of an undirected graph at every vertex.

    Parameters
    ----------
    edges, control
        As in `connected_components`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted), `triangles` (uint64: that it is a corner of) and
        `clustering` (float64: the share of its pairs of neighbours that are adjacent; 0 where it
        has fewer than two). The metadata of the schema holds `total`, the triangles of the graph,
        and `transitivity`, the share of all such pairs.

    Raises
    ------
    TypeError, ValueError
        As in `connected_components`.

    Notes
    -----
    O(edges^1.5) time at worst; same result for any number of threads. A high share says that an
    account's contacts know one another, not that they act in concert.

    References
    ----------
    Latapy, "Main-memory Triangle Computations for Very Large (Sparse (Power-Law)) Graphs",
    Theoretical Computer Science 407, 2008.

    Examples
    --------
    >>> import lockstep as ls
    >>> found = ls.triangles({"source": [1, 2, 3, 3], "target": [2, 3, 1, 4]})
    >>> found["triangles"].to_pylist(), found.schema.metadata
    ([1, 1, 1, 0], {b'total': b'1', b'transitivity': b'0.6'})
    """
    made = as_graph(edges, control=control)
    counts, clustering, total, transitivity = _core.triangles(made.core, control=control)
    columns = {
        "vertex": vertex_ids(made),
        "triangles": pa.array(counts),
        "clustering": pa.array(clustering),
    }
    evidence = {"total": str(total), "transitivity": repr(transitivity)}
    return pa.table(columns).replace_schema_metadata(evidence)


@shows_progress
def betweenness(
    edges: Any,
    vertices: Iterable[Any] | None = None,
    *,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Count for every vertex the pairs of others whose shortest walks lead over it.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `connected_components`.
    vertices : iterable of ids, optional
        Cut these, and the edges between them, out first: the members of a cluster. All vertices
        where not given.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `betweenness` (float64: pairs; one with several
        shortest walks counts in the share of them that lead over the vertex).

    Raises
    ------
    TypeError, ValueError
        As in `connected_components`, and on an id in `vertices` that no edge touches.

    Notes
    -----
    O(vertices * edges) time in one thread: meant for clusters. Steps count alike, whatever their
    weights.

    References
    ----------
    Brandes, "A Faster Algorithm for Betweenness Centrality", Journal of Mathematical Sociology 25,
    2001.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b", "c"], "target": ["b", "c", "d"]}
    >>> ls.betweenness(edges)["betweenness"].to_pylist()
    [0.0, 2.0, 2.0, 0.0]
    >>> ls.betweenness(edges, ["a", "b", "c"])["betweenness"].to_pylist()
    [0.0, 1.0, 0.0]
    """
    made = as_graph(edges, control=control)
    core, ids = made.core, vertex_ids(made)
    if vertices is not None:
        core, kept = _core.induced_subgraph(core, _places(vertices, ids, "vertices"))
        ids = ids.take(pa.array(kept))
    scores = _core.betweenness(core, control=control)
    return pa.table({"vertex": ids, "betweenness": pa.array(scores)})


def as_graph(
    edges: Any,
    *,
    directed: bool = False,
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> Graph:
    """A Graph as it is, or one made of edges."""
    if isinstance(edges, Graph):
        return edges
    return graph(edges, directed=directed, weight=weight, control=control)


def vertex_ids(made: Graph) -> pa.Array:
    """The ids of a graph by vertex; of a dense one, the numbers of its vertices."""
    return pa.array(np.arange(len(made), dtype=np.uint32)) if made.ids is None else made.ids


def _places(wanted: Iterable[Any], ids: pa.Array, name: str) -> npt.NDArray[np.uint32]:
    """The vertices of some ids. TypeError on ids of another kind, ValueError on unknown ones."""
    if isinstance(wanted, str | bytes) or not isinstance(wanted, Iterable):
        raise TypeError(f"{name} is {wanted!r}; give a list of ids")
    asked = list(wanted)
    if not asked:
        return np.zeros(0, np.uint32)
    given = id_column(pa.table({name: pa.array(asked)}), name)
    if pa.types.is_integer(given.type) != pa.types.is_integer(ids.type):
        raise TypeError(f"{name} is {given.type} but the vertices of the edges are {ids.type}")
    if not pa.types.is_integer(ids.type):
        found = pc.index_in(given, ids)
    else:  # as Python's integers, since signed and unsigned ones have no common type
        places = {vertex: place for place, vertex in enumerate(ids.to_pylist())}
        found = pa.array([places.get(vertex) for vertex in given.to_pylist()], pa.int32())
    if found.null_count:
        row = pc.index(found.is_null(), True).as_py()
        raise ValueError(f"{name} has {asked[row]!r}, which no edge touches")
    return np.ascontiguousarray(found.to_numpy().astype(np.uint32))
