"""Shuffled copies: what is shuffled and what stays, and that the promised rate holds."""

import json

import numpy as np
import pytest
from support.command_line import cli, expect_error
from support.stores import make_store

import lockstep as ls
from lockstep import _core
from lockstep.shuffles import dealt_anew


@pytest.fixture(scope="module")
def organic():
    return ls.simulate(accounts=600, groups=0, bursts=20, seed=3).log


def test_copies_keep_what_the_null_says_stays():
    random = np.random.default_rng(1)
    accounts = random.integers(0, 30, 500).astype(np.uint32)
    objects = np.sort(random.integers(0, 20, 500)).astype(np.uint32)
    whole, within = (dealt_anew(random, accounts, numbers) for numbers in (np.zeros(500), objects))
    for copy in (whole, within):
        assert (np.bincount(copy) == np.bincount(accounts)).all()
        assert (copy != accounts).mean() > 0.5
    for object_ in range(20):
        same = objects == object_
        assert sorted(within[same]) == sorted(accounts[same])
    assert any(sorted(whole[objects == o]) != sorted(accounts[objects == o]) for o in range(20))


def test_the_promised_rate_holds_for_both_tests(organic):
    found = ls.calibrate(organic, runs=60, timing_test=True).summary
    for shuffle in ("accounts", "moments"):
        # At most the promised 0.05, but for the luck of 60 draws.
        assert found[shuffle]["low"] <= 0.05
        assert found[shuffle]["share"] <= 0.1


def test_a_planted_log_is_told_from_its_copies():
    made = ls.simulate(accounts=300, groups=3, seed=8)
    found = ls.calibrate(made.log, runs=20)
    edges = ls.significance(made.log)
    significant = int(edges["significant"].to_numpy().sum())
    assert found.summary["log"]["discoveries"] == significant > 100
    per_million = found.summary["log"]["per_million_testable"]
    assert per_million == pytest.approx(1e6 * significant / found.summary["log"]["testable"])
    assert found.summary["accounts"]["discoveries"] <= 5
    assert found.runs.num_rows == 20
    counted = sum(row["discoveries"] > 0 for row in found.runs.to_pylist())
    assert counted == found.summary["accounts"]["with_any"]


@pytest.mark.parametrize("strata", ["day", "hour_of_week"])
def test_the_promised_rate_holds_within_strata(organic, strata):
    found = ls.calibrate(organic, runs=40, strata=strata).summary["accounts"]
    assert found["low"] <= 0.05
    assert found["share"] <= 0.1


def test_quantiles_lie_at_or_above_uniform_ones(organic):
    table = ls.calibrate(organic, runs=40).quantiles
    expected, observed = (table[name].to_numpy() for name in table.column_names)
    assert (np.diff(expected) > 0).all()
    assert (np.diff(observed) >= 0).all()
    # Discrete p-values are larger than uniform ones; the few smallest may be lucky.
    assert (observed[5:] >= expected[5:] - 0.1).all()


def test_a_test_that_promises_too_much_is_found_out(organic, monkeypatch):
    honest = _core.benjamini_hochberg
    monkeypatch.setattr(
        _core, "benjamini_hochberg", lambda log10_p, tests: honest(log10_p - 4.0, tests)
    )
    found = ls.calibrate(organic, runs=20).summary
    assert found["accounts"]["low"] > 0.05


def test_same_seed_same_copies(organic):
    first, again, other = (ls.calibrate(organic, runs=5, seed=seed) for seed in (1, 1, 2))
    assert first.runs.equals(again.runs)
    assert first.quantiles.equals(again.quantiles)
    assert not first.quantiles.equals(other.quantiles)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"runs": 0}, "runs is 0"), ({"fdr": 1.0}, "fdr is 1"), ({"window_s": -1}, "window_s is -1")],
)
def test_an_option_out_of_range_is_refused(organic, wrong, message):
    with pytest.raises(ValueError, match=message):
        ls.calibrate(organic, **wrong)


def test_a_log_without_pairs_can_be_calibrated():
    log = {"account_id": ["a", "b"], "object_id": ["x", "y"], "timestamp": [0, 1]}
    found = ls.calibrate(log, runs=3, timing_test=True)
    assert found.summary["log"]["discoveries"] == 0
    assert found.quantiles.num_rows == 0
    assert found.plot() is not None


def test_the_command_and_its_figure(tmp_path, organic):
    store = make_store(tmp_path / "store", organic)
    figure = tmp_path / "calibration.png"
    done = cli(
        *("calibrate", store.path, "--runs", 5, "--kind", "share_url", "--timing-test"),
        *("--figure", figure, "--json"),
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)["share_url"]
    log = store.scan("share_url")
    assert said["log"]["actions"] == log.num_rows
    assert said["accounts"]["runs"] == said["moments"]["runs"] == 5
    assert figure.read_bytes().startswith(b"\x89PNG")
    text = cli("calibrate", store.path, "--runs", 2, "--figure", tmp_path / "all.svg")
    assert "share_url" in text.stdout
    assert "copies with any discovery" in text.stdout
    names = {path.name for path in tmp_path.glob("*.svg")}
    assert names == {"all-hashtag.svg", "all-share_url.svg"}
    expect_error(cli("calibrate", store.path, "--kind", "none"), 2, "'none' is not in")


@pytest.mark.slow
@pytest.mark.parametrize("groups", [0, 8])
def test_two_hundred_copies_stay_within_the_promised_rate(groups):
    made = ls.simulate(accounts=2_000, groups=groups, seed=11)
    found = ls.calibrate(made.log, runs=200).summary["accounts"]
    assert found["share"] <= 0.06
