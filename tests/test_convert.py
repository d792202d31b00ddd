"""Graphs in the forms of other packages are the same graphs."""

import builtins
import sys

import igraph
import networkx
import numpy as np
import polars
import pyarrow as pa
import pytest
from support.stores import make_store

import lockstep as ls

EDGES = {
    "source": ["a", "b", "a"],
    "target": ["b", "c", "d"],
    "weight": [1.0, 2.5, 4.0],
    "layers": [["x"], ["x", "y"], ["y"]],
}
ROWS = {("a", "b", 1.0), ("b", "c", 2.5), ("a", "d", 4.0)}


@pytest.mark.parametrize("directed", [False, True])
def test_networkx_and_igraph_have_the_same_edges(directed):
    made = ls.to_networkx(EDGES, directed=directed)
    assert made.is_directed() == directed
    rows = {(a, b, data["weight"]) for a, b, data in made.edges(data=True)}
    assert rows == ROWS
    other = ls.to_igraph(EDGES, directed=directed)
    assert other.is_directed() == directed
    names = other.vs["name"]
    assert {(names[e.source], names[e.target], e["weight"]) for e in other.es} == ROWS
    assert other.es["layers"] == EDGES["layers"]


def test_attributes_of_vertices_come_along():
    vertices = {"account_id": ["a", "z"], "cluster_id": ["C-0001", None]}
    made = ls.to_networkx(EDGES, vertices=vertices)
    assert made.nodes["a"] == {"cluster_id": "C-0001"}
    assert set(made) == {"a", "b", "c", "d", "z"}
    other = ls.to_igraph(EDGES, vertices=vertices)
    assert dict(zip(other.vs["name"], other.vs["cluster_id"], strict=True))["a"] == "C-0001"
    assert other.vcount() == 5
    keys = {
        node["key"]: node["attributes"]
        for node in ls.to_graphology(EDGES, vertices=vertices)["nodes"]
    }
    assert keys["a"] == {"cluster_id": "C-0001"}
    assert set(keys) == {"a", "b", "c", "d", "z"}
    with pytest.raises(ValueError, match="vertices lack vertex or account_id"):
        ls.to_networkx(EDGES, vertices={"name": ["a"]})


@pytest.mark.parametrize("directed", [False, True])
def test_scipy_has_the_same_matrix_as_networkx(directed):
    matrix, ids = ls.to_scipy(EDGES, directed=directed)
    wanted = networkx.to_numpy_array(
        ls.to_networkx(EDGES, directed=directed), nodelist=ids.to_pylist()
    )
    assert np.array_equal(matrix.toarray(), wanted)


def test_a_graph_goes_to_scipy_without_a_copy():
    graph = ls.graph(EDGES)
    matrix, ids = ls.to_scipy(graph)
    assert np.shares_memory(matrix.indices, graph.targets)
    assert np.shares_memory(matrix.data, graph.weights)
    assert np.array_equal(matrix.toarray(), ls.to_scipy(EDGES)[0].toarray())
    assert ids.to_pylist() == ["a", "b", "c", "d"]
    again = ls.to_networkx(graph)
    assert {(*sorted((a, b)), data["weight"]) for a, b, data in again.edges(data=True)} == ROWS
    directed = ls.to_networkx(ls.graph(EDGES, directed=True))
    assert {(a, b, data["weight"]) for a, b, data in directed.edges(data=True)} == ROWS


def test_files_for_other_programs_are_read_back(tmp_path):
    vertices = {"vertex": ["a"], "note": [None]}
    gexf = networkx.read_gexf(ls.write_gexf(EDGES, tmp_path / "a.gexf", vertices=vertices))
    graphml = igraph.Graph.Read_GraphML(str(ls.write_graphml(EDGES, tmp_path / "a.graphml")))
    assert {(*sorted((a, b)), data["weight"]) for a, b, data in gexf.edges(data=True)} == ROWS
    assert gexf.edges["b", "c"]["layers"] == "x, y"
    names = graphml.vs["id"]
    got = {(*sorted((names[e.source], names[e.target])), e["weight"]) for e in graphml.es}
    assert got == ROWS


def test_places_and_colours_are_kept(tmp_path):
    vertices = {"vertex": ["a", "b"], "x": [0.25, 1.0], "y": [0.5, 0.0], "color": ["#0072b2", None]}
    gexf = networkx.read_gexf(ls.write_gexf(EDGES, tmp_path / "a.gexf", vertices=vertices))
    drawn = gexf.nodes["a"]["viz"]
    assert drawn["position"] == {"x": 250.0, "y": -500.0, "z": 0.0}
    assert [drawn["color"][channel] for channel in "rgb"] == [0x00, 0x72, 0xB2]
    assert "color" not in gexf.nodes["b"]["viz"]
    assert "viz" not in gexf.nodes["c"]


def test_a_run_and_a_cluster_are_taken_as_they_are(tmp_path):
    made = ls.simulate(accounts=300, groups=3, seed=4)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    whole = ls.to_networkx(run)
    assert whole.number_of_edges() == run.pairs.num_rows
    cluster = run.cluster("C-0001")
    part = ls.to_networkx(cluster)
    assert set(part) == set(cluster.accounts)
    assert {data["cluster_id"] for _, data in part.nodes(data=True)} == {"C-0001"}
    networkx.read_gexf(ls.write_gexf(run, tmp_path / "run.gexf"))


def test_polars_gets_the_same_table():
    frame = ls.to_polars(pa.table(EDGES))
    assert isinstance(frame, polars.DataFrame)
    assert frame["weight"].to_list() == EDGES["weight"]


@pytest.mark.parametrize(
    ("function", "package"),
    [("to_networkx", "networkx"), ("to_igraph", "igraph"), ("to_polars", "polars")],
)
def test_a_package_that_is_not_there_is_named(monkeypatch, function, package):
    monkeypatch.delitem(sys.modules, package, raising=False)
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ls.MissingPackage, match=f"pip install {package}"):
        getattr(ls, function)(pa.table(EDGES))


def test_what_is_no_graph_is_refused():
    with pytest.raises(ValueError, match="lacks target"):
        ls.to_networkx({"source": ["a"]})
    with pytest.raises(TypeError, match="ids must be strings or integers"):
        ls.to_scipy({"source": [1.7], "target": [2.0]})


def test_what_xml_cannot_hold_is_spelt_out(tmp_path):
    edges = {
        "source": ["bell\x07", "two\nlines"],
        "target": ["plain", "\uffff"],
        "note": ["\x1b[m", "é"],
    }
    for write, read in (
        (ls.write_gexf, networkx.read_gexf),
        (ls.write_graphml, networkx.read_graphml),
    ):
        graph = read(write(edges, tmp_path / "graph.xml"))
        assert graph.edges["bell\\x07", "plain"]["note"] == "\\x1b[m"
        assert graph.edges["two\nlines", "\\xffff"]["note"] == "é"
