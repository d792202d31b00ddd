"""`lockstep graph` and `lockstep store snapshot`: files in, files out, one line an error."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.stores import make_store

import lockstep as ls

EDGES = {"source": ["a", "b", "a"], "target": ["b", "c", "b"], "weight": [1.5, 2.0, 1.0]}
CSV = "source,target,weight\na,b,1.5\nb,c,2\na,b,1\n"


def write(path, text):
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_csv_and_parquet_give_the_same_file(tmp_path, call):
    plain = write(tmp_path / "edges.csv", CSV)
    packed = write(tmp_path / "edges.csv.gz", gzip.compress(CSV.encode()))
    pq.write_table(pa.table(EDGES), tmp_path / "edges.parquet")
    files = []
    for number, edges in enumerate((plain, packed, tmp_path / "edges.parquet")):
        out = tmp_path / f"{number}.csr"
        code, told, _ = call("graph", "build", edges, out, "--directed", "--json")
        assert code == 0
        assert json.loads(told) == {
            "path": str(out),
            "rows": 3,
            "epoch": 0,
            "directed": True,
            "vertices": 3,
            "edges": 2,
            "weights": True,
            "times": False,
            "ids": "large_string",
            "self_loops": 0,
            "repeats": 1,
            "bytes": out.stat().st_size,
        }
        files.append(out.read_bytes())
    assert files[0] == files[1] == files[2]
    opened = ls.open_graph(tmp_path / "0.csr")
    assert opened.ids.to_pylist() == ["a", "b", "c"]
    assert opened.weights.tolist() == [2.5, 2.0]


def test_an_edge_list_without_a_header(tmp_path, call):
    edges = write(tmp_path / "edges.txt", "0 1\n3 1\n3 3\n")
    out = tmp_path / "graph.csr"
    words = ("--delimiter", " ", "--no-header", "--dense", "--self-loops", "drop", "--compress")
    code, told, _ = call("graph", "build", edges, out, *words)
    assert code == 0
    assert "undirected, 4 vertices, 2 edges, 1 self-loops dropped" in told
    code, told, _ = call("graph", "info", out)
    assert code == 0
    assert "undirected, 4 vertices, 2 edges" in told
    assert "dense vertex numbers" in told
    assert ls.open_graph(out).neighbours(1).tolist() == [0, 3]


def test_other_column_names_and_ids_that_look_like_something_else(tmp_path, call):
    edges = write(tmp_path / "edges.tsv", "who\twhom\tat\n007\t7\t60000\nNA\tnull\t120000\n")
    out = tmp_path / "graph.csr"
    words = ("--source", "who", "--target", "whom", "--time", "at", "--time-unit", "ms")
    code, _, _ = call("graph", "build", edges, out, *words, "--delimiter", "\\t", "--directed")
    assert code == 0
    opened = ls.open_graph(out)
    assert opened.ids.to_pylist() == ["007", "7", "NA", "null"]
    assert opened.times.tolist() == [60, 120]


REJECTED = {
    "past u32": ("source,target\n0,4294967295\n", ["--dense"], "target is 4294967295 in row 0"),
    "past i64": ("source,target\n0,99999999999999999999\n", ["--dense"], "99999999999999999999"),
    "negative": ("source,target\n1,0\n-1,0\n", ["--dense"], "source is -1 in row 1"),
    "missing": ("source,target\n1,2\n3,\n", ["--dense"], "target is missing in row 1"),
    "missing text": ("source,target\n,b\n", [], "source is missing in row 0"),
    "float": ("source,target\n1.5,2\n", ["--dense"], "1.5"),
    "self-loop": ("source,target\na,b\nc,c\n", [], "edge 1 joins 'c' to itself"),
    "past the end": (
        "source,target\n1,2\n",
        ["--dense", "--vertices", "2"],
        "names a vertex past the 2",
    ),
    "no column": ("from,to\n1,2\n", [], "lacks source, target; it has from, to"),
    "bad weight": ("source,target,weight\na,b,0\n", [], "has weight 0"),
    "no weight": ("source,target,weight\na,b,\n", [], "weight is missing in row 0"),
    "ragged": ("source,target\n1,2\n1,2,3\n", [], "Expected 2 columns, got 3"),
    "empty": ("", [], "is empty"),
    "too many": ("1,2,3,4,5\n", ["--no-header"], "has 5 columns"),
    "json": ('{"source": 1}\n', [], "is ndjson; give CSV or Parquet"),
}


@pytest.mark.parametrize(("text", "words", "said"), REJECTED.values(), ids=REJECTED)
def test_bad_edge_lists_are_rejected_with_one_line(tmp_path, call, text, words, said):
    edges = write(tmp_path / "edges.csv", text)
    code, _, told = call("graph", "build", edges, tmp_path / "graph.csr", *words)
    assert code == 3
    assert said in told
    assert told.count("\n") == 1
    assert not (tmp_path / "graph.csr").exists()


def test_a_list_of_no_edges_is_an_empty_graph(tmp_path, call):
    edges = write(tmp_path / "edges.csv", "source,target\n")
    code, told, _ = call("graph", "build", edges, tmp_path / "graph.csr")
    assert code == 0
    assert "0 vertices, 0 edges" in told


def test_usage_and_files_that_are_not_there(tmp_path, call):
    edges = write(tmp_path / "edges.csv", CSV)
    out = tmp_path / "graph.csr"
    for words, said in (
        (("graph", "build", tmp_path / "none.csv", out), "no such file"),
        (("graph", "build", edges, out, "--delimiter", "ab"), "is not one character"),
        (("graph", "build", edges, out, "--vertices", "3"), "--vertices is for --dense"),
        (("graph", "build", edges, out, "--compress"), "has weights or times"),
        (("graph", "info", out), "no such file"),
    ):
        code, _, told = call(*words)
        assert (code, told.count("\n")) == (2, 1)
        assert said in told
    assert call("graph", "build", edges, tmp_path / "none" / "graph.csr")[0] == 1


def test_info_finds_damage(tmp_path, call):
    out = tmp_path / "graph.csr"
    ls.graph(EDGES).save(out)
    whole = out.read_bytes()
    write(out, whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    assert call("graph", "info", out, "--check", "header")[0] == 0
    code, told, _ = call("graph", "info", out, "--json")
    assert code == 5
    assert json.loads(told)["error"]["type"] == "CorruptData"
    write(out, whole[:-9])
    assert call("graph", "info", out, "--check", "header")[0] == 5


def test_a_store_writes_its_graph(tmp_path, call):
    rows = [(1_600_000_000 + i, f"u{i}", "share", "x") for i in range(3)]
    make_store(tmp_path / "store", rows).close()
    code, told, _ = call("store", "snapshot", tmp_path / "store", "--json")
    assert code == 0
    made = json.loads(told)
    assert made["path"].endswith("snap/kind=share/00000000000000000001.csr")
    assert (made["kind"], made["vertices"], made["edges"], made["epoch"]) == ("share", 3, 0, 1)
    code, _, told = call("store", "snapshot", tmp_path / "store", "--kind", "like")
    assert (code, told.count("\n")) == (2, 1)
    assert "no kind 'like'; it has share" in told
    out = tmp_path / "small.csr"
    assert call("store", "snapshot", tmp_path / "store", "--out", out, "--compress")[0] == 0
    assert len(ls.open_graph(out)) == 3
