"""Labels spread over a graph: what is refused, and how well the Sybil generator is told apart."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.command_line import cli, expect_error
from support.stores import make_store

import lockstep as ls
from lockstep.calibration import choose_strength, rank_auc

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "ego-facebook" / "edges.parquet"
BOTH = ["lbp", "sybilscar", "sybilscar_c"]
EDGES = {
    "source": ["a", "b", "a", "c", "d", "e", "d"],
    "target": ["b", "c", "c", "d", "e", "f", "f"],
}


@pytest.mark.parametrize("method", ["ppr", "forward_push", "sybilrank", *BOTH])
def test_suspicious_side_scores_higher(method):
    labels = {"vertex": ["a", "f"], "label": [1, 0], "confidence": [0.5, 1.0]}
    score = dict(
        zip("abcdef", ls.propagate(EDGES, labels, method=method)["score"].to_pylist(), strict=True)
    )
    assert score["b"] > score["e"]
    assert score["c"] > score["d"]


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ({"vertex": ["a", "f"], "label": [1, 2]}, "label is 2 in row 1"),
        ({"vertex": ["a", "f"], "label": [1, 0.5]}, "label is 0.5 in row 1"),
        ({"vertex": ["a", "f"], "label": [1, None]}, "label is None in row 1"),
        ({"vertex": ["a", "f"], "label": [1, 1]}, "both classes"),
        ({"vertex": ["a", "f"], "label": [0, 1], "confidence": [0.0, 1]}, "confidence is 0.0"),
        ({"vertex": ["a", "f"], "label": [0, 1], "confidence": [1, 1.5]}, "confidence is 1.5"),
        ({"vertex": ["x", "y"], "label": [0, 1]}, "none of the 2"),
    ],
)
@pytest.mark.parametrize("method", [*BOTH, "gang"])
def test_bad_labels_give_one_clear_error(method, labels, says):
    with pytest.raises(ValueError, match=says):
        ls.propagate(EDGES, labels, method=method)


@pytest.mark.parametrize("made", [dict, pa.table, pd.DataFrame, pl.DataFrame])
def test_labels_may_be_any_table(made):
    labels = {"vertex": ["a", "f"], "label": [1, 0]}
    assert ls.propagate(EDGES, made(labels)).equals(ls.propagate(EDGES, labels))


def test_by_follows_suspicion_walks_back_and_trust_walks_on():
    #  a -> b -> c -> d: of b it is known that it is suspicious, or benign
    follows = {"source": ["a", "b", "c", "x"], "target": ["b", "c", "d", "y"]}
    for known, reached, untouched in [(1, "a", "cd"), (0, "cd", "a")]:
        labels = {"vertex": ["b", "x"], "label": [known, 1 - known]}
        table = ls.propagate(follows, labels, method="gang", strength=0.8)
        score = dict(zip(*table.to_pydict().values(), strict=True))
        assert all(score[v] * (1 if known else -1) > 0 for v in reached)
        assert all(score[v] == 0 for v in untouched)
        assert table.schema.metadata[b"spectral_radius"] == b"null"


def test_by_follows_that_all_go_both_ways_it_is_sybilscar():
    labels = {"vertex": ["a", "f"], "label": [1, 0]}
    both_ways = {
        "source": EDGES["source"] + EDGES["target"],
        "target": EDGES["target"] + EDGES["source"],
    }
    one = ls.propagate(both_ways, labels, method="gang")["score"].to_numpy()
    other = ls.propagate(EDGES, labels, method="sybilscar")["score"].to_numpy()
    assert np.allclose(one, other, atol=1e-5)


def test_the_command_says_what_the_function_says(tmp_path):
    edges, labels, history = (tmp_path / name for name in ("edges.csv", "known.csv", "past.csv"))
    rows = zip(*EDGES.values(), strict=True)
    edges.write_text("source,target\n" + "".join(f"{a},{b}\n" for a, b in rows))
    labels.write_text("vertex,label,confidence,source\na,1,0.9,p\nf,0,1,q\n")
    history.write_text("source,confirmed,rejected\np,8,0\n")
    given = {"vertex": ["a", "f"], "label": [1, 0], "confidence": [0.9, 1.0], "source": ["p", "q"]}
    past = {"source": ["p"], "confirmed": [8], "rejected": [0]}
    out = tmp_path / "scores.parquet"
    done = cli(
        *("propagate", edges, labels, "--method", "lbp", "--strength", 0.9),
        *("--reliability", history, "--out", out, "--json"),
    )
    assert done.returncode == 0, done.stderr
    want = ls.propagate(EDGES, given, method="lbp", strength=0.9, reliability=past)
    assert pq.read_table(out).equals(want)
    said = json.loads(done.stdout)
    assert said["strength"] == 0.9
    assert said["scores"][0] == max(want.to_pylist(), key=lambda row: row["score"])
    shown = cli("propagate", edges, labels).stdout
    assert "score" in shown
    expect_error(cli("propagate", edges, tmp_path / "no.csv"), 2, "no such file")
    expect_error(cli("propagate", labels, labels), 3, "lacks", "target")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("account,label\na,1\n")
    expect_error(cli("propagate", edges, wrong), 2, "lacks vertex")


def test_a_run_is_spread_over_as_it_lies(tmp_path):
    made = ls.simulate(accounts=200, groups=2, seed=4)
    run = ls.sweep(make_store(tmp_path / "store", made.log))
    known = tmp_path / "known.csv"
    members = run.members["account_id"].to_pylist()
    known.write_text(f"vertex\n{members[0]}\n")
    done = cli("propagate", run.path, known, "--top", 3, "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)["scores"]
    assert len(scores) == len(
        set(run.edges["source"].to_pylist() + run.edges["target"].to_pylist())
    )
    assert scores[0]["vertex"] == members[0]


def test_bad_options_and_a_missing_class_give_one_clear_error():
    labels = {"vertex": ["a", "f"], "label": [1, 0]}
    with pytest.raises(ValueError, match="strength"):
        ls.propagate(EDGES, labels, method="lbp", strength=1.0)
    with pytest.raises(ValueError, match="log_base"):
        ls.propagate(EDGES, labels, method="sybilrank", log_base=1.0)
    with pytest.raises(ValueError, match="method is 'magic'; give one of ppr"):
        ls.propagate(EDGES, labels, method="magic")
    with pytest.raises(ValueError, match="labels 0"):
        ls.propagate(EDGES, ["a"], method="sybilrank")
    with pytest.raises(ValueError, match="labels 1"):
        ls.propagate(EDGES, {"vertex": ["a"], "label": [0]})


def sybil_region(attacks, seed, noise=0.0):
    """Wang et al., TNSE 2019, section 7.2: edges, labels, who is a Sybil, who has no label."""
    if not DATA.exists():
        pytest.skip("../shared/data/ego-facebook is not there")
    table = pq.read_table(DATA)
    ends = np.stack([table[0].to_numpy(), table[1].to_numpy()])
    ids, places = np.unique(ends, return_inverse=True)
    ends, n = places.reshape(2, -1), len(ids)
    draw = np.random.default_rng(seed)
    pairs = draw.choice(n * n, attacks, replace=False)
    attack = np.stack([pairs // n, n + pairs % n])
    source, target = np.hstack([ends, ends + n, attack])
    picked = np.concatenate([draw.choice(n, 100, replace=False) + side for side in (0, n)])
    label = np.repeat([0, 1], 100)
    wrong = np.concatenate(
        [draw.choice(100, round(100 * noise), replace=False) + i for i in (0, 100)]
    )
    label[wrong] = 1 - label[wrong]
    rest = np.setdiff1d(np.arange(2 * n), picked)
    return {"source": source, "target": target}, {"vertex": picked, "label": label}, rest, n


def test_a_source_counts_by_its_history():
    labels = {"vertex": ["a", "f"], "source": ["good", "new"]}
    history = {"source": ["good"], "confirmed": [8], "rejected": [0]}
    weighted = {"vertex": ["a", "f"], "confidence": [0.9, 0.5]}
    got = ls.propagate(EDGES, labels, reliability=history)
    assert got.equals(ls.propagate(EDGES, weighted))
    for bad, says in [
        ({"confirmed": [-1]}, "confirmed is -1 of 'good'"),
        ({"rejected": [0.5]}, "rejected is 0.5 of 'good'"),
        ({"source": ["good"] * 2, "confirmed": [1, 1], "rejected": [0, 0]}, "twice"),
    ]:
        with pytest.raises(ValueError, match=says):
            ls.propagate(EDGES, labels, reliability={**history, **bad})
    with pytest.raises(ValueError, match="lacks source"):
        ls.propagate(EDGES, ["a"], reliability=history)


def test_auc_counts_pairs_and_halves_ties():
    score, positive = np.array([3.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False])
    assert rank_auc(score, positive) == (1 + 1 + 0.5 + 1) / 4


def test_strength_is_chosen_on_labels_held_out():
    vertices, label = np.arange(40, dtype=np.uint32), np.repeat([0, 1], 20)
    seen = []

    def spread(known, residuals, strength):
        seen.append(known)
        assert abs(residuals.sum()) < 1e-12
        truth = np.repeat([0.0, 1.0], 20)
        return truth if strength in (0.9, 0.97) else 0.0 * truth

    assert choose_strength(vertices, label, np.ones(40), spread) == (0.97, 1.0)
    assert all(len(known) == 32 for known in seen)
    few = choose_strength(vertices[15:25], label[15:25], np.ones(10), spread)
    assert few == (0.99, None)


def test_the_table_says_how_it_was_calibrated():
    labels = {"vertex": ["a", "f"], "label": [1, 0]}
    said = ls.propagate(EDGES, labels, method="sybilscar_c").schema.metadata
    assert said[b"strength"] == b"0.99"
    assert said[b"cross_validated_auc"] == b"null"
    assert said[b"converged"] == b"true"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attacks", "noise", "least"),
    [(10_000, 0.0, 0.97), (20_000, 0.0, 0.93), (40_000, 0.0, 0.85), (1_000, 0.4, 0.85)],
)
def test_sybils_are_told_apart(attacks, noise, least):
    found = []
    for seed in range(5):
        edges, labels, rest, n = sybil_region(attacks, seed, noise)
        score = ls.propagate(edges, labels, method="lbp")["score"].to_numpy()
        found.append(rank_auc(score[rest], rest >= n))
    print(f"{attacks} attack edges, noise {noise}: AUC {np.mean(found):.4f} {np.round(found, 3)}")
    assert np.mean(found) >= least
