"""The functions on graphs: one contract for all of them, then values against slow versions."""

import json
import random
from collections import deque

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import lockstep as ls


def search_from_smallest(edges, **options):
    """Breadth first search with a source that every graph here has; none of an empty one."""
    ends = edges["source"] if not isinstance(edges, ls.Graph) else ls.connected_components(edges)[0]
    ends = ends.to_pylist() if hasattr(ends, "to_pylist") else list(ends)
    return ls.breadth_first_search(edges, min(ends), **options)


# name: function, columns of its table, whether directed graphs are taken
FUNCTIONS = {
    "connected_components": (ls.connected_components, ["component"], False),
    "breadth_first_search": (search_from_smallest, ["distance", "parent"], True),
    "core_numbers": (ls.core_numbers, ["core"], False),
    "triangles": (ls.triangles, ["triangles", "clustering"], False),
    "betweenness": (ls.betweenness, ["betweenness"], False),
    "pagerank": (ls.pagerank, ["score"], True),
    "spectral_embedding": (
        lambda edges: ls.spectral_embedding(edges, dimensions=2),
        ["x0", "x1"],
        False,
    ),
    "layout": (ls.layout, ["x", "y"], False),
    "truncated_svd": (
        lambda edges: ls.truncated_svd(edges, dimensions=1),
        ["left0", "right0"],
        True,
    ),
}
EVERY = pytest.mark.parametrize("name", FUNCTIONS)


def drawn_edges(seed: int, vertices: int = 30, edges: int = 45) -> dict[str, list]:
    draw = random.Random(seed)
    pairs = [draw.sample(range(vertices), 2) for _ in range(edges)]
    return {"source": [a for a, _ in pairs], "target": [b for _, b in pairs]}


def neighbours(edges) -> dict[int, set[int]]:
    near: dict[int, set[int]] = {}
    for a, b in zip(edges["source"], edges["target"], strict=True):
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    return near


def without_parents(table: pa.Table) -> pa.Table:
    return table.drop_columns(["vertex", *({"parent"} & set(table.column_names))])


@EVERY
def test_a_row_a_vertex_in_the_order_of_the_ids(name):
    function, columns, _ = FUNCTIONS[name]
    edges = drawn_edges(1)
    table = function(edges)
    assert table.column_names == ["vertex", *columns]
    assert table["vertex"].to_pylist() == sorted(set(edges["source"] + edges["target"]))
    assert len(table.to_pandas()) == table.num_rows


@EVERY
@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint64(), pa.string()])
def test_ids_are_kept_as_given(name, kind):
    function, _, _ = FUNCTIONS[name]
    edges = drawn_edges(2)
    named = {
        end: pa.array([f"user {v:02}" if kind == pa.string() else v for v in column], type=kind)
        for end, column in edges.items()
    }
    got, want = function(named), function(edges)
    plain = [f"user {v:02}" if kind == pa.string() else v for v in want["vertex"].to_pylist()]
    assert got["vertex"].to_pylist() == plain
    assert without_parents(got).equals(without_parents(want))


@EVERY
def test_frames_arrays_and_graphs_are_taken(name):
    function, _, _ = FUNCTIONS[name]
    edges = drawn_edges(3)
    want = function(edges)
    assert function(pd.DataFrame(edges)).equals(want)
    assert function(ls.graph(edges)).equals(want)
    dense = function(ls.graph(edges, dense=True, vertices=40))
    assert dense["vertex"].to_pylist() == list(range(40))


@EVERY
def test_threads_do_not_change_results(name):
    function, _, _ = FUNCTIONS[name]
    edges = drawn_edges(4, vertices=300, edges=1200)
    many = function(edges)
    with ls.ThreadLimit(1):
        assert function(edges).equals(many)


@EVERY
def test_an_empty_table_gives_an_empty_table(name):
    function, _, _ = FUNCTIONS[name]
    none = pa.array([], type=pa.string())
    if name == "breadth_first_search":
        with pytest.raises(ValueError, match="no edge touches"):
            ls.breadth_first_search({"source": none, "target": none}, "a")
        return
    table = function({"source": none, "target": none})
    assert table.num_rows == 0
    assert table.column_names[0] == "vertex"


@EVERY
@pytest.mark.parametrize(
    ("edges", "error", "message"),
    [
        ({"source": [1], "destination": [2]}, ValueError, "lacks target"),
        ({"source": [1, None], "target": [2, 3]}, ValueError, "row 1"),
        ({"source": [1.5], "target": [2.0]}, TypeError, "source is double"),
        ({"source": [1], "target": ["b"]}, TypeError, "one type"),
        ({"source": [1], "target": [1]}, ValueError, "itself"),
        ({"source": [1], "target": [2], "weight": [-1.0]}, ValueError, "weight -1"),
        (7, TypeError, "expected a table"),
    ],
)
def test_bad_edges_give_one_clear_error(name, edges, error, message):
    function, _, _ = FUNCTIONS[name]
    if name == "breadth_first_search":
        function = lambda given: ls.breadth_first_search(given, 1)  # noqa: E731
    with pytest.raises(error, match=message):
        function(edges)


@EVERY
def test_directed_graphs_are_taken_or_refused(name):
    function, _, takes_directed = FUNCTIONS[name]
    made = ls.graph(drawn_edges(5), directed=True, dense=True)
    if takes_directed:
        source = {"source": 0} if name == "breadth_first_search" else {}
        table = ls.breadth_first_search(made, **source) if source else function(made)
        assert table.num_rows == len(made)
    else:
        with pytest.raises(ValueError, match="directed"):
            function(made)


@EVERY
def test_a_cancelled_control_stops_it(name):
    function = getattr(ls, name)
    control = ls.RunControl()
    control.cancel()
    source = [0] if name == "breadth_first_search" else []
    made = ls.graph(drawn_edges(6), dense=True)
    with pytest.raises(KeyboardInterrupt):
        function(made, *source, control=control)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: ls.breadth_first_search(e, 777), "source has 777"),
        (lambda e: ls.betweenness(e, [0, 777]), "vertices has 777"),
        (lambda e: ls.pagerank(e, damping=1.0), "damping is 1.0"),
        (lambda e: ls.pagerank(e, tolerance=0.0), "tolerance is 0.0"),
        (lambda e: ls.pagerank(e, max_rounds=0), "max_rounds is 0"),
        (lambda e: ls.pagerank(e, weight="w"), "lacks w"),
        (lambda e: ls.spectral_embedding(e, dimensions=0), "dimensions is 0"),
        (lambda e: ls.truncated_svd(e, tolerance=2.0), "tolerance is 2.0"),
        (lambda e: ls.propagate(e, [0], method="forward_push", epsilon=0.0), "epsilon is 0.0"),
        (lambda e: ls.propagate(e, [0], method="magic"), "method is 'magic'"),
    ],
)
def test_bad_options_give_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message):
        call(drawn_edges(7) | {"source": [0, *drawn_edges(7)["source"][1:]]})


def test_ids_of_another_kind_give_one_clear_error():
    edges = drawn_edges(8)
    with pytest.raises(TypeError, match="source is large_string"):
        ls.breadth_first_search(edges, "a")
    with pytest.raises(TypeError, match="give a list of ids"):
        ls.betweenness(edges, "a")


@pytest.mark.parametrize("seed", range(10))
def test_distances_parents_and_components_match_a_queue(seed):
    edges = drawn_edges(seed)
    near = neighbours(edges)
    source = min(near)
    distance = {source: 0}
    queue = deque([source])
    while queue:
        at = queue.popleft()
        for other in sorted(near[at] - set(distance)):
            distance[other] = distance[at] + 1
            queue.append(other)
    rows = ls.breadth_first_search(edges, source).to_pylist()
    for row in rows:
        vertex = row["vertex"]
        assert row["distance"] == distance.get(vertex)
        nearer = [u for u in near[vertex] if vertex in distance and distance[u] < distance[vertex]]
        want = source if vertex == source else min(nearer, default=None)
        assert row["parent"] == want
    first = ls.connected_components(edges).to_pylist()
    assert {row["vertex"] for row in first if row["component"] == 0} == set(distance)


@pytest.mark.parametrize("seed", range(10))
def test_triangles_and_cores_match_slow_versions(seed):
    edges = drawn_edges(seed, vertices=15, edges=45)
    near = neighbours(edges)
    table = ls.triangles(edges)
    closed = [
        sum(u < w and w in near[u] for u in near[v] for w in near[v])
        for v in table["vertex"].to_pylist()
    ]
    assert table["triangles"].to_pylist() == closed
    assert int(table.schema.metadata[b"total"]) == sum(closed) // 3
    for row in ls.core_numbers(edges).to_pylist():
        core = set(near)
        k = row["core"]
        while drop := {v for v in core if len(near[v] & core) < k}:
            core -= drop
        assert row["vertex"] in core
        while drop := {v for v in core if len(near[v] & core) < k + 1}:
            core -= drop
        assert row["vertex"] not in core


def test_scores_and_vectors_solve_their_equations():
    edges = drawn_edges(11) | {"weight": [1.0 + i % 3 for i in range(45)]}
    made = ls.graph(edges, directed=True)
    n = len(made)
    matrix = np.zeros((n, n))
    for v in range(n):
        begin, end = int(made.offsets[v]), int(made.offsets[v + 1])
        matrix[v, made.targets[begin:end]] = made.weights[begin:end]
    score = ls.pagerank(made)["score"].to_numpy()
    out = matrix.sum(axis=1, keepdims=True)
    step = np.where(out > 0, matrix / np.where(out > 0, out, 1), 1 / n)
    assert np.allclose(score, 0.15 / n + 0.85 * step.T @ score, atol=1e-8)
    svd = ls.truncated_svd(made, dimensions=3)
    values = json.loads(svd.schema.metadata[b"values"])
    assert np.allclose(values, np.linalg.svd(matrix)[1][:3])
    assert np.allclose(matrix @ svd["right0"].to_numpy(), values[0] * svd["left0"].to_numpy())
    placed = ls.spectral_embedding(edges, dimensions=2)
    assert json.loads(placed.schema.metadata[b"values"])[0] == pytest.approx(1.0)
    with pytest.warns(UserWarning, match="not converged after 1 rounds"):
        ls.pagerank(made, max_rounds=1)


def test_forward_push_stays_within_epsilon_of_propagation():
    edges = drawn_edges(12)
    near = neighbours(edges)
    exact = ls.propagate(edges, [edges["source"][0]])
    pushed = ls.propagate(edges, [edges["source"][0]], method="forward_push", epsilon=1e-3)
    assert pushed["vertex"].equals(exact["vertex"])
    weight = np.zeros(max(near) + 1)
    np.add.at(weight, edges["source"] + edges["target"], 1.0)
    gap = exact["score"].to_numpy() - pushed["score"].to_numpy()
    assert (gap >= -1e-8).all()
    assert (gap <= 1e-3 * weight[exact["vertex"].to_numpy()] + 1e-8).all()
    assert gap.max() > 1e-6
