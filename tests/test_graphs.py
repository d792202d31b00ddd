"""Graphs from tables and arrays, and their files, against slow versions."""

import gc
import os
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from support.stores import make_store

import lockstep as ls
from lockstep import _core


def slow_rows(edges, directed, vertices):
    """Neighbours of each vertex with the sum of weights and the earliest time."""
    rows = [{} for _ in range(vertices)]
    for u, v, weight, time in edges:
        for a, b in [(u, v)] if directed else [(u, v), (v, u)]:
            before = rows[a].get(b, (0.0, time))
            rows[a][b] = (before[0] + weight, min(before[1], time))
    return [sorted(row.items()) for row in rows]


def rows_of(graph):
    return [
        [
            (int(graph.targets[i]), (float(graph.weights[i]), int(graph.times[i])))
            for i in range(int(graph.offsets[v]), int(graph.offsets[v + 1]))
        ]
        for v in range(len(graph))
    ]


def random_edges(seed, vertices=20, edges=80):
    draw = random.Random(seed)
    pairs = (draw.sample(range(vertices), 2) for _ in range(edges))
    return [(u, v, draw.randint(1, 9) / 2, draw.randint(-9, 9)) for u, v in pairs]


def columns(edges):
    return dict(zip(("source", "target", "weight", "time"), zip(*edges, strict=True), strict=True))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("directed", [True, False])
def test_graph_matches_a_slow_build(seed, directed):
    edges = random_edges(seed)
    made = ls.graph(columns(edges), directed=directed, dense=True, vertices=20)
    assert rows_of(made) == slow_rows(edges, directed, 20)
    assert made.directed is directed
    kept = {(u, v) if directed else (min(u, v), max(u, v)) for u, v, _, _ in edges}
    assert made.edge_count == len(kept)
    assert made.repeats == len(edges) - len(kept)
    turned = ls.graph(
        columns([(v, u, w, t) for u, v, w, t in edges]), directed=directed, dense=True, vertices=20
    )
    for name in ("offsets", "targets", "weights", "times"):
        assert getattr(made, f"in_{name}").tolist() == getattr(turned, name).tolist()
    assert made.neighbours(3).tolist() == [v for v, _ in slow_rows(edges, directed, 20)[3]]


def test_every_kind_of_table_and_array_gives_the_same_graph():
    edges = {"source": [5, 3, 5], "target": [3, 9, 3]}
    want = ls.graph(edges)
    arrays = [np.array(edges[name]) for name in ("source", "target")]
    for given in (pa.table(edges), pd.DataFrame(edges), pl.DataFrame(edges), tuple(arrays)):
        made = ls.graph(given)
        assert made.ids.to_pylist() == [3, 5, 9]
        assert made.targets.tolist() == want.targets.tolist() == [1, 2, 0, 0]
        assert made.repeats == 1
        assert made.weights is None
        assert made.times is None
    for dtype in (np.uint8, np.uint32, np.uint64, np.int16, np.int64):
        made = ls.graph(tuple(array.astype(dtype) for array in arrays), dense=True)
        assert len(made) == 10
        assert made.neighbours(3).tolist() == [5, 9]
        assert made.ids is None


def test_text_ids_are_numbered_in_their_order_and_kept():
    made = ls.graph({"source": ["é", "b"], "target": ["b", "a"]}, directed=True)
    assert made.ids.to_pylist() == ["a", "b", "é"]
    assert made.neighbours(2).tolist() == [1]
    assert repr(made) == "<lockstep.Graph: directed, 3 vertices, 2 arcs>"


def test_arrays_are_views_that_keep_the_graph_alive_and_cannot_be_written(tmp_path):
    path = ls.graph(columns(random_edges(1)), dense=True).save(tmp_path / "graph.csr")
    for made in (ls.graph(columns(random_edges(1)), dense=True), ls.open_graph(path)):
        names = ("offsets", "targets", "weights", "times")
        arrays = [getattr(made, name) for name in (*names, *(f"in_{name}" for name in names))]
        before = [array.tolist() for array in arrays]
        assert all(
            a.ctypes.data == getattr(made, n).ctypes.data
            for a, n in zip(arrays[:4], names, strict=True)
        )
        assert [a.dtype for a in arrays[:4]] == [np.uint64, np.uint32, np.float64, np.int64]
        del made
        gc.collect()
        assert [array.tolist() for array in arrays] == before
        for array in arrays:
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1


BIG = 2**32 - 1
BAD_IDS = [
    ([0, 2**32], np.int64, ValueError, r"source is 4294967296 in row 1; .*end at 4294967294"),
    ([BIG, 0], np.uint32, ValueError, r"source is 4294967295 in row 0"),
    ([0, 2**64 - 1], np.uint64, ValueError, r"source is 18446744073709551615 in row 1"),
    ([3, -1], np.int64, ValueError, r"source is -1 in row 1; vertex numbers start at 0"),
    ([1.0, 2.0], np.float64, TypeError, r"source is double; vertex numbers must be integers"),
    ([1.0, np.nan], np.float64, TypeError, r"source is double"),
    ([True, False], np.bool_, TypeError, r"source is bool"),
]


@pytest.mark.parametrize(("values", "dtype", "error", "words"), BAD_IDS)
def test_bad_vertex_numbers_are_refused_before_they_are_narrowed(values, dtype, error, words):
    with pytest.raises(error, match=words):
        ls.graph((np.array(values, dtype=dtype), np.array([5, 6])), dense=True)
    with pytest.raises(error, match=words.replace("source", "target", 1)):
        ls.graph({"source": [5, 6], "target": np.array(values, dtype=dtype)}, dense=True)


@pytest.mark.parametrize("dense", [True, False])
def test_missing_ids_are_refused(dense):
    with pytest.raises(ValueError, match=r"target is missing in row 1 \(1 rows in all\)"):
        ls.graph({"source": [1, 2], "target": pa.array([3, None])}, dense=dense)


def test_ids_that_are_not_dense_may_be_any_integer_or_text_but_no_float():
    made = ls.graph({"source": [-5, 2**40], "target": [2**62, -5]})
    assert made.ids.to_pylist() == [-5, 2**40, 2**62]
    with pytest.raises(TypeError, match="source is double; ids must be strings or integers"):
        ls.graph({"source": [1.5], "target": [2.5]})
    with pytest.raises(TypeError, match="ids must all be of one type"):
        ls.graph({"source": ["a"], "target": [1]})


@pytest.mark.parametrize(
    ("edges", "dense", "words"),
    [
        ({"source": ["a", "b"], "target": ["b", "b"]}, False, "edge 1 joins 'b' to itself"),
        ({"source": [1, 2], "target": [0, 2]}, True, r"edge 1 \(2, 2\) is a self-loop"),
    ],
)
def test_self_loops_are_refused_or_counted(edges, dense, words):
    with pytest.raises(ValueError, match=words):
        ls.graph(edges, dense=dense)
    made = ls.graph(edges, dense=dense, self_loops="drop")
    assert (made.self_loops, made.edge_count) == (1, 1)
    assert "1 self-loops dropped" in repr(made)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"self_loops": "keep"}, ValueError, "self_loops is 'keep'; give 'refuse' or 'drop'"),
        ({"vertices": 5}, ValueError, "vertices is for dense=True"),
        ({"vertices": -1, "dense": True}, ValueError, "vertices is -1"),
        ({"vertices": 2**32, "dense": True}, ValueError, "vertices is 4294967296"),
        ({"vertices": 2, "dense": True}, ValueError, r"edge 0 \(1, 2\) names a vertex past the 2"),
        ({"weight": "w"}, ValueError, "the table lacks w"),
        ({"weight": "bad"}, ValueError, r"edge 0 \(0, 1\) has weight nan"),
        ({"weight": "none"}, ValueError, "none is missing in row 0"),
        ({"weight": "text"}, TypeError, "text is string; weights must be numbers"),
        ({"time": "text"}, TypeError, "text is string; times must be"),
        ({"time": "late"}, ValueError, "which is no time in s"),
        ({"time": "late", "time_unit": "h"}, ValueError, "time_unit is 'h'"),
    ],
)
def test_unknown_options_and_bad_columns_are_refused(options, error, words):
    table = pa.table(
        {
            "source": [1],
            "target": [2],
            "bad": [float("nan")],
            "none": pa.array([None], pa.float64()),
            "text": ["x"],
            "late": [10**12],
        }
    )
    with pytest.raises(error, match=words):
        ls.graph(table, **options)


def test_arrays_of_the_wrong_number_or_length_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        ls.graph((np.arange(2), np.arange(3)))
    with pytest.raises(TypeError, match="edges has 1 arrays"):
        ls.graph((np.arange(2),))
    with pytest.raises(TypeError, match="expected a table"):
        ls.graph(7)


def test_a_graph_without_edges(tmp_path):
    none = {"source": np.zeros(0, np.int64), "target": np.zeros(0, np.int64)}
    assert len(ls.graph(none)) == 0
    made = ls.graph(none, dense=True, vertices=3, directed=True)
    assert (len(made), made.edge_count, made.offsets.tolist()) == (3, 0, [0, 0, 0, 0])
    assert len(ls.open_graph(made.save(tmp_path / "none.csr"))) == 3
    text = ls.graph({"source": pa.array([], pa.string()), "target": pa.array([], pa.string())})
    assert len(ls.open_graph(text.save(tmp_path / "text.csr"))) == 0
    with pytest.raises(IndexError, match="vertex 3 is past the 3"):
        made.neighbours(3)


@pytest.mark.parametrize("directed", [True, False])
@pytest.mark.parametrize("check", ["full", "header"])
def test_a_file_holds_what_was_saved(tmp_path, directed, check):
    made = ls.graph(columns(random_edges(3)), directed=directed)
    opened = ls.open_graph(made.save(tmp_path / "graph.csr"), check=check)
    assert rows_of(opened) == rows_of(made)
    assert opened.in_targets.tolist() == made.in_targets.tolist()
    assert opened.ids.to_pylist() == made.ids.to_pylist()
    assert opened.path == tmp_path / "graph.csr"
    with pytest.raises(ValueError, match="has weights or times"):
        made.save(tmp_path / "small.csr", compress=True)
    rows = made.rows_alone()
    small = ls.open_graph(rows.save(tmp_path / "small.csr", compress=True), check=check)
    assert small.targets.tolist() == made.targets.tolist()
    assert small.in_targets.tolist() == made.in_targets.tolist()
    assert small.ids.to_pylist() == made.ids.to_pylist()
    assert small.weights is None


@pytest.mark.parametrize(
    "ids",
    [
        ["b", "", "ab"],
        pa.array(["skipped", "b", "", "ab"]).slice(1),
        [7, -(2**63), 2**63 - 1],
        pa.array([1, 2, 2**64 - 1], pa.uint64()),
    ],
)
def test_ids_survive_a_file(tmp_path, ids):
    made = ls.graph(
        {
            "source": ids,
            "target": ids[1:] + ids[:1]
            if isinstance(ids, list)
            else pa.concat_arrays([ids.slice(1), ids.slice(0, 1)]),
        }
    )
    opened = ls.open_graph(made.save(tmp_path / "graph.csr"))
    assert list(map(str, opened.ids.to_pylist())) == list(map(str, made.ids.to_pylist()))


def test_bad_files_give_one_clear_error_each(tmp_path):
    path = ls.graph(columns(random_edges(1))).save(tmp_path / "graph.csr")
    whole = path.read_bytes()
    with pytest.raises(FileNotFoundError, match="no such file"):
        ls.open_graph(tmp_path / "missing.csr")
    with pytest.raises(ls.StorageError, match="it is no file"):
        ls.open_graph(tmp_path)
    with pytest.raises(ValueError, match="check is 'none'"):
        ls.open_graph(path, check="none")
    for damaged, words in (
        (b"", "is no graph snapshot"),
        (b"source,target\n1,2\n", "is no graph snapshot"),
        (whole[:2000], "ends within its header"),
        (whole[:-1], "bytes of"),
        (whole[:5000] + bytes([whole[5000] ^ 4]) + whole[5001:], "is not what was written"),
        (whole[:20] + b"\x01" + whole[21:], "its header"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(ls.CorruptData, match=words):
            ls.open_graph(path)
    with pytest.raises(ls.StorageError, match="No such file"):
        ls.graph(columns(random_edges(1))).save(tmp_path / "missing" / "graph.csr")


def test_processes_share_a_file(tmp_path):
    path = ls.graph(columns(random_edges(4)), directed=True).save(tmp_path / "graph.csr")
    code = "import sys, lockstep as ls; g = ls.open_graph(sys.argv[1]); print(int(g.targets.sum()))"
    readers = [
        subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    want = str(int(ls.open_graph(path).targets.sum()))
    assert [reader.communicate()[0].strip() for reader in readers] == [want, want]
    if sys.platform == "linux":
        opened = ls.open_graph(path)
        maps = open(f"/proc/{os.getpid()}/maps").read()  # noqa: SIM115
        assert any("r--s" in line and str(path) in line for line in maps.splitlines())
        assert len(opened) > 0


def test_threads_do_not_change_a_graph(tmp_path):
    draw = np.random.default_rng(1)
    edges = (draw.integers(0, 5000, 100_000), draw.integers(0, 5000, 100_000))
    options = {"dense": True, "self_loops": "drop", "directed": True}
    many = ls.graph(edges, **options).save(tmp_path / "many").read_bytes()
    with ls.ThreadLimit(1):
        assert ls.graph(edges, **options).save(tmp_path / "one").read_bytes() == many


def test_a_store_gives_its_graphs(tmp_path):
    log = pa.table(
        {
            "timestamp": [1_600_000_000, 1_600_000_007, 1_600_000_003],
            "account_id": ["ann", "ann", "bob"],
            "action": ["retweet", "retweet", "retweet"],
            "object_id": ["x", "y", "x"],
        }
    )
    store = make_store(tmp_path / "store", log)
    assert store.graph("retweet").edge_count == 0
    store.ingest(
        {**log.to_pydict(), "about": ["bob", "bob", "bob"]},
        mapping={
            "account": "account_id",
            "object": "object_id",
            "time": "timestamp",
            "kind": "action",
            "target": "about",
        },
    )
    made = store.graph("retweet")
    ann, bob = store.account_id("ann"), store.account_id("bob")
    assert (made.epoch, made.self_loops, made.edge_count) == (2, 1, 1)
    assert made.neighbours(ann).tolist() == [bob]
    assert (made.weights.tolist(), made.times.tolist()) == ([2.0], [1_600_000_000])
    path = store.snapshot("retweet")
    assert path == tmp_path / "store" / "snap" / "kind=retweet" / "00000000000000000002.csr"
    assert ls.open_graph(path).epoch == 2
    small = store.snapshot("retweet", tmp_path / "small.csr", compress=True)
    assert ls.open_graph(small).targets.tolist() == [bob]
    with pytest.raises(ValueError, match="the store has no kind 'like'; it has retweet"):
        store.graph("like")
    assert store.verify() == []


def test_the_weighted_graph_of_the_core_is_as_before():
    made = _core.Graph(
        3, np.array([0, 1], np.uint32), np.array([1, 2], np.uint32), np.array([1.0, 2.0])
    )
    assert made.weights.tolist() == [1.0, 1.0, 2.0, 2.0]
    with pytest.raises(TypeError, match="source must be a contiguous NumPy array of uint32"):
        _core.Graph(3, np.array([0]), np.array([1]), np.array([1.0]))
