"""Measures against labels: by their definitions, on small inputs and on made-up runs."""

import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.command_line import cli, expect_error
from support.stores import make_store

import lockstep as ls


def auc_by_pairs(score, positive):
    wins = [
        1.0 if s > t else 0.5 if s == t else 0.0
        for s, p in zip(score, positive, strict=True)
        if p
        for t, q in zip(score, positive, strict=True)
        if not q
    ]
    return sum(wins) / len(wins)


def precision_by_shuffling(score, positive, k, random):
    """Mean over random orders of accounts of equal score."""
    total = 0.0
    for _ in range(2_000):
        order = np.lexsort((random.random(len(score)), -score))
        total += positive[order[:k]].mean()
    return total / 2_000


def ari_by_pairs(a, b):
    n = len(a)
    same_a = same_b = both = 0
    for i in range(n):
        for j in range(i):
            same_a += a[i] == a[j]
            same_b += b[i] == b[j]
            both += a[i] == a[j] and b[i] == b[j]
    pairs = n * (n - 1) / 2
    expected = same_a * same_b / pairs
    return (both - expected) / ((same_a + same_b) / 2 - expected)


def nmi_by_counts(a, b):
    def entropy(*columns):
        _, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
        share = counts / counts.sum()
        return -(share * np.log(share)).sum()

    return (entropy(a) + entropy(b) - entropy(a, b)) / ((entropy(a) + entropy(b)) / 2)


def test_four_accounts_by_hand():
    #   account   a  b  c  d  e        flagged: a, b, c; right: a, c
    #   score     9  8  7  0  0        first two: a, b
    #   label     1  0  1  1  0
    found = {"account_id": list("abcde"), "score": [9, 8, 7, 0, 0]}
    labels = {"account_id": list("abcde"), "label": [1, 0, 1, 1, 0]}
    result = ls.evaluate(found, labels, at=[2, 3, 4])
    assert math.isclose(result["precision"], 2 / 3)
    assert math.isclose(result["recall"], 2 / 3)
    assert result["precision@2"] == 0.5
    assert math.isclose(result["precision@3"], 2 / 3)
    # The fourth is d or e, each as likely.
    assert math.isclose(result["precision@4"], 2.5 / 4)
    assert math.isclose(result["recall@4"], 2.5 / 3)
    # a beats b and e; c beats e; d ties with e.
    assert math.isclose(result["roc_auc"], (2 + 1 + 0.5) / 6)
    assert result.counts == {"labelled": 5, "positive": 3, "unlabelled": 0, "flagged": 3}


@pytest.mark.parametrize("seed", range(12))
def test_ranking_is_what_its_definition_says(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(8, 40))
    score = random.integers(0, 6, n).astype(float)
    positive = random.random(n) < 0.4
    positive[:2] = True, False
    names = [f"u{i}" for i in range(n)]
    result = ls.evaluate(
        {"account_id": names, "score": score}, {"account_id": names, "label": positive}, at=[3, 7]
    )
    assert math.isclose(result["roc_auc"], auc_by_pairs(score, positive), abs_tol=1e-12)
    for k in (3, 7):
        expected = precision_by_shuffling(score, positive, k, random)
        assert abs(result[f"precision@{k}"] - expected) < 0.03


@pytest.mark.parametrize("seed", range(12))
def test_agreement_is_what_its_definition_says(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(12, 40))
    cluster, group = random.integers(0, 4, n), random.integers(0, 3, n)
    names = [f"u{i}" for i in range(n)]
    result = ls.evaluate(
        {"account_id": names, "cluster_id": [f"C-{c}" for c in cluster]},
        {"account_id": names, "group": [f"g{g}" for g in group]},
    )
    assert math.isclose(result["ari"], ari_by_pairs(cluster, group), abs_tol=1e-12)
    assert math.isclose(result["nmi"], nmi_by_counts(cluster, group), abs_tol=1e-12)
    with pytest.raises(KeyError, match="roc_auc was not measured"):
        _ = result["roc_auc"]


def test_accounts_in_several_groups_or_no_cluster_are_left_out_of_the_agreement():
    names = [f"u{i}" for i in range(30)]
    cluster = [f"C-{i // 10}" for i in range(30)]
    group = [f"g{i // 10}" for i in range(30)]
    found = {"account_id": [*names, "x"], "cluster_id": [*cluster, None]}
    labels = {"account_id": [*names, "x", "u0"], "group": [*group, "g0", "g1"]}
    result = ls.evaluate(found, labels)
    assert result["ari"] == 1.0
    assert result.counts["in_groups_and_clusters"] == 29
    # Once the account is dropped from one group it counts, and so does its disagreement.
    labels["group"][-1] = labels["group"][0] = "g1"
    assert ls.evaluate(found, labels)["ari"] < 1.0


def test_unlabelled_accounts_are_benign_or_left_out_and_it_is_said():
    found = {"account_id": ["a", "b", "c"], "score": [3.0, 2.0, 1.0]}
    planted = {"account_id": ["a"], "label": [1]}
    result = ls.evaluate(found, planted, at=[1, 2])
    assert (result["precision"], result["recall"]) == (1 / 3, 1.0)
    assert result.notes[0] == "2 accounts without a label: counted as benign"
    # More accounts that nobody found make flags no worse, but the ranking better.
    many = ls.evaluate(found, planted, accounts=1_000, at=[1, 2])
    assert many["precision"] == result["precision"]
    assert many.counts["unlabelled"] == 999
    reviewed = {"account_id": ["a", "b"], "label": [1, 0]}
    left_out = ls.evaluate(found, reviewed, at=[1, 2])
    assert left_out["precision"] == 0.5
    assert left_out.notes[0] == "1 accounts without a label: left out"
    assert ls.evaluate(found, reviewed, unlabelled="benign")["precision"] == 1 / 3
    assert "one kind" in " ".join(ls.evaluate(found, planted, unlabelled="ignore").notes)


@pytest.mark.slow
def test_intervals_cover_the_truth_about_as_often_as_they_say():
    covered = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        positive = random.random(150) < 0.5
        score = random.normal(positive * 1.0, 1.0)
        names = [f"u{i}" for i in range(150)]
        result = ls.evaluate(
            {"account_id": names, "score": score},
            {"account_id": names, "label": positive},
            at=[],
            resamples=60,
        )
        row = next(r for r in result.metrics.to_pylist() if r["metric"] == "roc_auc")
        # AUC of normal scores one standard deviation apart: Phi(1 / sqrt 2).
        covered += row["low"] <= 0.7602 <= row["high"]
    assert covered >= 34


def test_same_seed_same_intervals():
    names = [f"u{i}" for i in range(60)]
    score = np.arange(60.0)
    labels = {"account_id": names, "label": [i % 3 == 0 for i in range(60)]}
    first, again, other = (
        ls.evaluate({"account_id": names, "score": score}, labels, seed=s) for s in (1, 1, 2)
    )
    assert first.metrics.equals(again.metrics)
    assert not first.metrics.equals(other.metrics)


@pytest.mark.parametrize(
    ("found", "labels", "message"),
    [
        ({"account_id": ["a"]}, {"account_id": ["a"], "label": [1]}, "found has the columns"),
        ({"account_id": ["a"], "score": [1.0]}, {"account_id": ["a"]}, "labels has the columns"),
        (
            {"account_id": ["a", "a"], "score": [1.0, 2.0]},
            {"account_id": ["a"], "label": [1]},
            "more than once",
        ),
        (
            {"account_id": ["a"], "score": [1.0]},
            {"account_id": ["b"], "label": [1]},
            "no account of found has a label",
        ),
        (
            {"account_id": ["a"], "score": [1.0]},
            {"account_id": ["a", "a"], "label": [1, 0]},
            "both 1 and 0",
        ),
        (
            {"account_id": ["a"], "score": [1.0]},
            {"account_id": ["a"], "label": [2]},
            "label must be 1 or 0",
        ),
        (
            {"account_id": ["a"], "score": [1.0]},
            {"account_id": ["a"], "label": ["yes"]},
            "label must be 1 or 0",
        ),
        (
            {"account_id": ["a"], "score": [float("nan")]},
            {"account_id": ["a"], "label": [1]},
            "finite",
        ),
        (
            {"account_id": ["a"], "score": [1.0]},
            {"account_id": pa.array([], pa.string()), "label": pa.array([], pa.int64())},
            "no rows",
        ),
    ],
)
def test_bad_input_is_refused(found, labels, message):
    with pytest.raises(ValueError, match=message):
        ls.evaluate(found, labels)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"unlabelled": "maybe"}, "unlabelled is 'maybe'"),
        ({"resamples": 5}, "at least 20"),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"at": [0]}, "ranks of 1 or more"),
    ],
)
def test_an_option_out_of_range_is_refused(option, message):
    table = {"account_id": ["a", "b"], "score": [1.0, 0.0]}
    with pytest.raises(ValueError, match=message):
        ls.evaluate(table, {"account_id": ["a", "b"], "label": [1, 0]}, **option)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    made = ls.simulate(accounts=400, groups=4, seed=5)
    store = make_store(folder / "store", made.log)
    run = ls.sweep(store)
    truth = folder / "truth.csv"
    rows = zip(made.truth["account_id"].to_pylist(), made.truth["group"].to_pylist(), strict=True)
    truth.write_text("account_id,group\n" + "".join(f"{a},{g}\n" for a, g in rows))
    return run, made, truth


def test_a_run_is_measured_against_its_truth(swept):
    run, made, _ = swept
    result = ls.evaluate(run, made.truth)
    found, planted = (
        set(run.members["account_id"].to_pylist()),
        set(made.truth["account_id"].to_pylist()),
    )
    assert math.isclose(result["precision"], len(found & planted) / len(found))
    assert math.isclose(result["recall"], len(found & planted) / len(planted))
    assert result["roc_auc"] > 0.95
    assert result["ari"] > 0.9
    accounts = run.summary["input"]["accounts"]
    assert result.counts["positive"] + result.counts["unlabelled"] == accounts
    assert "precision" in repr(result)
    assert "<table>" in result._repr_html_()


def test_the_command_says_the_same(swept):
    run, made, truth = swept
    done = cli("evaluate", run.path, truth, "--json", "--at", 10)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    direct = ls.evaluate(run, made.truth, at=[10])
    assert said["metrics"] == direct.metrics.to_pylist()
    assert said["counts"] == direct.counts
    text = cli("evaluate", run.path.parent, truth).stdout
    assert "precision@10" in text
    assert "95% interval" in text


def test_the_command_refuses_what_it_cannot_read(swept, tmp_path):
    run, _, _ = swept
    expect_error(cli("evaluate", run.path, tmp_path / "none.csv"), 2, "no such file")
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    expect_error(cli("evaluate", run.path, empty), 3, "empty.csv")
    strange = tmp_path / "strange.csv"
    strange.write_text("name,verdict\nx,1\n")
    expect_error(cli("evaluate", run.path, strange), 2, "name, verdict", "account_id")


def test_labels_of_a_store_with_a_key_are_matched_by_pseudonym(tmp_path):
    made = ls.simulate(accounts=200, groups=2, seed=3)
    key = tmp_path / "key"
    key.write_text("a key of thirty-two characters..")
    log, truth = tmp_path / "log.parquet", tmp_path / "truth.csv"
    pq.write_table(made.log, log)
    rows = zip(made.truth["account_id"].to_pylist(), made.truth["group"].to_pylist(), strict=True)
    truth.write_text("account_id,group\n" + "".join(f"{a},{g}\n" for a, g in rows))
    store, runs = tmp_path / "store", tmp_path / "runs"
    assert cli("ingest", store, log, "--key-file", key).returncode == 0
    assert cli("sweep", store, "--out", runs, "--key-file", key).returncode == 0
    without = cli("evaluate", runs, truth)
    expect_error(without, 2, "no account of found has a label")
    done = cli("evaluate", runs, truth, "--key-file", key, "--json")
    assert done.returncode == 0, done.stderr
    values = {row["metric"]: row["value"] for row in json.loads(done.stdout)["metrics"]}
    assert values["recall"] > 0.9
