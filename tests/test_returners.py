"""Suspended accounts that come back under new names are ranked first among the new."""

import json

import numpy as np
import pyarrow as pa
import pytest
from support.command_line import cli, expect_error
from support.returners import with_returners
from support.stores import make_store

import lockstep as ls


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    made = ls.simulate(accounts=3_000, groups=24, group_objects=24, difficulty=0.5, seed=3)
    log, suspended, wave = with_returners(made, 0.5, seed=1, organic=1_000)
    store = make_store(tmp_path_factory.mktemp("back") / "store", log)
    return store, ls.sweep(store, controls=0, bootstraps=0), suspended, wave


def test_returners_come_first_among_the_new(scenario):
    store, run, suspended, wave = scenario
    found = ls.returners(run, suspended, since=wave)
    rows = found.to_pylist()
    before = {
        account
        for kind in store.kinds
        for account in store.scan(kind, until=wave)["account_id"].to_pylist()
    }
    assert len(suspended) == 144
    assert sum(row["account_id"].startswith("back_") for row in rows[:100]) >= 90
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        assert row["first_s"] >= wave
        assert 0 <= row["closeness"] <= 1
        assert 0 <= row["similarity"] <= 1
        assert (row["most_like"] in suspended) == (row["similarity"] > 0)
        assert (row["shared"] > 0) == (row["similarity"] > 0)
        assert row["account_id"] not in before


def test_what_is_shared_is_what_both_acted_on(scenario):
    store, run, suspended, wave = scenario
    found = ls.returners(run, suspended, since=wave, store=store)
    row = next(row for row in found.to_pylist() if row["similarity"] > 0)
    both = [store.actions(name) for name in (row["account_id"], row["most_like"])]
    mine, theirs = (
        set(zip(t["kind"].to_pylist(), t["object_id"].to_pylist(), strict=True)) for t in both
    )
    popular = {
        (kind, object_)
        for kind in store.kinds
        for object_, n in store.scan(kind)
        .group_by("object_id")
        .aggregate([("timestamp", "count")])
        .to_pandas()
        .itertuples(index=False)
        if n > 1_000
    }
    assert row["shared"] == len((mine & theirs) - popular)


def test_those_without_a_group_left_are_known_by_whom_they_act_upon(tmp_path):
    """All of a group go, and come back to act upon the same accounts."""
    draw = np.random.default_rng(2)
    start = 1_600_000_000
    rows = []
    for n in range(4_000):
        rows.append(
            (
                start + 400 * n,
                f"user {n % 300}",
                f"o{draw.integers(0, 900)}",
                f"star {draw.integers(0, 200)}",
            )
        )
    for n in range(60):
        for member in range(6):
            prefix = "old" if n < 30 else "back"
            rows.append(
                (
                    start + 25_000 * n + 900 * member,
                    f"{prefix} {member}",
                    f"t{n} {member}",
                    f"victim {n % 5}",
                )
            )
    names = ("timestamp", "account_id", "object_id", "target")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    store = ls.open(tmp_path / "store")
    store.ingest(
        table,
        kind="mention",
        mapping={
            "account": "account_id",
            "object": "object_id",
            "time": "timestamp",
            "target": "target",
        },
    )
    run = ls.sweep(store)
    old = [f"old {member}" for member in range(6)]
    found = ls.returners(run, old, since=start + 25_000 * 30)
    assert set(found["account_id"].to_pylist()[:6]) == {f"back {member}" for member in range(6)}


def test_what_cannot_be_is_told(scenario):
    _, run, suspended, wave = scenario
    with pytest.raises(ValueError, match="none of the 1 suspended accounts is in"):
        ls.returners(run, ["nobody"], since=wave)
    with pytest.raises(ValueError, match="max_object_actions is 1"):
        ls.returners(run, suspended, since=wave, max_object_actions=1)
    late = ls.returners(run, suspended, since="2030-01-01")
    assert late.num_rows == 0
    assert late.column_names[:3] == ["rank", "account_id", "score"]


def test_the_command_ranks_them_too(scenario, tmp_path):
    _, run, suspended, wave = scenario
    (tmp_path / "gone.csv").write_text("account_id\n" + "".join(f"{a}\n" for a in suspended))
    arguments = ("returners", run.path, tmp_path / "gone.csv", "--since", wave)
    said = json.loads(cli(*arguments, "--json").stdout)
    assert said["returners"] == ls.returners(run, suspended, since=wave).to_pylist()
    told = cli(*arguments, "--out", tmp_path / "back.csv")
    assert told.returncode == 0, told.stderr
    assert "no proof" in told.stdout
    assert len((tmp_path / "back.csv").read_text().splitlines()) == len(said["returners"]) + 1
    expect_error(cli("returners", run.path, tmp_path / "none.csv", "--since", wave), 2, "none.csv")
