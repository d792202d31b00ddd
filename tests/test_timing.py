"""The test beyond shared interest: on tables, in a sweep, on the command line."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.command_line import cli, expect_error
from support.stores import make_store, parquet_bytes

import lockstep as ls

HIGGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "higgs" / "interactions.parquet"


def is_planted(made, table):
    groups = defaultdict(set)
    for row in made.truth.to_pylist():
        groups[row["account_id"]].add(row["group"])
    ends = zip(table["source"].to_pylist(), table["target"].to_pylist(), strict=True)
    return np.array([bool(groups[a] & groups[b]) for a, b in ends])


@pytest.mark.parametrize("difficulty", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("camouflage", [0.0, 0.5])
def test_planted_pairs_stay_and_bursts_of_interest_go(difficulty, camouflage):
    made = ls.simulate(
        accounts=2_000, difficulty=difficulty, camouflage=camouflage, bursts=30, seed=2
    )
    edges = ls.significance(made.log)
    edges = edges.filter(edges["significant"])
    planted = is_planted(made, edges)
    timed = ls.timing_test(made.log, edges)["timed"].to_numpy()
    assert planted.sum() > 400
    assert (~planted).sum() >= 20
    assert timed[planted].mean() >= 0.95
    assert timed[~planted].mean() <= 0.1


def test_a_crowd_of_fans_that_all_pass_the_first_test_goes_and_the_planted_stay():
    made = ls.simulate(accounts=1_500, groups=4, seed=6)
    draw = np.random.default_rng(3)
    organic = sorted(
        set(made.log["account_id"].to_pylist()) - set(made.truth["account_id"].to_pylist())
    )
    fans = draw.choice(organic, 300, replace=False).tolist()
    start = pc.min(made.log["timestamp"]).as_py()
    rows = [
        (start + 80_000 * (news + 1) + int(draw.exponential(120)), fan, "share_url", f"news {news}")
        for news in range(6)
        for fan in fans
    ]
    names = ("timestamp", "account_id", "action", "object_id")
    burst = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    burst = burst.select(made.log.column_names).cast(made.log.schema)
    log = pa.concat_tables([made.log, burst])
    edges = ls.significance(log)
    edges = edges.filter(edges["significant"])
    planted = is_planted(made, edges)
    timed = ls.timing_test(log, edges)["timed"].to_numpy()
    assert (~planted).sum() > 15_000
    assert timed[planted].mean() >= 0.95
    assert timed[~planted].sum() <= 0.05 * timed.sum()


def test_columns_and_counts_are_those_of_the_pairs():
    made = ls.simulate(accounts=300, groups=3, seed=8)
    edges = ls.significance(made.log)
    edges = edges.filter(edges["significant"])
    timed = ls.timing_test(made.log, edges, window_s=60)
    assert timed["source"].equals(edges["source"])
    assert timed["met"].to_pylist() == edges["objects"].to_pylist()
    assert pc.all(pc.greater_equal(timed["common"], timed["met"])).as_py()
    assert pc.all(pc.less_equal(timed["timing_expected"], timed["common"])).as_py()
    assert pc.all(pc.less_equal(timed["timing_p_value"], timed["timing_q_value"])).as_py()
    empty = ls.timing_test(made.log, edges.slice(0, 0))
    assert empty.num_rows == 0


@pytest.mark.parametrize(
    ("pairs", "option", "error", "message"),
    [
        ({"source": ["a"], "target": ["x"]}, {}, ValueError, "target is 'x' in row 0"),
        ({"source": [1], "target": [2]}, {}, TypeError, "source is int64"),
        ({"source": ["a"]}, {}, ValueError, "lacks target"),
        ({"source": ["a"], "target": ["b"]}, {"horizon_s": 60}, ValueError, "horizon_s is 60"),
        ({"source": ["a"], "target": ["b"]}, {"shrinkage": -1.0}, ValueError, "shrinkage"),
        ({"source": ["a"], "target": ["b"]}, {"lockstep_share": 2.0}, ValueError, "lockstep_share"),
        ({"source": ["a"], "target": ["b"]}, {"fdr": 0.0}, ValueError, "fdr is 0"),
    ],
)
def test_bad_input_is_refused(pairs, option, error, message):
    log = {"account_id": ["a", "b"], "object_id": ["o", "o"], "timestamp": [0, 1]}
    with pytest.raises(error, match=message):
        ls.timing_test(log, pairs, **option)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    made = ls.simulate(accounts=1_000, groups=4, bursts=30, seed=2)
    return make_store(tmp_path_factory.mktemp("timing") / "store", made.log), made


def test_a_sweep_keeps_the_edges_that_pass_both(stored):
    store, made = stored
    plain = ls.sweep(store)
    timed = ls.sweep(store, timing_test=True)
    assert plain.edges["common"].null_count == plain.edges.num_rows
    assert timed.edges["common"].null_count == 0

    def edges_of(run, planted, columns):
        table = run.edges.filter(pa.array(is_planted(made, run.edges) == planted))
        return set(zip(*(table[name].to_pylist() for name in columns), strict=True))

    ends = ["source", "target"]
    for planted in (True, False):
        assert edges_of(timed, planted, [*ends, "layer"]) <= edges_of(
            plain, planted, [*ends, "layer"]
        )
    assert len(edges_of(timed, True, ends)) >= 0.95 * len(edges_of(plain, True, ends))
    assert len(edges_of(timed, False, ends)) <= 0.1 * len(edges_of(plain, False, ends))
    larger = pc.max_element_wise(timed.edges["combined_log10_p"], timed.edges["timing_log10_p"])
    assert (
        timed.edges["weight"].to_pylist()
        == pc.min_element_wise(pc.negate(larger), 50.0).to_pylist()
    )
    assert pc.max(timed.edges["timing_q_value"]).as_py() <= 0.05
    assert timed.summary["coordination"]["pairs_by_activity"] == len(
        edges_of(plain, True, ends) | edges_of(plain, False, ends)
    )
    layers = timed.summary["layers"].values()
    assert sum(layer["edges"] for layer in layers) == timed.edges.num_rows
    met = defaultdict(int)
    for row in plain.edges.to_pylist():
        met[row["source"], row["target"]] += row["objects"]
    for row in timed.edges.to_pylist():
        # A pair may have met in a layer where it has no edge.
        assert met[row["source"], row["target"]] <= row["met"] <= row["common"]
    report = timed.report.read_text()
    assert "pairs also meet beyond shared interest" in report
    assert "objects in common where others would on" in report
    assert "beyond shared interest" not in plain.report.read_text()


@pytest.mark.parametrize("strata", ["day", "hour_of_week"])
def test_a_sweep_in_strata_finds_the_planted_and_says_the_same_as_the_function(stored, strata):
    store, made = stored
    run = ls.sweep(store, strata=strata)
    assert is_planted(made, run.edges).sum() > 300
    rows = run.edges.filter(pc.equal(run.edges["layer"], "share_url"))
    log = made.log.filter(pc.equal(made.log["action"], "share_url"))
    table = ls.significance(log, strata=strata, min_objects=1)
    p_value = {
        frozenset(ends): p
        for *ends, p in zip(
            *(table[c].to_pylist() for c in ("source", "target", "p_value")), strict=True
        )
    }
    for row in rows.to_pylist():
        assert row["p_value"] == p_value[frozenset((row["source"], row["target"]))]
    report = run.report.read_text()
    assert f"--strata {strata}" in report


def test_threads_do_not_change_a_timed_sweep(stored, tmp_path):
    store, _ = stored
    one = ls.sweep(store, timing_test=True, threads=1, out=tmp_path / "one", force=True)
    two = ls.sweep(store, timing_test=True, threads=2, out=tmp_path / "two", force=True)
    assert parquet_bytes(one) == parquet_bytes(two)


def test_the_command_says_what_the_test_left(stored, tmp_path):
    store, _ = stored
    run = ls.sweep(store, timing_test=True, horizon_s=7200)
    done = cli(
        *("sweep", store.path, "--timing-test", "--horizon", "2h", "--out", tmp_path / "runs")
    )
    assert done.returncode == 0, done.stderr
    assert "pairs also meet beyond shared interest" in done.stderr
    made = ls.Run.open(tmp_path / "runs")
    assert made.id == run.id
    edge = made.edges.to_pylist()[0]
    explained = cli("explain", made.path, edge["source"], edge["target"])
    assert f"met on {edge['met']} of {edge['common']} objects in common" in explained.stdout
    said = json.loads(cli("explain", made.path, edge["source"], edge["target"], "--json").stdout)
    assert said["edges"][0]["common"] == edge["common"]
    expect_error(cli("sweep", store.path, "--horizon", "60s"), 2, "horizon is 60 s")


def test_a_sweep_without_edges_can_be_timed(tmp_path):
    made = ls.simulate(accounts=50, groups=0, seed=1)
    run = ls.sweep(make_store(tmp_path / "store", made.log), timing_test=True)
    assert run.edges.num_rows == 0
    assert run.summary["coordination"]["timing_testable"] > 0


def shuffled_within_objects(log, seed):
    """Who acted on an object stays, and when it was acted on; who did when is drawn anew."""
    account, object_, time = (log[c].to_numpy() for c in ("account_id", "object_id", "timestamp"))
    drawn = np.random.default_rng(seed).random(len(object_))
    account, by_object = account.copy(), np.argsort(object_, kind="stable")
    account[by_object] = account[np.lexsort((drawn, object_))]
    return pa.table({"account_id": account, "object_id": object_, "timestamp": time})


def test_the_higgs_burst_is_mostly_interest_and_what_remains_is_not():
    if not HIGGS.exists():
        pytest.skip("../shared/data/higgs is not there")
    table = pq.read_table(HIGGS)
    table = table.filter(pc.equal(table["action"], "retweet"))
    log = pa.table(
        {
            "account_id": table["source"],
            "object_id": table["target"],
            "timestamp": table["timestamp"],
        }
    )

    def kept(log):
        edges = ls.significance(log)
        edges = edges.filter(edges["significant"])
        timed = ls.timing_test(log, edges)
        return edges.num_rows, timed.filter(timed["timed"])

    before, after = kept(log)
    assert after.num_rows < 0.6 * before
    # Real moments and real interest, but no pair acts by the other: nothing remains.
    before, after = kept(shuffled_within_objects(log, 1))
    assert before > 100
    assert after.num_rows <= 3
