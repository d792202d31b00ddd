"""The field's rules on tables and on the command line, held against their own tools."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr
from support.command_line import cli, expect_error
from support.stores import make_store

import lockstep as ls
from lockstep import _core, compat

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PEERS = ROOT / "build" / "backbone-peers" / "bin" / "python"
METHODS = ["count", "quantile", "disparity", "noise_corrected", "tfidf", "hypergeometric", "bicm"]
TESTS = {"disparity", "hypergeometric", "bicm"}


@pytest.fixture(scope="module")
def made():
    made = ls.simulate(accounts=2_000, groups=3, bursts=30, seed=2)
    return made, ls.coaction(made.log)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_scores_every_pair_and_keeps_some(made, method):
    log, pairs = made[0].log, made[1]
    # No end of these pairs has most of its weight on one edge, so 0.05 would keep none.
    table = ls.backbone(pairs, method, log=log, level=0.3 if method == "disparity" else None)
    assert table.column_names == ["source", "target", "score", "p_value", "q_value", "kept"]
    assert table["source"].equals(pairs["source"])
    kept = table["kept"].to_numpy()
    assert kept.sum() > 0
    assert (table["p_value"].null_count == 0) == (method in TESTS)
    assert (table["q_value"].null_count == 0) == (method in {"hypergeometric", "bicm"})
    # Another level keeps another set, one inside the other.
    stricter = {"count": 6, "quantile": 0.9, "noise_corrected": 60, "tfidf": 0.9}
    level = stricter.get(method, 0.2 if method == "disparity" else 1e-6)
    other = ls.backbone(pairs, method, log=log, level=level)["kept"].to_numpy()
    assert (other <= kept).all() or (kept <= other).all()
    assert other.sum() != kept.sum()


def test_planted_pairs_look_less_like_chance_than_fans(made):
    simulated, pairs = made
    planted = set(simulated.truth["account_id"].to_pylist())
    ends = zip(pairs["source"].to_pylist(), pairs["target"].to_pylist(), strict=True)
    inside = np.array([a in planted and b in planted for a, b in ends])
    assert (~inside).sum() >= 30
    cosine = ls.backbone(pairs, "tfidf", log=simulated.log)["score"].to_numpy()
    assert np.median(cosine[inside]) > np.median(cosine[~inside])
    for method in ("hypergeometric", "bicm"):
        p_value = ls.backbone(pairs, method, log=simulated.log)["p_value"].to_numpy()
        assert np.median(p_value[inside]) < np.median(p_value[~inside])


def test_quantile_is_what_coortweet_keeps():
    path = SHARED / "data" / "russian-coord-tweets" / "log.parquet"
    golden = SHARED / "golden" / "crt_w60_mp2_noloops_sub1_q50.csv"
    if not path.exists() or not golden.exists():
        pytest.skip("../shared/data and ../shared/golden are not there")
    found = compat.detect_groups(pq.read_table(path), time_window=60, min_participation=2)
    network = compat.coordinated_network(found)
    names = network.column_names
    table = ls.backbone(
        network.rename_columns(["source", "target", *names[2:]]), "quantile", weight="weight"
    )
    kept = table.filter(table["kept"])
    ours = {
        frozenset(ends)
        for ends in zip(kept["source"].to_pylist(), kept["target"].to_pylist(), strict=True)
    }
    listed = pa_csv.read_csv(golden)
    theirs = {
        frozenset(map(str, ends))
        for ends in zip(listed[0].to_pylist(), listed[1].to_pylist(), strict=True)
    }
    assert {frozenset(map(str, ends)) for ends in ours} == theirs
    assert len(theirs) == 60


@pytest.mark.parametrize(
    ("pairs", "method", "option", "error", "message"),
    [
        ({"source": ["a"], "target": ["b"]}, "magic", {}, ValueError, "method is 'magic'"),
        ({"source": ["a"], "target": ["b"]}, "count", {}, ValueError, "lacks objects"),
        ({"source": ["a"], "target": ["b"]}, "bicm", {}, ValueError, "give log"),
        ({"source": ["a"]}, "count", {}, ValueError, "lacks target"),
        (
            {"source": ["a"], "target": ["a"], "weight": [1.0]},
            "count",
            {},
            ValueError,
            "to itself",
        ),
        (
            {"source": ["a"], "target": ["b"], "weight": [0.0]},
            "disparity",
            {},
            ValueError,
            "weight 0 is",
        ),
        (
            {"source": ["a"], "target": ["b"], "weight": [1.0]},
            "quantile",
            {"level": 2},
            ValueError,
            "quantile is 2",
        ),
    ],
)
def test_bad_input_is_refused(pairs, method, option, error, message):
    with pytest.raises(error, match=message):
        ls.backbone(pairs, method, **option)


def test_accounts_that_the_log_lacks_are_named():
    log = {"account_id": ["a", "b"], "object_id": ["o", "p"], "timestamp": [0, 1]}
    with pytest.raises(ValueError, match="target is 'x' in row 0"):
        ls.backbone({"source": ["a"], "target": ["x"]}, "tfidf", log=log)


def test_the_command_keeps_what_the_function_keeps(made, tmp_path):
    store = make_store(tmp_path / "store", made[0].log)
    log = store.scan("share_url")
    for method, out in (("bicm", "edges.parquet"), ("quantile", "edges.csv")):
        done = cli(
            *("backbone", store.path, "--kind", "share_url", "--method", method),
            *("--out", tmp_path / out, "--json"),
        )
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        table = ls.backbone(ls.coaction(log), method, log=log)
        kept = table.filter(table["kept"])
        assert (said["pairs"], said["kept"]) == (table.num_rows, kept.num_rows)
        read = pq.read_table if out.endswith("parquet") else pa_csv.read_csv
        assert read(tmp_path / out)["source"].to_pylist() == kept["source"].to_pylist()
    expect_error(cli("backbone", store.path, "--method", "bicm"), 2, "give --kind")
    expect_error(
        cli("backbone", store.path, "--kind", "hashtag", "--method", "x"), 2, "method is 'x'"
    )
    text = cli("backbone", store.path, "--kind", "hashtag", "--method", "count").stdout
    assert "count keeps" in text


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_answers_are_those_of_bicm_and_netbone(seed):
    if not PEERS.exists():
        pytest.skip("the peers are not installed; bash tests/run.sh slow does it")
    random = np.random.default_rng(seed)
    chance = np.outer(random.random(40) * 0.6 + 0.05, random.random(60) * 0.8 + 0.05)
    incidence = (random.random((40, 60)) < chance).astype(int)
    incidence = incidence[incidence.sum(1) > 0]
    incidence = incidence[:, incidence.sum(0) > 0]
    edges = [
        [a, b, int(random.integers(1, 40))]
        for a in range(30)
        for b in range(a + 1, 30)
        if random.random() < 0.3
    ]
    given = json.dumps({"incidence": incidence.tolist(), "edges": edges})
    done = subprocess.run(
        [PEERS, ROOT / "tests" / "support" / "peer_backbones.py"],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = json.loads(done.stdout.splitlines()[-1])
    account, object_ = (side.astype(np.uint32) for side in np.nonzero(incidence))
    log = _core.ActionLog(
        account, object_, np.zeros(len(account), np.int64), account_count=len(incidence)
    )
    accounts, objects, error = _core.bicm(_core.Incidence(log))
    assert error < 1e-8
    ours, want = (
        np.outer(x, y) / (1 + np.outer(x, y))
        for x, y in ((accounts, objects), (theirs["accounts"], theirs["objects"]))
    )
    assert np.abs(ours - want).max() < 1e-6
    columns = list(zip(*edges, strict=True))
    table = pa.table(
        {"source": columns[0], "target": columns[1], "weight": [float(w) for w in columns[2]]}
    )

    def their_p(name):
        p_value = {frozenset(ends): p for *ends, p in theirs[name]}
        return np.array([p_value[frozenset((a, b))] for a, b, _ in edges])

    disparity = ls.backbone(table, "disparity")["p_value"].to_numpy()
    assert np.abs(disparity - their_p("disparity")).max() < 1e-12
    # netbone gives a binomial p-value in the place of the deviation: the same order, nearly.
    noise = ls.backbone(table, "noise_corrected")
    assert spearmanr(noise["score"].to_numpy(), their_p("noise")).statistic < -0.97
    assert noise["kept"].to_numpy()[their_p("noise") < 0.01].all()
