"""One contract for all algorithms: options by keyword, any table, inputs untouched, same bytes."""

import inspect
import re

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import lockstep as ls

DRAW = np.random.default_rng(4)
LOG = pa.table(
    {
        "account_id": [f"a{n}" for n in DRAW.integers(0, 40, 3_000)],
        "object_id": [f"o{n}" for n in DRAW.integers(0, 90, 3_000)],
        "timestamp": DRAW.integers(1_600_000_000, 1_600_020_000, 3_000),
    }
)
PAIRS = ls.significance(LOG, min_objects=1)
EDGES = PAIRS.select(["source", "target"]).append_column(
    "weight", pa.array(PAIRS["objects"].to_numpy().astype(float))
)
LABELS = {"vertex": ["a0", "a1", "a2", "a3"], "label": [1, 1, 0, 0]}
ON_LOGS = {
    "coaction": ls.coaction,
    "significance": ls.significance,
    "estimate": lambda log: ls.estimate(log),
    "timing_test": lambda log: ls.timing_test(log, PAIRS),
    "backbone_bicm": lambda log: ls.backbone(PAIRS, "bicm", log=log),
    "backbone_tfidf": lambda log: ls.backbone(PAIRS, "tfidf", log=log),
    "dense_blocks": ls.dense_blocks,
    "bipartite_core": ls.bipartite_core,
    "synchrony": ls.synchrony,
    "calibrate": lambda log: ls.calibrate(log, runs=3).runs,
    "detector": lambda log: ls.CoactionDetector(fdr=0.5).fit(log).edges_,
}
ON_EDGES = {
    "communities": ls.communities,
    "louvain": lambda edges: ls.communities(edges, method="louvain"),
    "label_propagation": lambda edges: ls.communities(edges, method="label_propagation"),
    "pagerank": ls.pagerank,
    "ppr": lambda edges: ls.propagate(edges, seeds=["a0"]),
    "lbp": lambda edges: ls.propagate(edges, LABELS, method="lbp", strength=0.5),
    "sybilrank": lambda edges: ls.propagate(edges, LABELS, method="sybilrank"),
    "connected_components": ls.connected_components,
    "breadth_first_search": lambda edges: ls.breadth_first_search(edges, "a0"),
    "core_numbers": ls.core_numbers,
    "triangles": ls.triangles,
    "betweenness": ls.betweenness,
    "spectral_embedding": lambda edges: ls.spectral_embedding(edges, dimensions=2),
    "truncated_svd": lambda edges: ls.truncated_svd(edges, dimensions=2),
    "layout": ls.layout,
    "takedown_curve": ls.takedown_curve,
    "backbone_disparity": lambda edges: ls.backbone(edges, "disparity"),
    "backbone_noise": lambda edges: ls.backbone(edges, "noise_corrected"),
}
ALL = [
    *(pytest.param(call, LOG, id=name) for name, call in ON_LOGS.items()),
    *(pytest.param(call, EDGES, id=name) for name, call in ON_EDGES.items()),
]
WITHOUT_OPTIONS = ("set_progress", "open", "to_polars")
KINDS = {
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "duckdb": duckdb.from_arrow,
    "dict": lambda table: {name: table[name].to_numpy() for name in table.column_names},
    "batches": lambda table: pa.Table.from_batches(table.to_batches(max_chunksize=97)),
}


def same(one, other):
    if isinstance(one, pa.Table):  # ids come back as given: short or long strings of Arrow
        return one.column_names == other.column_names and one.to_pydict() == other.to_pydict()
    return one == other


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("call", "table"), ALL)
def test_every_kind_of_table_gives_the_same(call, table, kind):
    assert same(call(KINDS[kind](table)), call(table))


@pytest.mark.parametrize(("call", "table"), ALL)
def test_inputs_are_untouched_and_calls_repeat(call, table):
    frame = table.to_pandas()
    before = frame.copy(deep=True)
    first = call(frame)
    assert same(call(frame), first)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(("call", "table"), ALL)
def test_threads_do_not_change_the_result(call, table):
    with ls.ThreadLimit(1):
        one = call(table)
    assert same(call(table), one)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in ls.__all__
        if inspect.isfunction(getattr(ls, name)) and name not in WITHOUT_OPTIONS
    ],
)
def test_options_go_by_keyword_and_are_documented(name):
    function = getattr(ls, name)
    parameters = inspect.signature(function).parameters
    optional = [p for p in parameters.values() if p.default is not inspect.Parameter.empty]
    by_place = [p.name for p in optional if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    # What a call is about may stand without its name; how it is done may not.
    assert set(by_place) <= {"seeds", "labels", "accounts", "path", "vertices"}, by_place
    text = inspect.getdoc(function)
    listed = re.search(r"Parameters\n-+\n(.*?)(\n\n[A-Z][a-z]+\n-+|\Z)", text, re.DOTALL)[1]
    named = {
        word.strip()
        for line in re.findall(r"^(\S.*?)(?: :.*)?$", listed, re.MULTILINE)
        for word in line.split(",")
    }
    assert set(parameters) <= named, set(parameters) - named
    assert re.search(r"^Returns\n-+$", text, re.MULTILINE)
