"""Ties within other windows, and beside shuffled times: by hand, by brute force, on a run."""

from collections import Counter
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import lockstep as ls

WINDOWS_S = [0, 10, 60, 300]


def log_of(seed, rows=120):
    draw = np.random.default_rng(seed)
    return {
        "account_id": [f"a{n}" for n in draw.integers(0, 9, rows)],
        "object_id": [f"o{n}" for n in draw.integers(0, 12, rows)],
        "timestamp": draw.integers(0, 2_000, rows),
    }


def tied(log, window_s, least):
    """Pairs that meet on enough objects, by looking at every two actions."""
    met = {}
    rows = list(zip(*(log[name] for name in ("account_id", "object_id", "timestamp")), strict=True))
    for (a, one, s), (b, other, t) in combinations(rows, 2):
        if a != b and one == other and abs(int(s) - int(t)) <= window_s:
            met.setdefault(frozenset((a, b)), set()).add(one)
    return {pair for pair, objects in met.items() if len(objects) >= least}


def largest_part(pairs):
    """Vertices of the largest connected part, by merging."""
    parts = []
    for pair in pairs:
        touched = [part for part in parts if part & pair]
        parts = [part for part in parts if not part & pair] + [pair.union(*touched)]
    return max(map(len, parts), default=0)


@pytest.mark.parametrize("seed", range(5))
def test_ties_are_those_of_brute_force(seed):
    log = log_of(seed)
    found = ls.robustness(log, windows_s=WINDOWS_S, min_objects=2, shuffles=1)
    for row in found.to_pylist():
        pairs = tied(log, row["window_s"], 2)
        assert row["pairs"] == len(pairs)
        assert row["largest_component"] == largest_part(pairs)


def test_shuffled_ties_are_those_of_shuffled_logs():
    log = log_of(3)
    found = ls.robustness(log, windows_s=WINDOWS_S, min_objects=1, shuffles=1, seed=4)
    copy = ls.shuffle_times(log, seed=4).to_pydict()
    for row in found.to_pylist():
        pairs = tied(copy, row["window_s"], 1)
        assert row["shuffled_pairs"] == len(pairs)
        assert row["shuffled_component"] == largest_part(pairs)


def test_a_shuffle_keeps_what_an_account_did_and_when():
    log = log_of(7, rows=400)
    copy = ls.shuffle_times(log, seed=1).to_pydict()
    for name in ("object_id", "timestamp"):
        assert Counter(zip(copy["account_id"], copy[name], strict=True)) == Counter(
            zip(log["account_id"], log[name], strict=True)
        )
    assert copy != ls.shuffle_times(log, seed=2).to_pydict()
    assert copy == ls.shuffle_times(log, seed=1).to_pydict()


def test_concert_holds_and_crowds_do_not():
    draw = np.random.default_rng(5)
    begins = draw.integers(0, 10**6, 30)
    concert = {
        "account_id": np.tile(np.arange(8), 30),
        "object_id": np.repeat(np.arange(30), 8),
        "timestamp": np.repeat(begins, 8) + draw.integers(0, 10, 240),
    }
    assert ls.robustness(concert)["holds"].to_pylist() == [True] * 12
    crowd = {**concert, "timestamp": draw.integers(0, 3_000, 240)}
    held = ls.robustness(crowd, min_objects=1)
    assert held["pairs"].to_pylist()[-1] > 0
    assert held["holds"].to_pylist() == [False] * 12


@pytest.mark.parametrize("windows_s", [[], [60, 30], [30, 30], [-1, 5]])
def test_windows_must_rise(windows_s):
    with pytest.raises(ValueError, match="give rising seconds"):
        ls.robustness(log_of(0), windows_s=windows_s)


def test_no_shuffle_is_refused():
    with pytest.raises(ValueError, match="shuffles is 0"):
        ls.robustness(log_of(0), shuffles=0)


def test_a_cluster_is_tried_as_its_members_logs_are(place):
    run = ls.Run.open(place / "store-runs")
    cluster = run.cluster("C-0001")
    with ls.open(place / "store") as store:
        found = cluster.robustness(store, shuffles=2)
        actions = pa.concat_tables(
            store.actions(name).append_column(
                "account_id", pa.array([name] * store.actions(name).num_rows, pa.string())
            )
            for name in cluster.accounts
        )
    least = run.summary["options"]["min_objects"]
    for row in found.to_pylist():
        pairs = set()
        for layer in run.summary["layers"]:
            log = actions.filter(pc.equal(actions["kind"], layer)).to_pydict()
            pairs |= tied(log, round(run.window_of(layer) * row["factor"]), least)
        assert row["pairs"] == len(pairs)
        assert row["largest_component"] == largest_part(pairs)
    own = found.filter(pc.equal(found["factor"], 1.0)).to_pylist()[0]
    assert own["pairs"] >= cluster.pairs.num_rows
    assert own["holds"]


def test_the_command_says_the_same(place, call):
    import json

    code, told, _ = call("robustness", place / "store-runs", "--cluster", "C-0001", "--json")
    answer = json.loads(told)
    assert code == 0
    run = ls.Run.open(place / "store-runs")
    with ls.open(place / "store") as store:
        assert answer["settings"] == run.cluster("C-0001").robustness(store, seed=0).to_pylist()
    assert answer["held"] == sum(row["holds"] for row in answer["settings"])
    code, told, _ = call("robustness", place / "store-runs", "--cluster", "C-0001")
    assert f"holds in {answer['held']} of 12 settings" in told
    code, _, fault = call("robustness", place / "store-runs", "--cluster", "C-9999")
    assert code == 2
    assert "C-9999" in fault
