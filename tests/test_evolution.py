"""Clusters from run to run: what became of them, and names that last."""

import json
import random

import pytest
from support.command_line import cli
from support.stores import make_store, parquet_bytes

import lockstep as ls
from lockstep.sweep.evolution import LONGEST_ABSENCE, Known, follow


def known(**clusters):
    """Clusters of an earlier run by cluster_id, each a word whose letters are its members."""
    members = {name: set(word) for name, word in clusters.items()}
    lasting = {name: f"K-{n:06d}" for n, name in enumerate(sorted(members), start=1)}
    return Known("earlier", members, lasting, {}, len(members))


def changes(found):
    return {
        row["cluster_id"] or row["lasting_id"]: (row["lasting_id"], row["change"], row["others"])
        for row in found.rows
    }


@pytest.mark.parametrize(
    ("before", "now", "want"),
    [
        ({"A": "abcd"}, {"X": "abcd"}, {"X": ("K-000001", "same", [])}),
        ({"A": "abcd"}, {"X": "abcdef"}, {"X": ("K-000001", "grown", [])}),
        ({"A": "abcdef"}, {"X": "abcd"}, {"X": ("K-000001", "shrunk", [])}),
        ({"A": "abcd"}, {"X": "abce"}, {"X": ("K-000001", "changed", [])}),
        (
            {"A": "abcd"},
            {"X": "wxyz"},
            {"X": ("K-000002", "born", []), "K-000001": ("K-000001", "gone", [])},
        ),
        (
            {"A": "abcdef", "B": "ghij"},
            {"X": "abcdefghij"},
            {
                "X": ("K-000001", "merged", ["K-000002"]),
                "K-000002": ("K-000002", "merged", ["K-000001"]),
            },
        ),
        (
            {"A": "abcdefghij"},
            {"X": "abcdef", "Y": "ghij"},
            {"X": ("K-000001", "split", []), "Y": ("K-000002", "split", ["K-000001"])},
        ),
        ({}, {"X": "abc"}, {"X": ("K-000001", "born", [])}),
        ({"A": "abc"}, {}, {"K-000001": ("K-000001", "gone", [])}),
    ],
)
def test_every_change_is_told(before, now, want):
    found = follow(known(**before), {name: set(word) for name, word in now.items()})
    assert changes(found) == want


def test_the_most_alike_keeps_the_name():
    found = follow(known(A="abcdefgh"), {"X": set("abcdef"), "Y": set("ghij")})
    assert found.lasting["X"] == "K-000001"
    assert found.lasting["Y"] == "K-000002"


def test_a_cluster_that_was_gone_returns_under_its_name():
    gone = known(A="abcd")
    gone.absent = {"K-000007": (set("wxyz"), 3)}
    gone.named = 9
    found = follow(gone, {"X": set("abcd"), "Y": set("wxyq"), "Z": set("mnop")})
    assert changes(found) == {
        "X": ("K-000001", "same", []),
        "Y": ("K-000007", "returned", []),
        "Z": ("K-000010", "born", []),
    }
    row = next(row for row in found.rows if row["cluster_id"] == "Y")
    assert (row["joined"], row["left"], row["members_before"]) == (["q"], ["z"], 4)


def test_what_is_absent_is_remembered_for_a_while():
    gone = known()
    gone.absent = {"K-000001": (set("abc"), 1), "K-000002": (set("def"), LONGEST_ABSENCE)}
    rows = follow(gone, {}).rows
    assert [(row["lasting_id"], row["change"], row["absent_runs"]) for row in rows] == [
        ("K-000001", "absent", 2)
    ]


@pytest.mark.parametrize("seed", range(20))
def test_names_are_one_to_one_and_members_add_up(seed):
    draw = random.Random(seed)
    accounts = [f"a{n}" for n in range(60)]

    def split():
        order = draw.sample(accounts, 50)
        bounds = sorted(draw.sample(range(1, 50), 6))
        return {
            f"C{n}": set(order[begin:end])
            for n, (begin, end) in enumerate(zip([0, *bounds], [*bounds, 50], strict=True))
        }

    before, now = split(), split()
    earlier = Known(
        "r", before, {name: f"K-{n:06d}" for n, name in enumerate(sorted(before))}, {}, 9
    )
    found = follow(earlier, now)
    assert len(set(found.lasting.values())) == len(now)
    assert sum(row["cluster_id"] is not None for row in found.rows) == len(now)
    told = [row["previous_cluster_id"] for row in found.rows if row["previous_cluster_id"]]
    assert sorted(told) == sorted(before)
    for row in found.rows:
        own = now.get(row["cluster_id"], set())
        old = before.get(row["previous_cluster_id"], set())
        assert set(row["joined"]) == own - old
        assert set(row["left"]) == old - own
        assert (row["members"], row["members_before"]) == (len(own), len(old))


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Three runs over a log that grows: each knows the one before."""
    made = ls.simulate(accounts=400, days=6, groups=5, seed=8)
    store = make_store(tmp_path_factory.mktemp("nights") / "store", made.log)
    start = min(made.log["timestamp"].to_pylist())
    runs = []
    for days in (2, 4, 6):
        until = start + days * 86_400
        runs.append(ls.sweep(store, until=until, previous=runs[-1] if runs else None))
    return store, runs


def test_clusters_keep_their_names_from_night_to_night(nights):
    _, runs = nights
    members = [
        {
            row["cluster_id"]: {
                m["account_id"]
                for m in run.members.to_pylist()
                if m["cluster_id"] == row["cluster_id"]
            }
            for row in run.clusters.to_pylist()
        }
        for run in runs
    ]
    assert runs[0].evolution.num_rows == 0
    assert runs[0].clusters["lasting_id"].null_count == runs[0].clusters.num_rows
    for earlier, run, before, now in zip(runs, runs[1:], members, members[1:], strict=False):
        assert run.summary["previous"] == earlier.id
        rows = run.evolution.to_pylist()
        named = {row["cluster_id"]: row["lasting_id"] for row in rows if row["cluster_id"]}
        assert named == dict(
            zip(
                run.clusters["cluster_id"].to_pylist(),
                run.clusters["lasting_id"].to_pylist(),
                strict=True,
            )
        )
        for row in rows:
            if row["cluster_id"] and row["previous_cluster_id"]:
                assert now[row["cluster_id"]] & before[row["previous_cluster_id"]]
        changes = run.summary["changes"]
        assert sum(changes.values()) == sum(row["change"] != "absent" for row in rows)
        report = run.report.read_text()
        assert report.index("What changed since") < report.index(">Clusters<")
        assert earlier.id in report


def test_the_same_again_is_the_same_run(nights, tmp_path):
    store, runs = nights
    again = ls.sweep(store, previous=runs[1], out=tmp_path / "runs")
    assert again.summary["previous"] == runs[1].id
    twice = ls.sweep(store, previous=runs[1], out=tmp_path / "runs")
    assert (twice.id, twice.fresh) == (again.id, False)
    forced = ls.sweep(store, previous=runs[1].path, out=tmp_path / "other", force=True)
    assert parquet_bytes(forced) == parquet_bytes(again)
    assert ls.sweep(store, out=tmp_path / "runs").id != again.id


def test_the_command_says_what_changed(nights, tmp_path):
    store, runs = nights
    arguments = ("sweep", store.path, "--previous", runs[0].path, "--out", tmp_path / "runs")
    done = cli(*arguments)
    assert done.returncode == 0, done.stderr
    assert f"Since {runs[0].id}: " in done.stdout
    said = cli(
        "sweep", store.path, "--previous", runs[0].path, "--out", tmp_path / "runs", "--json"
    )
    assert json.loads(said.stdout)["previous"] == runs[0].id
