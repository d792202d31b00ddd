"""The estimator keeps scikit-learn's contract, and says what the functions say."""

import inspect
import pickle

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from support.stores import truth_of

import lockstep as ls


@pytest.fixture(scope="module")
def made():
    return ls.simulate(accounts=500, groups=4, bursts=5, seed=2)


def test_parameters_are_kept_as_given_and_cloned():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(ls.CoactionDetector).parameters.items()
    }
    detector = ls.CoactionDetector()
    assert detector.get_params() == defaults
    assert vars(detector) == defaults, "the constructor does nothing but keep its parameters"
    changed = ls.CoactionDetector(window_s=30, fdr=0.01, random_state=7)
    twin = clone(changed)
    assert twin is not changed
    assert twin.get_params() == changed.get_params()
    assert twin.set_params(window_s=90) is twin
    assert twin.window_s == 90
    with pytest.raises(ValueError, match="Invalid parameter"):
        twin.set_params(window=1)
    assert "window_s=30" in repr(changed)


def test_nothing_is_there_before_fit():
    detector = ls.CoactionDetector()
    assert not [name for name in vars(detector) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        detector.score_samples(["a"])


def test_fit_returns_itself_changes_no_input_and_repeats(made):
    before = made.log.to_pydict()
    detector = ls.CoactionDetector()
    assert detector.fit(made.log) is detector
    assert made.log.to_pydict() == before
    first = detector.labels_.copy()
    assert np.array_equal(detector.fit(made.log).labels_, first)
    assert np.array_equal(clone(detector).fit_predict(made.log), first)
    again = pickle.loads(pickle.dumps(detector))
    assert np.array_equal(again.labels_, first)
    assert detector.get_params() == ls.CoactionDetector().get_params()


def test_it_says_what_the_functions_say(made):
    detector = ls.CoactionDetector(timing=True).fit(made.log)
    edges = ls.significance(made.log)
    edges = edges.filter(edges["significant"])
    timed = ls.timing_test(made.log, edges)
    wanted = edges.filter(timed["timed"])
    assert detector.edges_.drop("weight").equals(wanted)
    rows = detector.clusters_.to_pylist()
    assert [row["members"] for row in rows] == sorted(
        (row["members"] for row in rows), reverse=True
    )
    accounts = detector.accounts_.to_pylist()
    for row in rows:
        assert row["accounts"] == [
            account
            for account, label in zip(accounts, detector.labels_, strict=True)
            if label == row["cluster"]
        ]
    assert len(detector.labels_) == len(set(made.log["account_id"].to_pylist()))


def test_planted_groups_are_its_clusters(made):
    detector = ls.CoactionDetector().fit(made.log)
    truth = truth_of(made)
    label = dict(zip(detector.accounts_.to_pylist(), detector.labels_, strict=True))
    found = [account for account in truth if label[account] >= 0]
    assert len(found) >= 0.9 * len(truth)
    assert adjusted_rand_score([truth[a] for a in found], [label[a] for a in found]) > 0.9


def test_scores_are_strengths(made):
    detector = ls.CoactionDetector().fit(made.log)
    weight = dict.fromkeys(detector.accounts_.to_pylist(), 0.0)
    for edge in detector.edges_.to_pylist():
        for end in ("source", "target"):
            weight[edge[end]] += edge["weight"]
    assert detector.score_samples([*weight, "nobody"]).tolist() == pytest.approx(
        [*weight.values(), 0.0]
    )


def test_a_log_without_edges_has_no_clusters():
    log = {"account_id": [1, 2], "object_id": [1, 2], "timestamp": [0, 1]}
    detector = ls.CoactionDetector().fit(log)
    assert detector.labels_.tolist() == [-1, -1]
    assert detector.clusters_.num_rows == 0
    assert detector.score_samples([2, 1]).tolist() == [0.0, 0.0]


def test_bad_parameters_are_told_by_fit_alone():
    log = pa.table({"account_id": ["a"], "object_id": ["b"], "timestamp": [0]})
    for wrong, message in (({"fdr": 2.0}, "fdr is 2"), ({"min_cluster_size": 1}, "give 2 or more")):
        detector = ls.CoactionDetector(**wrong)
        with pytest.raises(ValueError, match=message):
            detector.fit(log)
