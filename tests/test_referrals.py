"""Referrals: read with care, kept once, spread to candidates that can be explained."""

import itertools
import math
from collections import defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.stores import make_store, truth_of

import lockstep as ls
from lockstep import _core
from lockstep.errors import InputRejected
from lockstep.sweep.referrals import current_referrals, load_referrals

NOW = 1_700_000_000
HEADER = "account,source,confidence,time\n"


@pytest.fixture(scope="module")
def made():
    return ls.simulate(accounts=400, groups=3, seed=9)


@pytest.fixture
def store(tmp_path, made):
    return make_store(tmp_path / "store", made.log)


def planted(made, group):
    return sorted(account for account, name in truth_of(made).items() if name == group)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_each_bad_row_is_told_with_its_line(tmp_path, store):
    file = write(
        tmp_path / "referrals.csv",
        HEADER
        + "user_00001,partner,0.9,2023-01-02T03:04:05Z\n"
        + " user_00002 ,partner,1,\n"
        + ",partner,0.5,\n"
        + "user_00003,,0.5,\n"
        + "user_00004,partner,much,\n"
        + "user_00005,partner,0,\n"
        + "user_00006,partner,1.01,\n"
        + "user_00007,partner,nan,\n"
        + "user_00008,partner,0.5,yesterday\n"
        + "user_00009,partner,0.5,1700000000000\n"
        + "user_00010,partner\n"
        + "user_00011,partner,0.5,,more\n"
        + f"{'x' * 2000},partner,0.5,\n"
        + '"user_00012","partner, inc.\nsecond line",0.5,1690000000\n'
        + "stranger,partner,0.5,\n",
    )
    read = load_referrals(file, store, NOW)
    assert read.labels == [
        ("user_00001", "referral", "partner", 0.9, 1_672_628_645),
        ("user_00002", "referral", "partner", 1.0, NOW),
        ("user_00012", "referral", "partner, inc.\nsecond line", 0.5, 1_690_000_000),
        ("stranger", "referral", "partner", 0.5, NOW),
    ]
    assert [(bad["line"], bad["reason"].split(";")[0]) for bad in read.rejected] == [
        (4, "no account"),
        (5, "no source"),
        (6, "confidence 'much' is no number"),
        (7, "confidence 0.0 is not above 0 and at most 1"),
        (8, "confidence 1.01 is not above 0 and at most 1"),
        (9, "confidence nan is not above 0 and at most 1"),
        (10, "'yesterday' is no time"),
        (11, "time '1700000000000' is absurd"),
        (12, "confidence None is no number"),
        (13, "more fields than columns"),
        (14, "account is longer than 1024 bytes"),
    ]
    assert read.unknown == ["stranger"]


def test_parquet_is_read_alike(tmp_path, store):
    table = pa.table(
        {
            "account": ["user_00001", None, "user_00002", "user_00003"],
            "source": ["a", "a", "a", "a"],
            "confidence": [0.5, 0.5, None, 1.0],
            "time": pa.array([1_690_000_000.0, None, None, math.nan]),
        }
    )
    pq.write_table(table, tmp_path / "referrals.parquet")
    read = load_referrals(tmp_path / "referrals.parquet", store, NOW)
    assert read.labels == [
        ("user_00001", "referral", "a", 0.5, 1_690_000_000),
        ("user_00003", "referral", "a", 1.0, NOW),
    ]
    assert [bad["line"] for bad in read.rejected] == [2, 3]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"account,source\nuser_00001,a\n",
        b"account,source,confidence,tiem\nuser_00001,a,1,2020-01-01\n",
        b"account,source,confidence,source\nuser_00001,a,1,b\n",
        b"account,source,confidence\n\xff\xfe,a,1\n",
        b"PAR1 and nothing else",
        b"account,source,confidence\n" + b"x" * 200_000 + b",a,1\n",
    ],
)
def test_a_file_that_cannot_be_followed_is_refused_whole(tmp_path, store, content):
    file = tmp_path / "referrals"
    file.write_bytes(content)
    with pytest.raises(InputRejected, match=str(file)):
        ls.sweep(store, referrals=file)
    assert _core.CaseStore(str(store.path)).labels() == []


def test_a_missing_file_is_said(tmp_path, store):
    with pytest.raises(FileNotFoundError, match="no such file"):
        ls.sweep(store, referrals=tmp_path / "none.csv")


def test_a_source_has_its_last_word_only():
    old = ("u", "referral", "a", 0.9, 100)
    new = ("u", "referral", "a", 0.2, 200)
    other = ("u", "referral", "b", 0.5, 50)
    judged = ("u", "suspended", "a", 1.0, 300)
    assert current_referrals([old, other, new, judged]) == [new, other]
    assert current_referrals([new, other, old]) == [new, other]
    # Of the same moment, what was said later.
    same = ("u", "referral", "a", 0.4, 200)
    assert current_referrals([new, same]) == [same]


def test_referrals_are_kept_once_and_said_again_change_nothing(tmp_path, store, made):
    account = planted(made, "group 1")[0]
    file = write(tmp_path / "a.csv", f"{HEADER}{account},partner,0.9,2020-09-15\n")
    first = ls.sweep(store, referrals=file)
    assert first.candidates.num_rows > 0
    again = ls.sweep(store, referrals=file)
    assert (again.id, again.fresh) == (first.id, False)
    # What is kept counts in later sweeps, without the file.
    assert ls.sweep(store).id == first.id
    # A partner's whole list sent again, in a file of another name and order of columns.
    longer = write(
        tmp_path / "b.csv", f"source,account,confidence,time\npartner,{account},0.9,2020-09-15\n"
    )
    assert ls.sweep(store, referrals=longer).id == first.id
    cases = _core.CaseStore(str(store.path))
    assert [label[0] for label in cases.labels()] == [account, account]
    assert cases.verify_audit() == []
    changed = write(tmp_path / "c.csv", f"{HEADER}{account},partner,0.1,2020-09-16\n")
    assert ls.sweep(store, referrals=changed).id != first.id


def test_candidates_are_the_rest_of_the_group_with_a_walk_from_a_seed(tmp_path, store, made):
    group = planted(made, "group 1")
    seeds = group[:2]
    rows = "".join(f"{seed},partner {i},{0.4 + i / 2},\n" for i, seed in enumerate(seeds))
    run = ls.sweep(store, referrals=write(tmp_path / "a.csv", f"{HEADER}{rows}"))
    candidates = run.candidates.to_pylist()
    names = [row["account_id"] for row in candidates]
    assert set(names[: len(group) - 2]) == set(group[2:])
    assert not set(names) & set(seeds)
    assert [row["rank"] for row in candidates] == list(range(1, len(candidates) + 1))
    scores = [row["score"] for row in candidates]
    assert scores == sorted(scores, reverse=True)
    assert 0 < sum(scores) < 1
    weight = defaultdict(dict)
    for edge in run.edges.to_pylist():
        a, b = edge["source"], edge["target"]
        weight[a][b] = weight[b][a] = max(weight[a].get(b, 0.0), edge["weight"])
    share = {seeds[0]: 0.4 / 1.3, seeds[1]: 0.9 / 1.3}
    for row in candidates:
        path = row["path"]
        chance = share[path[0]]
        for here, there in itertools.pairwise(path):
            chance *= 0.85 * weight[here][there] / sum(weight[here].values())
        assert path[-1] == row["account_id"]
        assert row["path_probability"] == pytest.approx(chance, rel=1e-9)
        assert row["sources"] == [f"partner {seeds.index(path[0])}"]
    clusters = {row["account_id"]: row["cluster_id"] for row in run.members.to_pylist()}
    assert all(row["cluster_id"] == clusters.get(row["account_id"]) for row in candidates)
    assert run.summary["referrals"]["referred"] == run.summary["referrals"]["in_graph"] == 2


def test_bad_rows_are_an_alarm_even_where_the_run_is_found_again(tmp_path, store):
    whole = ls.sweep(store)
    bad = write(tmp_path / "a.csv", f"{HEADER},partner,0.9,\n")
    again = ls.sweep(store, referrals=bad)
    assert (again.id, again.fresh) == (whole.id, False)
    assert again.alarms == ["1 referral rows could not be used; the first is line 2: no account"]
    assert whole.alarms == []


def test_referred_accounts_without_an_edge_are_counted(tmp_path, store):
    file = write(tmp_path / "a.csv", f"{HEADER}stranger,partner,0.9,\n")
    run = ls.sweep(store, referrals=file)
    assert run.candidates.num_rows == 0
    assert run.summary["referrals"]["referred"] == 1
    assert run.summary["referrals"]["in_graph"] == 0
    assert run.summary["referrals"]["unknown"] == ["stranger"]


def test_what_became_of_a_source_weighs_its_referrals(tmp_path, store, made):
    one, other = planted(made, "group 1"), planted(made, "group 2")
    file = write(
        tmp_path / "referrals.csv",
        HEADER + f"{one[0]},careful,0.5,\n" + f"{other[0]},careless,0.5,\n",
    )
    history = write(tmp_path / "history.csv", "source,confirmed,rejected\ncareful,98,0\n")
    alike = ls.sweep(store, referrals=file)
    weighed = ls.sweep(store, referrals=file, reliability=history)
    assert weighed.id != alike.id
    assert weighed.summary["referrals"]["reliability"] == {"careful": 0.99}

    def share(run, group):
        scores = {row["account_id"]: row["score"] for row in run.candidates.to_pylist()}
        return sum(scores.get(account, 0.0) for account in group)

    # 0.99 * 0.5 against 0.5 * 0.5: of the two it now has 99 parts of 149 and not one of two.
    assert share(weighed, one) / share(alike, one) == pytest.approx(2 * 0.99 / 1.49, rel=1e-6)
    assert share(weighed, other) / share(alike, other) == pytest.approx(2 * 0.5 / 1.49, rel=1e-6)
    assert f"--reliability {history}" in weighed.report.read_text()
    assert ls.sweep(store, referrals=file, reliability=history).fresh is False


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("source,confirmed\na,1\n", "columns are source, confirmed"),
        ("source,confirmed,rejected\na,1,-1\n", "line 2: rejected is '-1'; give a count"),
        ("source,confirmed,rejected\n,1,1\n", "line 2: no source"),
        ("source,confirmed,rejected\na,1,1\na,2,2\n", "names source 'a' twice"),
    ],
)
def test_a_history_that_cannot_be_read_is_told(tmp_path, store, content, message):
    history = write(tmp_path / "history.csv", content)
    with pytest.raises(InputRejected, match=message):
        ls.sweep(store, reliability=history)
