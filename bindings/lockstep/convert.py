"""Graphs as other packages and programs know them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lockstep.edge_tables import edge_table, encoded_ends, optional_column, weight_column
from lockstep.errors import missing_package
from lockstep.graphs import Graph
from lockstep.tables import as_table, id_column

__all__ = [
    "to_graphology",
    "to_igraph",
    "to_networkx",
    "to_polars",
    "to_scipy",
    "write_gexf",
    "write_graphml",
]

_CANVAS = 1_000.0  # units of a picture that Gephi shows whole

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_networkx(edges: Any, *, vertices: Any = None, directed: bool | None = None) -> Any:
    """Give edges to networkx.

    Parameters
    ----------
    edges : table, Graph, Run or Cluster
        Columns `source` and `target`; all others become attributes of the edges. Of a run or a
        cluster, its pairs.
    vertices : table, optional
        `vertex` or `account_id`, and attributes. Of a run or a cluster where not given: the members
        with their clusters.
    directed : bool, optional
        Whether edges lead from source to target. Of a `Graph` it is known; else False.

    Returns
    -------
    networkx.Graph or networkx.DiGraph
        Vertices are ids, as in the table.

    Raises
    ------
    MissingPackage
        Where networkx is not installed.
    ValueError, TypeError
        On a missing column, or what is no table.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.to_networkx({"source": ["a"], "target": ["b"], "weight": [2.0]})
    >>> list(made.edges(data=True))
    [('a', 'b', {'weight': 2.0})]
    """
    try:
        import networkx
    except ImportError:
        raise missing_package("networkx", "for to_networkx and for GEXF and GraphML") from None
    table, attributes, leads = _parts(edges, vertices, directed)
    made = networkx.DiGraph() if leads else networkx.Graph()
    made.add_nodes_from(attributes.items())
    for source, target, values in _edge_rows(table):
        made.add_edge(source, target, **values)
    return made


def to_igraph(edges: Any, *, vertices: Any = None, directed: bool | None = None) -> Any:
    """Give edges to igraph.

    Parameters
    ----------
    edges, vertices, directed
        As in `to_networkx`.

    Returns
    -------
    igraph.Graph
        Ids are the vertex attribute `name`.

    Raises
    ------
    MissingPackage
        Where igraph is not installed.
    """
    try:
        import igraph
    except ImportError:
        raise missing_package("igraph", "for to_igraph") from None
    table, attributes, leads = _parts(edges, vertices, directed)
    (source, target), ids = encoded_ends(table)
    named = ids.to_pylist()
    extra = [vertex for vertex in attributes if vertex not in set(named)]
    made = igraph.Graph(
        n=len(named) + len(extra), edges=np.stack([source, target], axis=1), directed=leads
    )
    made.vs["name"] = [*named, *extra]
    for key in dict.fromkeys(key for row in attributes.values() for key in row):
        made.vs[key] = [attributes.get(vertex, {}).get(key) for vertex in made.vs["name"]]
    for name in table.column_names:
        if name not in ("source", "target"):
            made.es[name] = table[name].to_pylist()
    return made


def to_scipy(edges: Any, *, weight: str | None = None, directed: bool | None = None) -> Any:
    """Give edges to SciPy.

    Parameters
    ----------
    edges : table, Graph, Run or Cluster
        As in `to_networkx`.
    weight : str, optional
        Column of values. Where not given: `weight` if there is one, else all are 1.
    directed : bool, optional
        As in `to_networkx`; where False, the matrix is symmetric.

    Returns
    -------
    matrix : scipy.sparse.csr_array
        float64, square. Of a `Graph` below 2^31 arcs: on its own targets and weights, not copied.
    ids : pyarrow.Array
        The id of each row, sorted.

    Examples
    --------
    >>> import lockstep as ls
    >>> matrix, ids = ls.to_scipy({"source": ["a"], "target": ["b"], "weight": [2.0]})
    >>> matrix.toarray().tolist(), ids.to_pylist()
    ([[0.0, 2.0], [2.0, 0.0]], ['a', 'b'])
    """
    from scipy.sparse import coo_array, csr_array

    if isinstance(edges, Graph):
        n = len(edges.offsets) - 1
        values = np.ones(len(edges.targets)) if edges.weights is None else edges.weights
        indices: Any = edges.targets
        pointers: Any = edges.offsets
        if len(indices) < 2**31:  # SciPy's narrow indices: the columns need no copy
            indices, pointers = indices.view(np.int32), pointers.astype(np.int32)
        matrix = csr_array((values, indices, pointers), shape=(n, n))
        return matrix, edges.ids if edges.ids is not None else pa.array(np.arange(n))
    table, _, leads = _parts(edges, None, directed)
    (source, target), ids = encoded_ends(table)
    name = optional_column(table, weight, "weight")
    values = np.ones(len(source)) if name is None else weight_column(table, name)
    shape = (len(ids), len(ids))
    matrix = coo_array((values, (source, target)), shape=shape)
    return csr_array(matrix if leads else matrix + matrix.T), ids


def to_graphology(edges: Any, *, vertices: Any = None, directed: bool | None = None) -> Any:
    """Give edges to graphology (JavaScript), in its own serialised form.

    Parameters
    ----------
    edges, vertices, directed
        As in `to_networkx`.

    Returns
    -------
    dict
        For `graph.import(...)` there, and for `json.dumps` here; keys of vertices are text.
    """
    table, attributes, leads = _parts(edges, vertices, directed)
    ends = [table[name].to_pylist() for name in ("source", "target")]
    keys = dict.fromkeys([*attributes, *ends[0], *ends[1]])
    return {
        "attributes": {},
        "options": {"type": "directed" if leads else "undirected", "multi": True},
        "nodes": [{"key": str(key), "attributes": attributes.get(key, {})} for key in keys],
        "edges": [
            {
                "key": str(number),
                "source": str(source),
                "target": str(target),
                "undirected": not leads,
                "attributes": values,
            }
            for number, (source, target, values) in enumerate(_edge_rows(table))
        ],
    }


def to_polars(table: Any) -> Any:
    """Any table of Lockstep as a polars data frame, without a copy where polars can.

    Raises
    ------
    MissingPackage
        Where polars is not installed.
    """
    try:
        import polars
    except ImportError:
        raise missing_package("polars", "for to_polars") from None
    return polars.from_arrow(as_table(table))


def write_gexf(edges: Any, path: str | Path, *, vertices: Any = None) -> Path:
    """Write a graph for Gephi; by networkx.

    Parameters
    ----------
    edges, vertices
        As in `to_networkx`; lists are written as text, nothing for a missing value. Columns `x` and
        `y`, as `layout` gives them, become positions, and `color` (#rrggbb) is that of a vertex.
    path : path
        Where to, usually *.gexf.

    Returns
    -------
    path

    Raises
    ------
    MissingPackage, OSError
        Where networkx is not installed, or the file cannot be written.
    """
    graph = _plain(to_networkx(edges, vertices=vertices))  # says where networkx is missing
    import networkx

    for _, data in graph.nodes(data=True):
        _make_visible(data)
    networkx.write_gexf(graph, path)
    return Path(path)


def write_graphml(edges: Any, path: str | Path, *, vertices: Any = None) -> Path:
    """Write a graph as GraphML, for yEd, igraph and others; by networkx.

    Parameters
    ----------
    edges, path, vertices
        As in `write_gexf`.

    Returns
    -------
    path

    Raises
    ------
    MissingPackage, OSError
        As in `write_gexf`.
    """
    graph = _plain(to_networkx(edges, vertices=vertices))  # says where networkx is missing
    import networkx

    networkx.write_graphml(graph, path)
    return Path(path)


def _parts(
    edges: Any, vertices: Any, directed: bool | None
) -> tuple[pa.Table, dict[Any, dict[str, Any]], bool]:
    """Edges as a table, attributes by vertex, and whether edges lead one way."""
    from lockstep.cluster import Cluster
    from lockstep.sweep.run import Run

    if isinstance(edges, Graph):
        return _edges_of(edges), _attributes(vertices), edges.directed
    if isinstance(edges, Run | Cluster):
        vertices = edges.members if vertices is None else vertices
        edges = edges.pairs
    table = edge_table(edges)
    as_table(table, "source", "target")
    for name in ("source", "target"):
        id_column(table, name)  # what cannot name a vertex is refused here
    return table, _attributes(vertices), bool(directed)


def _edge_rows(table: pa.Table) -> Iterator[tuple[Any, Any, dict[str, Any]]]:
    """Both ends of each edge, and its other columns by name."""
    others = table.drop_columns(["source", "target"])
    columns = [others[name].to_pylist() for name in others.column_names]
    ends = (table[name].to_pylist() for name in ("source", "target"))
    for source, target, *values in zip(*ends, *columns, strict=True):
        yield source, target, dict(zip(others.column_names, values, strict=True))


def _edges_of(graph: Graph) -> pa.Table:
    source = np.repeat(np.arange(len(graph.offsets) - 1), np.diff(graph.offsets).astype(np.int64))
    once = np.ones(len(source), bool) if graph.directed else source <= graph.targets
    ends = source[once], graph.targets[once]
    columns = {
        name: pa.array(end) if graph.ids is None else graph.ids.take(pa.array(end))
        for name, end in zip(("source", "target"), ends, strict=True)
    }
    if graph.weights is not None:
        columns["weight"] = pa.array(graph.weights[once])
    return pa.table(columns)


def _attributes(vertices: Any) -> dict[Any, dict[str, Any]]:
    if vertices is None:
        return {}
    table = as_table(vertices)
    key = next((name for name in ("vertex", "account_id") if name in table.column_names), None)
    if key is None:
        raise ValueError(
            f"vertices lack vertex or account_id; they have {', '.join(table.column_names)}"
        )
    return {row.pop(key): row for row in table.to_pylist()}


def _plain(graph: Any) -> Any:
    """The graph with names and attributes that an XML file can hold."""
    import networkx

    for _, data in graph.nodes(data=True):
        _flatten(data)
    for *_, data in graph.edges(data=True):
        _flatten(data)
    renamed = {name: _spelt(name) for name in graph if _spelt(name) != name}
    return networkx.relabel_nodes(graph, renamed) if renamed else graph


def _make_visible(data: dict[str, Any]) -> None:
    """Turns place and colour of a vertex into what Gephi draws it by, its y upward."""
    drawn: dict[str, Any] = {}
    if "x" in data and "y" in data:
        x, y = float(data.pop("x")), float(data.pop("y"))
        drawn["position"] = {"x": _CANVAS * x, "y": -_CANVAS * y, "z": 0.0}
    if "color" in data:
        red, green, blue = bytes.fromhex(data.pop("color").removeprefix("#"))
        drawn["color"] = {"r": red, "g": green, "b": blue, "a": 1.0}
    if drawn:
        data["viz"] = drawn


def _flatten(data: dict[str, Any]) -> None:
    for name, value in list(data.items()):
        if value is None:
            del data[name]
        elif isinstance(value, list):
            data[name] = _spelt(", ".join(map(str, value)))
        else:
            data[name] = _spelt(value)


def _spelt(value: Any) -> Any:
    """Text whose characters that XML has no way to hold are spelt out, such as \\x1b."""
    if not isinstance(value, str):
        return value
    return _NOT_IN_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", value)
