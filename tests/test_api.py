"""The functions on tables: one contract for all inputs, values against slow versions."""

import itertools
import json
import random
import warnings
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

import lockstep as ls


def random_log(seed: int, rows: int = 300) -> dict[str, list]:
    draw = random.Random(seed)
    return {
        "account_id": [f"user {draw.randrange(12)}" for _ in range(rows)],
        "object_id": [draw.randrange(15) for _ in range(rows)],
        "timestamp": [1_600_000_000 + draw.randrange(900) for _ in range(rows)],
    }


def slow_coaction(log, window_s, min_objects):
    rows = list(zip(*log.values(), strict=True))
    met = {}
    for (a, o, t), (b, p, u) in itertools.combinations(rows, 2):
        if a != b and o == p and abs(t - u) <= window_s:
            objects, pairs = met.get((min(a, b), max(a, b)), (set(), 0))
            met[min(a, b), max(a, b)] = (objects | {o}, pairs + 1)
    return [
        {"source": a, "target": b, "objects": len(objects), "pairs": pairs}
        for (a, b), (objects, pairs) in sorted(met.items())
        if len(objects) >= min_objects
    ]


@pytest.mark.parametrize("seed", range(10))
def test_coaction_matches_all_pairs(seed):
    log = random_log(seed)
    for window_s, min_objects in [(0, 1), (20, 2), (60, 3)]:
        got = ls.coaction(log, window_s=window_s, min_objects=min_objects)
        assert got.to_pylist() == slow_coaction(log, window_s, min_objects)


@pytest.mark.parametrize("seed", range(5))
def test_popular_objects_are_left_out_and_listed(seed):
    log = random_log(seed)
    actions = Counter(log["object_id"])
    cap = sorted(actions.values())[-4]
    rest = [row for row in zip(*log.values(), strict=True) if actions[row[1]] <= cap]
    want = dict(zip(log, map(list, zip(*rest, strict=True)), strict=True))
    with pytest.warns(UserWarning, match=r"objects with .* actions were left out"):
        got = ls.coaction(log, max_object_actions=cap, min_objects=1)
    assert got.to_pylist() == slow_coaction(want, 60, 1)
    popular = sorted(((o, n) for o, n in actions.items() if n > cap), key=lambda x: (-x[1], x[0]))
    assert [tuple(row.values()) for row in ls.left_out(got).to_pylist()] == popular
    assert popular
    with pytest.warns(UserWarning):
        tested = ls.significance(log, max_object_actions=cap, min_objects=1)
    assert tested.to_pylist() == ls.significance(want, min_objects=1).to_pylist()
    assert ls.left_out(tested) == ls.left_out(got)


def test_nothing_is_left_out_unless_asked_for():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = ls.coaction(random_log(1))
    assert ls.left_out(table).num_rows == 0
    assert ls.left_out(table).column_names == ["object_id", "actions"]
    with pytest.raises(ValueError, match="says nothing of objects left out"):
        ls.left_out(pa.table({"source": [1]}))


@pytest.mark.parametrize(
    "make", [dict, pa.table, pd.DataFrame, pl.DataFrame, lambda d: pa.table(d).to_batches()[0]]
)
def test_every_kind_of_table_is_taken(make):
    log = random_log(3)
    want = ls.coaction(log).to_pylist()
    assert want
    assert ls.coaction(make(log)).to_pylist() == want
    assert ls.significance(make(log)).select(["source", "objects"]).num_rows == len(want)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet", "arrow", "stream", "ndjson"])
def test_a_path_is_taken_as_a_table(tmp_path, kind):
    log = pa.table({**random_log(3), "object_id": [f"00{n}" for n in random_log(3)["object_id"]]})
    path = tmp_path / f"log.{kind}"
    if kind.startswith("csv"):
        with (
            pa.CompressedOutputStream(path, "gzip") if kind == "csv.gz" else path.open("wb") as out
        ):
            pa.csv.write_csv(log, out)
    elif kind == "parquet":
        pa.parquet.write_table(log, path)
    elif kind == "ndjson":
        path.write_text("".join(json.dumps(row) + "\n" for row in log.to_pylist()))
    else:
        new = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with pa.OSFile(str(path), "wb") as sink, new(sink, log.schema) as out:
            out.write_table(log)
    for given in (path, str(path)):
        assert ls.coaction(given).equals(ls.coaction(log))


def test_duckdb_relations_are_taken():
    duckdb = pytest.importorskip("duckdb")
    log = pa.table(random_log(3))
    assert ls.coaction(duckdb.from_arrow(log)).equals(ls.coaction(log))


def test_results_convert():
    table = ls.coaction(random_log(1))
    assert list(table.to_pandas().columns) == ["source", "target", "objects", "pairs"]
    assert pa.table(table).equals(table)
    assert pl.DataFrame(table).height == table.num_rows


@pytest.mark.parametrize("kind", [pa.int32(), pa.int64(), pa.uint64(), pa.string()])
def test_ids_come_back_in_their_own_type_and_order(kind):
    accounts = [9, 10, 9, 10] if kind != pa.string() else ["9", "10", "9", "10"]
    log = pa.table(
        {
            "account_id": pa.array(accounts, type=kind),
            "object_id": pa.array(["x", "x", "y", "y"]).dictionary_encode(),
            "timestamp": [1, 2, 3, 4],
        }
    )
    row = ls.coaction(log).to_pylist()[0]
    assert row["source"] < row["target"]
    assert {row["source"], row["target"]} == set(accounts)


def test_times_in_any_unit_are_floored_to_seconds():
    log = pd.DataFrame(random_log(2))
    want = ls.coaction(log).to_pylist()
    assert want
    millis = log.assign(timestamp=log["timestamp"] * 1000 + 999)
    assert ls.coaction(millis, time_unit="ms").to_pylist() == want
    stamps = log.assign(timestamp=pd.to_datetime(log["timestamp"], unit="s", utc=True))
    assert ls.coaction(stamps).to_pylist() == want
    floats = log.assign(timestamp=log["timestamp"] + 0.75)
    assert ls.coaction(floats).to_pylist() == want
    with pytest.raises(ValueError, match="time_unit='ms'"):
        ls.coaction(millis)


BAD_LOGS = [
    ({"object_id": ["x"], "timestamp": [1]}, ValueError, "lacks account_id"),
    (
        {"account_id": [1.7], "object_id": ["x"], "timestamp": [1]},
        TypeError,
        "account_id is double",
    ),
    (
        {"account_id": [None, "a"], "object_id": ["x", "y"], "timestamp": [1, 2]},
        ValueError,
        "row 0",
    ),
    ({"account_id": ["a"], "object_id": ["x"], "timestamp": [float("nan")]}, ValueError, "row 0"),
    ({"account_id": ["a"], "object_id": ["x"], "timestamp": ["noon"]}, TypeError, "timestamp is"),
    ({"account_id": ["a"], "object_id": ["x"], "timestamp": [None]}, ValueError, "row 0"),
    (7, TypeError, "expected a table"),
    *(
        ({"account_id": ["a"], "object_id": ["x"], "timestamp": [time]}, ValueError, says)
        for time, says in [
            (1e30, "holds 1e.30, which is no time in s"),
            (-(2**63), "holds -9223372036854775808"),
            (2**63 - 1, "holds 9223372036854775807"),
            (np.uint64(2**64 - 1), "holds 18446744073709551615"),
        ]
    ),
]


@pytest.mark.parametrize(("log", "error", "message"), BAD_LOGS)
@pytest.mark.parametrize("function", [ls.coaction, ls.significance])
def test_bad_logs_give_one_clear_error(function, log, error, message):
    with pytest.raises(error, match=message):
        function(log)


def test_bad_options_give_one_clear_error():
    log = random_log(1)
    edges = {"source": ["a"], "target": ["b"]}
    for call, message in [
        (lambda: ls.coaction(log, window_s=-1), "window_s is -1"),
        (lambda: ls.coaction(log, min_objects=0), "min_objects is 0"),
        (lambda: ls.coaction(log, time_unit="h"), "time_unit"),
        (lambda: ls.significance(log, fdr=0.0), "fdr is 0.0"),
        (lambda: ls.communities(edges, method="magic"), "method is 'magic'"),
        (lambda: ls.communities(edges, quality="magic"), "modularity"),
        (lambda: ls.communities(edges, resolution=-1.0), "resolution"),
        (lambda: ls.communities({"source": ["a"], "target": ["a"]}), "a"),
        (lambda: ls.communities(edges, weight="w"), "lacks w"),
        (lambda: ls.propagate(edges, ["a"], method="magic"), "method is 'magic'"),
        (lambda: ls.propagate(edges, ["a"], damping=1.0), "damping"),
        (lambda: ls.propagate(edges, []), "no seeds"),
        (lambda: ls.propagate(edges, ["z"]), "none of the 1 seeds"),
        (lambda: ls.propagate(edges, {"who": ["a"]}), "lacks vertex"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="seeds are int64"):
        ls.propagate(edges, [1])
    for seeds in ("a", 7):
        with pytest.raises(TypeError, match="give a list of ids"):
            ls.propagate(edges, seeds)


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        set,
        np.array,
        pd.Series,
        pl.Series,
        pa.array,
        lambda ids: pa.chunked_array([ids]),
    ],
)
def test_seeds_come_in_any_list_of_ids(make):
    edges = {"source": ["a", "b"], "target": ["b", "c"]}
    want = ls.propagate(edges, {"vertex": ["a", "c"]}).to_pydict()
    assert ls.propagate(edges, make(["a", "c"])).to_pydict() == want


def test_empty_log_gives_empty_tables():
    log = pa.table(
        {
            "account_id": pa.array([], type=pa.string()),
            "object_id": pa.array([], type=pa.string()),
            "timestamp": pa.array([], type=pa.int64()),
        }
    )
    assert ls.coaction(log).num_rows == 0
    assert ls.significance(log).column_names[-1] == "significant"


def planted_log(seed: int, organic: int = 20_000) -> tuple[pd.DataFrame, set[str]]:
    random_ = np.random.default_rng(seed)
    week = 7 * 86_400
    accounts = (random_.random(organic) ** 2 * 900).astype(int)
    objects = (random_.random(organic) ** 2 * 2_500).astype(int)
    times = random_.integers(0, week, organic)
    members = np.arange(900, 908)
    moments = random_.integers(0, week, 12)
    planted = pd.DataFrame(
        [
            (member, 10_000 + number, moment + random_.integers(0, 30))
            for number, moment in enumerate(moments)
            for member in members
        ]
    ).to_numpy()
    rows = np.concatenate([np.stack([accounts, objects, times], axis=1), planted])
    frame = pd.DataFrame(rows, columns=["account_id", "object_id", "timestamp"])
    return frame, set(members.tolist())


def test_significance_keeps_planted_pairs_and_little_else():
    log, members = planted_log(4)
    table = ls.significance(log)
    assert table.select(["source", "target", "objects", "pairs"]).equals(ls.coaction(log))
    kept = table.filter(table["significant"]).to_pylist()
    planted = [row for row in kept if {row["source"], row["target"]} <= members]
    assert len(planted) == 28
    assert len(kept) - len(planted) <= 3
    assert all(row["q_value"] <= 0.05 for row in kept)


def test_shuffled_accounts_give_no_discovery_in_most_runs():
    log, _ = planted_log(9, organic=5_000)
    random_ = np.random.default_rng(1)
    runs_with_any = 0
    for _ in range(40):
        shuffled = log.assign(account_id=random_.permutation(log["account_id"].to_numpy()))
        runs_with_any += any(ls.significance(shuffled)["significant"].to_pylist())
    assert runs_with_any <= 2


def test_communities_and_propagation_on_two_triangles_and_a_bridge():
    #   1 - 2       4 - 5
    #    \ /         \ /
    #     3 --------- 6
    edges = {"source": [1, 1, 2, 4, 4, 5, 3], "target": [2, 3, 3, 5, 6, 6, 6]}
    found = ls.communities(edges)
    assert found["vertex"].to_pylist() == [1, 2, 3, 4, 5, 6]
    assert found["community"].to_pylist() == [0, 0, 0, 1, 1, 1]
    score = dict(zip(*ls.propagate(edges, [1]).to_pydict().values(), strict=True))
    assert sum(score.values()) == pytest.approx(1.0)
    assert score[1] > score[2] > score[4]
    assert score[4] == pytest.approx(score[5])
    weighted = ls.propagate(edges, {"vertex": [1, 5], "confidence": [0.9, 0.1]})
    assert weighted["score"][0].as_py() > weighted["score"][4].as_py()
    with pytest.warns(UserWarning, match="1 of 2 seeds"):
        ls.propagate(edges, [1, 77])


def test_threads_do_not_change_results():
    log, _ = planted_log(2)
    many = ls.significance(log)
    with ls.ThreadLimit(1):
        assert ls.significance(log).equals(many)


def night_and_day():
    """Half of the accounts act in two hours of the night, half in two of the day."""
    random = np.random.default_rng(2)
    account = random.integers(0, 60, 4_000)
    hour = np.where(account % 2 == 0, 0, 12) + random.integers(0, 2, 4_000)
    time = (random.integers(0, 14, 4_000) * 24 + hour) * 3600 + random.integers(0, 3600, 4_000)
    return {"account_id": account, "object_id": random.integers(0, 40, 4_000), "timestamp": time}


def test_strata_expect_more_of_accounts_that_keep_the_same_hours():
    tables = {
        name: ls.significance(night_and_day(), strata=name) for name in ("none", "hour_of_week")
    }
    expected = {name: table["expected"].to_numpy().mean() for name, table in tables.items()}
    assert expected["hour_of_week"] > 1.5 * expected["none"]
    pairs = ["source", "target", "objects", "pairs"]
    assert tables["none"].select(pairs).equals(tables["hour_of_week"].select(pairs))
    with pytest.raises(ValueError, match="strata is 'month'; give one of none, day, hour_of_week"):
        ls.significance(night_and_day(), strata="month")
