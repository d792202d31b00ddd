"""Communities, and how good a split is, from Python."""

import numpy as np
import pytest

import lockstep as ls

#   1 - 2       4 - 5
#    \ /         \ /
#     3 --------- 6
TRIANGLES = {"source": [1, 1, 2, 4, 4, 5, 3], "target": [2, 3, 3, 5, 6, 6, 6]}
SPLIT = {"vertex": [6, 5, 4, 3, 2, 1], "community": ["b", "b", "b", "a", "a", "a"]}


@pytest.mark.parametrize("method", ["leiden", "louvain"])
def test_two_triangles_and_a_bridge(method):
    found = ls.communities(TRIANGLES, method=method)
    assert found["vertex"].to_pylist() == [1, 2, 3, 4, 5, 6]
    assert found["community"].to_pylist() == [0, 0, 0, 1, 1, 1]
    assert ls.partition_quality(TRIANGLES, found) == pytest.approx(6 / 7 - 0.5)


def test_label_propagation_follows_the_heavier_edges():
    weighted = {**TRIANGLES, "weight": [1.0] * 6 + [0.1]}
    found = ls.communities(weighted, method="label_propagation")
    assert found["community"].to_pylist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("method", ["leiden", "louvain", "label_propagation"])
def test_a_graph_gives_what_its_table_gives_for_any_number_of_threads(method):
    random = np.random.default_rng(1)
    source, target = random.integers(0, 9000, (2, 30_000))
    edges = {"source": source[source != target], "target": target[source != target]}
    found = ls.communities(edges, method=method, seed=3)
    with ls.ThreadLimit(1):
        assert ls.communities(ls.graph(edges), method=method, seed=3).equals(found)
    assert not ls.communities(edges, method=method, seed=4).equals(found)


def test_rounds_raise_the_quality():
    random = np.random.default_rng(2)
    source, target = random.integers(0, 3000, (2, 9000))
    edges = {"source": source[source != target], "target": target[source != target]}
    quality = [
        ls.partition_quality(edges, ls.communities(edges, max_rounds=rounds)) for rounds in (1, 50)
    ]
    assert quality[0] < quality[1]


def test_quality_and_conductance_of_a_split_in_any_order():
    assert ls.partition_quality(TRIANGLES, SPLIT) == pytest.approx(6 / 7 - 0.5)
    assert ls.partition_quality(TRIANGLES, SPLIT, quality="cpm", resolution=0.5) == pytest.approx(
        (12 - 0.5 * 12) / 14
    )
    cuts = ls.conductance(TRIANGLES, SPLIT)
    assert cuts["community"].to_pylist() == ["a", "b"]
    assert cuts["conductance"].to_pylist() == pytest.approx([1 / 7, 1 / 7])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: ls.communities(TRIANGLES, method="magic"), "method is 'magic'"),
        (lambda: ls.communities(TRIANGLES, max_rounds=0), "max_rounds is 0"),
        (lambda: ls.communities(TRIANGLES, method="label_propagation", resolution=2.0), "leave"),
        (lambda: ls.communities(ls.graph(TRIANGLES, directed=True)), "directed"),
        (lambda: ls.partition_quality(TRIANGLES, {"vertex": [1], "community": [1]}), "lacks 5 of"),
        (lambda: ls.conductance(TRIANGLES, {"vertex": [1, 1], "community": [1, 2]}), "twice"),
        (lambda: ls.partition_quality(TRIANGLES, SPLIT, quality="magic"), "quality is 'magic'"),
        (lambda: ls.conductance(TRIANGLES, {"vertex": [1]}), "lacks community"),
    ],
)
def test_bad_input_is_refused_in_words(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_vertices_of_another_type_are_refused():
    with pytest.raises(TypeError, match="vertices of"):
        ls.conductance(TRIANGLES, {"vertex": ["1"], "community": [1]})


@pytest.mark.parametrize("kind", [np.uint32, np.int64, np.uint64])
def test_a_split_of_numbered_vertices_is_taken_in_any_type(kind):
    graph = ls.graph((np.array([0, 1, 2]), np.array([1, 2, 0])), dense=True, vertices=4)
    found = ls.communities(graph)
    assert ls.partition_quality(graph, found) == pytest.approx(0.0)
    given = {"vertex": np.arange(4).astype(kind), "community": [0, 0, 0, 1]}
    assert ls.partition_quality(graph, given) == pytest.approx(0.0)
    assert ls.conductance(graph, given)["community"].to_pylist() == [0, 1]
