"""New accounts that resemble suspended ones: ranked every night, and an alarm once."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.command_line import cli, expect_error
from support.nights import CONFIG, make_place, night
from support.returners import with_returners
from support.stores import make_store, parquet_bytes

import lockstep as ls
from lockstep.ledger import record_ledger
from lockstep.sweep import pipeline, returned

DAY_S = 86_400
FIGURES = ("score", "first_s", "closeness", "similarity", "shared", "rhythm")


def suspend(store, rows, file):
    """Records (account, wave, time)."""
    lines = [f"{account},suspended,{wave},{at}\n" for account, wave, at in rows]
    file.write_text("account,event,wave,time\n" + "".join(lines))
    record_ledger(store, file)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    made = ls.simulate(accounts=3_000, groups=24, group_objects=24, difficulty=0.5, seed=3)
    log, suspended, wave = with_returners(made, 0.5, seed=1, organic=1_000)
    folder = tmp_path_factory.mktemp("back")
    store = make_store(folder / "store", log)
    suspend(store, [(a, "first", wave) for a in suspended], folder / "wave.csv")
    return store, ls.sweep(store, controls=0, bootstraps=0), suspended, wave


def test_a_sweep_ranks_them_as_the_function_does(scenario):
    store, run, suspended, wave = scenario
    rows = run.returners.to_pylist()
    whole = ls.returners(run, suspended, since=wave, store=store).to_pylist()
    want = {row["account_id"]: row for row in whole}
    assert len(rows) == run.summary["returners"]["listed"] == min(len(want), 1_000)
    for row in rows:
        for name in FIGURES:
            assert row[name] == pytest.approx(want[row["account_id"]][name], abs=1e-9)
        assert row["most_like"] == want[row["account_id"]]["most_like"]
        near = row["closeness"] >= row["similarity"]
        assert row["resembles"] == (row["path"][0] if near else row["most_like"])
        assert (row["wave"], row["suspended_s"]) == ("first", wave)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    alike = [row["alike"] for row in rows]
    assert alike == sorted(alike, reverse=True)
    assert all(row["alike"] == row["fresh"] for row in rows), "there was no run before"


def test_those_to_be_looked_at_are_right(scenario):
    _, run, suspended, _ = scenario
    alike = [row for row in run.returners.to_pylist() if row["alike"]]
    assert len(alike) > 0.7 * len(suspended)
    assert sum(row["account_id"].startswith("back_") for row in alike) >= 0.95 * len(alike)
    found = run.summary["returners"]
    assert (found["alike"], found["suspended"]) == (len(alike), len(suspended))
    assert found["first"] == alike[:10]


def test_evidence_is_what_the_store_and_the_run_have(scenario):
    store, run, suspended, _ = scenario
    pairs = {frozenset(pair) for pair in zip(*run.pairs.select([0, 1]).to_pydict().values(),
                                             strict=True)}  # fmt: skip
    rows = run.returners.to_pylist()
    for row in rows:
        assert bool(row["path"]) == (row["closeness"] > 0)
        if row["path"]:
            assert row["path"][0] in suspended
            assert row["path"][-1] == row["account_id"]
            steps = zip(row["path"], row["path"][1:], strict=False)
            assert all(frozenset(step) in pairs for step in steps)
    for row in [row for row in rows if row["shared"]][:20]:
        things = [set(store.actions(row[name])["object_id"].to_pylist())
                  for name in ("account_id", "most_like")]  # fmt: skip
        assert set(row["shared_objects"]) <= things[0] & things[1]
        assert len(row["shared_objects"]) == min(row["shared"], 5)
        assert row["shared_targets"] == []


def test_the_command_shows_the_runs_own(scenario, tmp_path):
    _, run, _, _ = scenario
    said = json.loads(cli("returners", run.path, "--json").stdout)
    assert said == {"run": run.id, "returners": run.returners.to_pylist()}
    assert "wave" in cli("returners", run.path, "--out", tmp_path / "a.csv").stdout
    assert len((tmp_path / "a.csv").read_text().splitlines()) == run.returners.num_rows + 1
    assert cli("runs", "export", run.path, "returners", tmp_path / "b.csv").returncode == 0
    expect_error(cli("returners", run.path, "--since", "2020-01-01"), 2, "or neither")


def rows_of(account, objects, start):
    return [(start + 7 * n, account, "post", f"{name}") for n, name in enumerate(objects)]


@pytest.fixture
def two_waves(tmp_path):
    """Two accounts go one after the other; each has a double that came in between."""
    start = 1_600_000_000
    random = np.random.default_rng(4)
    rows = [
        (start + 600 * n, f"user {n % 50}", "post", f"o{random.integers(0, 90)}")
        for n in range(2_000)
    ]
    mine, theirs = [f"a{n}" for n in range(8)], [f"b{n}" for n in range(8)]
    rows += rows_of("old a", mine, start) + rows_of("old b", theirs, start + 50)
    rows += rows_of("double a", mine, start + 5 * DAY_S)
    rows += rows_of("double b", theirs, start + 5 * DAY_S + 50)
    store = make_store(tmp_path / "store", rows)
    waves = [("old a", "one", start + 3 * DAY_S), ("old b", "two", start + 9 * DAY_S)]
    suspend(store, waves, tmp_path / "waves.csv")
    return store, start


def test_an_account_is_compared_with_those_that_were_gone_when_it_came(two_waves):
    store, start = two_waves
    rows = {row["account_id"]: row for row in ls.sweep(store).returners.to_pylist()}
    one = rows["double a"]
    assert (one["most_like"], one["resembles"]) == ("old a", "old a")
    assert (one["wave"], one["shared"]) == ("one", 8)
    assert one["suspended_s"] == start + 3 * DAY_S
    assert one["similarity"] == pytest.approx(1.0)
    assert one["alike"]
    assert "double b" not in rows, "it came before the one whose like it is went"


def test_who_came_before_the_time_that_is_swept_is_not_new(two_waves):
    store, start = two_waves
    run = ls.sweep(store, since=start + 6 * DAY_S)
    assert run.returners.num_rows == 0
    assert run.summary["returners"]["new"] == 0


def test_few_things_in_common_are_not_enough(tmp_path):
    start = 1_600_000_000
    rows = [(start + n, f"user {n % 40}", "post", f"o{n % 37}") for n in range(400)]
    for name, at in (("old", start), ("new", start + 3 * DAY_S)):
        rows += rows_of(name, ["x", "y"], at)
    store = make_store(tmp_path / "store", rows)
    suspend(store, [("old", "", start + DAY_S)], tmp_path / "wave.csv")
    (row,) = ls.sweep(store).returners.to_pylist()
    assert (row["most_like"], row["shared"], row["wave"]) == ("old", 2, "none")
    assert row["score"] > 0.9
    assert not row["alike"]


def test_who_acts_upon_the_same_accounts_shares_them(tmp_path):
    start = 1_600_000_000
    draw = np.random.default_rng(5)
    rows = [
        (start + 500 * n, f"user {n % 60}", f"o{n}", f"star {draw.integers(0, 40)}")
        for n in range(900)
    ]
    for name, at in (("old", start), ("new", start + 3 * DAY_S)):
        rows += [(at + n, name, f"{name} {n}", f"victim {n % 6}") for n in range(18)]
    names = ("at", "who", "what", "whom")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    store = ls.open(tmp_path / "store")
    map_ = {"account": "who", "object": "what", "time": "at", "target": "whom"}
    store.ingest(table, kind="mention", mapping=map_)
    suspend(store, [("old", "one", start + DAY_S)], tmp_path / "wave.csv")
    (row,) = [row for row in ls.sweep(store).returners.to_pylist() if row["account_id"] == "new"]
    assert (row["most_like"], row["shared"], row["alike"]) == ("old", 6, True)
    assert row["similarity"] == pytest.approx(1.0)
    assert row["shared_objects"] == []
    assert len(row["shared_targets"]) == 5
    assert set(row["shared_targets"]) <= {f"victim {n}" for n in range(6)}


def test_no_name_in_it_is_markup(tmp_path):
    start = 1_600_000_000
    evil = "<img src=x onerror=alert(1)>"
    rows = rows_of(f"old{evil}", [f"{n}{evil}" for n in range(4)], start)
    rows += rows_of(f"new{evil}", [f"{n}{evil}" for n in range(4)], start + 3 * DAY_S)
    rows += [(start + n, f"user {n % 40}", "post", f"o{n % 37}") for n in range(400)]
    store = make_store(tmp_path / "store", rows)
    suspend(store, [(f"old{evil}", f"wave{evil}", start + DAY_S)], tmp_path / "wave.csv")
    run = ls.sweep(store)
    (row,) = run.returners.to_pylist()
    assert (row["wave"], row["shared"], row["alike"]) == (f"wave{evil}", 4, True)
    page, short = run.report.read_text(), run.to_markdown()
    assert "wave&lt;img" in page
    assert "<img" not in page
    assert not re.search(r"(?<!\\)<img", short)


def test_a_ledger_of_strangers_finds_nobody(tmp_path):
    store = make_store(tmp_path / "store", rows_of("a", "xyz", 1_600_000_000))
    suspend(store, [("unknown", "one", 1_500_000_000)], tmp_path / "wave.csv")
    run = ls.sweep(store)
    assert run.returners.num_rows == 0
    assert run.summary["returners"]["suspended"] == 0


def by_hand(run, gone_s, first_s):
    """Closeness of each new account to those that were suspended before it came."""
    found = {}
    for account, came_s in first_s.items():
        seeds = [a for a, at in gone_s.items() if at <= came_s and a in ends(run)]
        scores = ls.propagate(run.pairs, seeds=seeds) if seeds and account in ends(run) else None
        found[account] = 0.0
        if scores is not None:
            own = scores.filter(pc.equal(scores["vertex"], account))["score"].to_pylist()
            found[account] = own[0] * len(seeds) if own else 0.0
    most = max(found.values())
    return {account: value / most for account, value in found.items()}


def ends(run):
    return set(run.pairs["source"].to_pylist()) | set(run.pairs["target"].to_pylist())


@pytest.mark.parametrize("seed", range(2))
def test_closeness_is_to_those_suspended_before(tmp_path, monkeypatch, seed):
    made = ls.simulate(accounts=500, groups=8, group_objects=24, difficulty=0.5, seed=seed)
    log, suspended, wave = with_returners(made, 0.5, seed=seed)
    store = make_store(tmp_path / "store", log)
    draw = np.random.default_rng(seed)
    # Most before anybody comes, some while they do.
    gone_s = {a: wave + int(draw.choice([-9, 0, 40_000, 90_000])) for a in suspended}
    suspend(store, [(a, f"w{at % 7}", at) for a, at in gone_s.items()], tmp_path / "w.csv")
    run = ls.sweep(store, controls=0, bootstraps=0)
    rows = {row["account_id"]: row for row in run.returners.to_pylist()}
    want = by_hand(run, gone_s, {name: row["first_s"] for name, row in rows.items()})
    assert len(set(gone_s.values())) == 4
    assert sum(row["closeness"] > 0 for row in rows.values()) > 10
    for name, row in rows.items():
        assert row["closeness"] == pytest.approx(want[name], abs=1e-7)
        assert gone_s[row["resembles"]] == row["suspended_s"] <= row["first_s"]
        assert row["most_like"] is None or gone_s[row["most_like"]] <= row["first_s"]
    monkeypatch.setattr(returned, "_MOST_MOMENTS", 2)
    fewer = ls.sweep(store, controls=0, bootstraps=0, force=True)
    for row in fewer.returners.to_pylist():
        if row["path"]:
            assert gone_s[row["path"][0]] <= row["first_s"], "fewer seeds, never later ones"


@pytest.fixture
def nights(tmp_path):
    """A place with the days of a log, on whose fourth morning accounts are back."""
    made = ls.simulate(accounts=500, days=6, groups=8, group_objects=24, difficulty=0.5, seed=8)
    log, suspended, wave = with_returners(made, 0.5, seed=2)
    first = pc.min(log["timestamp"]).as_py() // DAY_S * DAY_S
    day = pc.divide(pc.subtract(log["timestamp"], first), DAY_S)
    days = [log.filter(pc.equal(day, n)) for n in sorted(set(day.to_pylist()))]
    place = make_place(tmp_path, CONFIG + "[notify]\nmetrics = 'night.prom'\n")
    return place, days, suspended, wave


def one_night(place, days, number):
    pq.write_table(days[number], place / "inbox" / f"day{number}.parquet")
    return night(place)


def told(result):
    return [text for text in result.alarms if "resemble suspended ones" in text]


def test_nights_tell_of_each_once(nights):
    place, days, suspended, wave = nights
    middle = next(n for n, day in enumerate(days) if pc.max(day["timestamp"]).as_py() > wave)
    results = [one_night(place, days, number) for number in range(middle)]
    quiet = ls.Run(results[-1].run)
    assert quiet.summary["returners"] == {}
    assert quiet.returners.num_rows == 0
    assert "returners" not in quiet.summary["timings_s"]
    assert "resemble" not in quiet.report.read_text() + quiet.to_markdown()
    assert "lockstep_sweep_returners" not in (place / "night.prom").read_text()
    with ls.open(place / "store") as store:
        suspend(store, [(a, "one", wave) for a in suspended], place / "wave.csv")
    seen: set = set()
    for number in range(middle, len(days)):
        result = one_night(place, days, number)
        run = ls.Run(result.run)
        rows = [row for row in run.returners.to_pylist() if row["alike"]]
        fresh = {row["account_id"] for row in rows if row["fresh"]}
        assert not fresh & seen, "of each, one night is told"
        seen = {row["account_id"] for row in rows}
        assert len(told(result)) == (len(fresh) > 0)
        if fresh:
            assert f"{len(fresh):,} new accounts resemble suspended ones" in told(result)[0]
        metrics = (place / "night.prom").read_text()
        assert f'lockstep_sweep_returners{{which="alike"}} {len(rows)}\n' in metrics
        assert f'lockstep_sweep_returners{{which="fresh"}} {len(fresh)}\n' in metrics
    assert len(seen) > 5
    assert all(name.startswith("back_") for name in seen)
    page, short = run.report.read_text(), run.to_markdown()
    for text in (page, short):
        assert "New accounts that resemble suspended ones" in text
        assert "no proof" in text
    assert rows[0]["resembles"] in page
    assert rows[0]["resembles"].replace("_", r"\_") in short
    again = night(place)
    assert (again.status, again.run) == ("noop", result.run)
    before = parquet_bytes(run)
    assert parquet_bytes(ls.Run(night(place, force=True).run)) != before, "now the run before"
    (place / "runs" / "latest").unlink()
    (place / "runs" / "latest").symlink_to(Path(run.summary["previous"]))
    assert parquet_bytes(ls.Run(night(place).run)) == before


def test_a_night_killed_while_it_compares_ends_with_the_same_bytes(nights, tmp_path, monkeypatch):
    class KilledError(BaseException):
        pass

    def killed(*_):
        raise KilledError

    place, days, suspended, wave = nights
    calm = tmp_path / "calm"
    for number in range(3):
        one_night(place, days, number)
    with ls.open(place / "store") as store:
        suspend(store, [(a, "one", wave) for a in suspended], place / "wave.csv")
    pq.write_table(pa.concat_tables(days[3:]), place / "inbox" / "rest.parquet")
    shutil.copytree(place, calm, ignore=lambda *_: ["calm"], symlinks=True)
    want = parquet_bytes(ls.Run(night(calm).run))
    monkeypatch.setattr(pipeline, "find_returners", killed)
    with pytest.raises(KilledError):
        night(place)
    monkeypatch.undo()
    assert parquet_bytes(ls.Run(night(place).run)) == want
    assert pq.read_table(calm / "runs" / "latest" / "returners.parquet").num_rows > 0


def test_a_run_of_an_earlier_program_can_be_compared_with(two_waves):
    store, _ = two_waves
    old = ls.sweep(store, window_s=30)
    summary = json.loads((old.path / "run.json").read_text())
    del summary["returners"]
    (old.path / "run.json").write_text(json.dumps(summary))
    (old.path / "returners.parquet").unlink()
    assert ls.Run(old.path).returners.num_rows == 0
    run = ls.sweep(store, previous=old.path)
    fresh = run.returners.filter(run.returners["fresh"])["account_id"]
    assert fresh.to_pylist() == ["double a"]
    assert pa.types.is_list(run.returners.schema.field("path").type)
