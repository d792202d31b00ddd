"""What several layers say of one pair, combined into one test."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pytest
from support.command_line import cli, expect_error
from support.slow_layers import START, random_rows, slow_layer
from support.stores import make_store, parquet_bytes

import lockstep as ls


def cauchy(p_values, layers):
    """One p of those of `layers` tests; tests that are not listed have p = 1."""
    capped = [min(p, 0.99) for p in p_values] + [0.99] * (layers - len(p_values))
    mean = sum(1 / math.tan(p * math.pi) for p in capped) / layers
    return math.atan2(1, mean) / math.pi


def slow_combined(rows, window_s, min_objects, fdr):
    """Edges by pair and layer, from every pair that some layer could test."""
    met_of, tests_of = {}, defaultdict(set)
    for layer in sorted({row[2] for row in rows}):
        own = [row for row in rows if row[2] == layer]
        acted = [(time_s, account, object_) for time_s, account, _, object_ in own]
        met_of[layer], _ = slow_layer(acted, window_s, 1)
        activity = defaultdict(int)
        for _, account, _ in acted:
            activity[account] += 1
        active = sorted(account for account in activity if activity[account] >= min_objects)
        for pair in itertools.combinations(active, 2):
            tests_of[pair].add(layer)
    judged = {}
    for pair, layers in tests_of.items():
        met = {layer: met_of[layer][pair] for layer in layers if pair in met_of[layer]}
        if any(len(found["objects"]) >= min_objects for found in met.values()):
            p = cauchy([found["p"] for found in met.values()], len(layers))
            judged[pair] = {"p": p, "layers": len(layers), "met": met}
    smallest = math.inf
    ordered = sorted(judged, key=lambda pair: judged[pair]["p"])
    for rank in range(len(ordered), 0, -1):
        found = judged[ordered[rank - 1]]
        smallest = min(smallest, found["p"] * len(tests_of) / rank)
        found["q"] = min(smallest, 1.0)
    return {pair: found for pair, found in judged.items() if found["q"] <= fdr}, len(tests_of)


@pytest.mark.parametrize("seed", range(6))
def test_combined_edges_match_the_slow_version(tmp_path, seed):
    rows = random_rows(seed)
    run = ls.sweep(make_store(tmp_path / "store", rows), window_s=30, fdr=0.2)
    want, tests = slow_combined(rows, 30, 2, 0.2)
    assert run.summary["coordination"]["testable"] == tests
    got = defaultdict(dict)
    for edge in run.edges.to_pylist():
        got[tuple(sorted((edge["source"], edge["target"])))][edge["layer"]] = edge
    assert want
    assert got.keys() == want.keys()
    assert run.summary["coordination"]["pairs"] == len(want)
    for pair, found in want.items():
        assert got[pair].keys() == found["met"].keys()
        for layer, edge in got[pair].items():
            met = found["met"][layer]
            assert edge["objects"] == len(met["objects"])
            assert edge["p_value"] == pytest.approx(met["p"], rel=2e-3, abs=1e-13)
            assert edge["combined_layers"] == found["layers"]
            assert edge["combined_p_value"] == pytest.approx(found["p"], rel=5e-3, abs=1e-12)
            assert edge["q_value"] == pytest.approx(found["q"], rel=5e-3, abs=1e-10)
            assert edge["weight"] == pytest.approx(min(-edge["combined_log10_p"], 50.0))
    evidence = defaultdict(int)
    for row in run.evidence.to_pylist():
        evidence[row["source"], row["target"], row["layer"]] += 1
    assert evidence == {
        (edge["source"], edge["target"], edge["layer"]): edge["objects"]
        for edge in run.edges.to_pylist()
    }


def test_of_one_layer_combining_changes_nothing(tmp_path):
    rows = [row for row in random_rows(1) if row[2] == "hashtag"]
    store = make_store(tmp_path / "store", rows)
    both = [
        ls.sweep(store, window_s=30, fdr=0.2, combine=combine) for combine in ("cauchy", "none")
    ]
    combined, apart = (run.edges.drop(COMBINED).to_pylist() for run in both)
    assert combined == apart
    assert combined
    assert both[0].edges["combined_log10_p"].equals(both[0].edges["log10_p"])
    assert both[1].edges["combined_p_value"].null_count == len(apart)


COMBINED = ["combined_layers", "combined_p_value", "combined_log10_p"]


def meetings_of(names, kind, count, first):
    """Rows of accounts that act on `count` objects of one kind at the same moments."""
    return [
        (START + 1000 * (first + number), name, kind, f"{kind} {first + number}")
        for number in range(count)
        for name in names
    ]


def background(kind, accounts, rows, seed):
    draw = np.random.default_rng(seed)
    return [
        (START + int(t), f"user {a}", kind, f"{kind} b{o}")
        for t, a, o in zip(
            draw.integers(0, 100_000, rows),
            draw.integers(0, accounts, rows),
            draw.integers(0, 60, rows),
            strict=True,
        )
    ]


def test_layers_support_each_other(tmp_path):
    kinds = ["hashtag", "mention", "reply", "share_url"]
    rows = []
    for number, kind in enumerate(kinds):
        rows += background(kind, 60, 2500, number)
        rows += meetings_of(["user 1", "user 2", "user 5"], kind, 5, 20 * number)
    rows += meetings_of(["user 3", "user 4"], "hashtag", 8, 100)
    run = ls.sweep(make_store(tmp_path / "store", sorted(set(rows))))
    supported = run.edge("user 1", "user 2")
    assert sorted(supported["layer"].to_pylist()) == kinds
    for pair in (supported, run.edge("user 3", "user 4")):
        smallest = min(pair["log10_p"].to_pylist())
        combined = pair["combined_log10_p"].to_pylist()
        assert set(pair["combined_layers"].to_pylist()) == {4}
        assert len(set(combined)) == len(set(pair["q_value"].to_pylist())) == 1
        assert smallest <= combined[0] <= smallest + math.log10(4) + 1e-9
    assert "all 4 layers together" in run.report.read_text()


def test_what_lacks_a_layer_is_not_judged_by_it(tmp_path):
    rows = background("hashtag", 40, 1500, 1) + background("mention", 40, 1500, 2)
    rows += meetings_of(["one", "other"], "hashtag", 6, 0)
    rows += [(START, "one", "mention", "m")]
    run = ls.sweep(make_store(tmp_path / "store", sorted(set(rows))))
    edges = run.edge("one", "other").to_pylist()
    assert [(edge["layer"], edge["combined_layers"]) for edge in edges] == [("hashtag", 1)]
    assert edges[0]["combined_log10_p"] == edges[0]["log10_p"]


@pytest.mark.parametrize("dependent", [False, True])
def test_shuffled_accounts_give_no_combined_edges(tmp_path, dependent):
    """Also where one layer is a copy of another: the combination stands any dependence."""
    made = ls.simulate(accounts=200, groups=3, seed=3)
    log = made.log.filter(pa.compute.equal(made.log["action"], "share_url"))
    time_s, object_ = (log[name].to_pylist() for name in ("timestamp", "object_id"))
    accounts = np.array(log["account_id"].to_pylist())
    draw = np.random.default_rng(0)
    with_edges = listed = 0
    for number in range(40):
        first = draw.permutation(accounts)
        second = first if dependent else draw.permutation(accounts)
        rows = [
            (t, a, kind, f"{kind} {o}")
            for kind, names in (("one", first), ("two", second))
            for t, a, o in zip(time_s, names.tolist(), object_, strict=True)
        ]
        run = ls.sweep(
            make_store(tmp_path / f"store{number}", sorted(set(rows))),
            fdr=0.2,
            controls=0,
            bootstraps=0,
        )
        listed += sum(layer["pairs"] for layer in run.summary["layers"].values())
        with_edges += run.edges.num_rows > 0
    assert listed > 0
    assert with_edges <= 14  # of 40 where .2 is allowed: beyond that with probability .01


@pytest.fixture(scope="module")
def bursts(tmp_path_factory):
    """Accounts that follow the same others, hours apart, and chatter besides."""
    draw = np.random.default_rng(4)
    rows = background("hashtag", 80, 3000, 5)
    rows += [
        (START + int(t), f"user {a}", "follow", f"followed {o}")
        for t, a, o in zip(
            draw.integers(0, 5_000_000, 2000),
            draw.integers(0, 80, 2000),
            draw.integers(0, 500, 2000),
            strict=True,
        )
    ]
    rows += [
        (
            START + 200_000 * number + int(draw.integers(0, 20_000)),
            name,
            "follow",
            f"pushed {number}",
        )
        for number in range(12)
        for name in ("bot 1", "bot 2", "bot 3")
    ]
    folder = tmp_path_factory.mktemp("bursts")
    return make_store(folder / "store", sorted(set(rows)))


def test_a_layer_has_a_window_of_its_own(bursts):
    narrow = ls.sweep(bursts)
    wide = ls.sweep(bursts, layer_windows={"follow": 86_400})
    assert narrow.edges.num_rows == 0
    ends = {frozenset((e["source"], e["target"])) for e in wide.edges.to_pylist()}
    assert {frozenset(p) for p in itertools.combinations(["bot 1", "bot 2", "bot 3"], 2)} <= ends
    lags = [abs(row["lag_s"]) for row in wide.evidence.to_pylist() if row["layer"] == "follow"]
    assert 60 < max(lags) <= 86_400
    assert wide.summary["layers"]["follow"]["window_s"] == 86_400
    assert wide.summary["layers"]["hashtag"]["window_s"] == 60
    cluster = wide.clusters.to_pylist()[0]
    assert cluster["synchrony"] == 1.0
    assert cluster["control_percentile"] > 99
    report = wide.report.read_text()
    assert "86,400 (follow), 60 (hashtag) seconds" in report
    assert "--layer-window follow=86400s" in report


def test_windows_of_layers_on_the_command_line(bursts, tmp_path):
    made = cli("sweep", bursts.path, "--layer-window", "follow=1d", "--out", tmp_path / "runs")
    assert made.returncode == 0, made.stderr
    run = ls.Run.open(tmp_path / "runs")
    assert parquet_bytes(run) == parquet_bytes(ls.sweep(bursts, layer_windows={"follow": 86_400}))
    told = cli("explain", run.path, "bot 1", "bot 2").stdout
    assert "follow: 12 shared objects within 86400 s" in told
    for wrong, message in (
        ("share=1d", "'share', which is not swept"),
        ("follow", "give KIND=WINDOW"),
        ("follow=soon", "is no duration"),
    ):
        expect_error(cli("sweep", bursts.path, "--layer-window", wrong), 2, message)


def test_windows_of_layers_that_cannot_be_are_told(bursts):
    for windows, message in (
        ({"follow": -1}, "window of follow is -1 s"),
        ({"follow": 1.5}, "whole number"),
    ):
        with pytest.raises(ValueError, match=message):
            ls.sweep(bursts, layer_windows=windows)
    with pytest.raises(ValueError, match="longest window"):
        ls.sweep(bursts, layer_windows={"follow": 864_000}, timing_test=True)
    timed = ls.sweep(
        bursts, layer_windows={"follow": 86_400}, timing_test=True, horizon_s=10 * 86_400
    )
    bots = timed.edge("bot 1", "bot 2").to_pylist()[0]
    assert bots["met"] == 12
    with pytest.raises(ValueError, match="combine is 'sum'"):
        ls.sweep(bursts, combine="sum")
