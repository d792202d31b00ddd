"""Old days out of a store, by hand and every night."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from support.command_line import cli, expect_error, stored
from support.nights import CONFIG, NOW_S, arrives, make_place, night
from support.stores import make_store, parquet_bytes

import lockstep as ls
from lockstep import _core
from lockstep.case_store import writing
from lockstep.errors import ConfigError, StorageError, StoreLocked, UnknownAccount
from lockstep.ledger import record_ledger
from lockstep.nightly import load_config
from lockstep.upkeep import compact_store, drop_old_days

DAY_S = 86_400


@pytest.fixture
def store(tmp_path, days):
    return make_store(tmp_path / "store", pa.concat_tables(days))


def rows_of(days):
    """The actions as `stored` gives them."""
    table = pa.concat_tables(days)
    columns = (
        table[name].to_pylist() for name in ("account_id", "object_id", "timestamp", "action")
    )
    return sorted(set(zip(*columns, strict=True)))


def forgotten(accounts, objects):
    """The note in the audit."""
    return "forget", f"names of {accounts} accounts and {objects} objects that nothing refers to"


def audit_of(path):
    cases = _core.CaseStore(str(path))
    try:
        assert cases.verify_audit() == []
        return [(entry["action"], entry["detail"]) for entry in cases.audit()]
    finally:
        cases.close()


def test_the_last_days_stay(store, days):
    dropped = store.retain(2, compact=True)
    gone = sum(len(day) for day in days[:4])
    assert (dropped.rows, dropped.jobs, dropped.freed.why_not) == (gone, 1, None)
    assert stored(store.path) == rows_of(days[4:])
    assert store.info()["actions"] == len(days[4]) + len(days[5])
    assert store.verify() == []
    assert audit_of(store.path) == [
        ("drop", f"{gone} actions before 2020-09-18, of 1 files"),
        forgotten(dropped.accounts, dropped.objects),
    ]
    again = store.retain(2)
    assert (again.rows, again.accounts, again.objects, again.freed) == (0, 0, 0, None)
    assert len(audit_of(store.path)) == 2


def names_in(store, space, names):
    return {name for name in names if store.core.find_id(space, name) is not None}


def test_names_go_that_nothing_refers_to(store, days, tmp_path):
    all_rows, left = rows_of(days), rows_of(days[5:])
    accounts, objects = ({row[n] for row in all_rows} for n in (0, 1))
    gone = sorted(accounts - {row[0] for row in left})
    assert len(gone) > 3
    (tmp_path / "wave.csv").write_text(f"account,event\n{gone[0]},suspended\n")
    record_ledger(store, tmp_path / "wave.csv")
    with writing(store.path) as cases:
        label = (gone[1], "referral", "partner", 0.5, NOW_S)
        cases.append_labels([label], content_hash="l", actor="anna", now_s=NOW_S)
        case = {"run_id": "r", "cluster_id": "C-0001", "members": [gone[2], "a stranger"]}
        cases.append_case_entry(
            0, expected_version=0, actor="anna", kind="open", now_s=NOW_S, **case
        )
    before = store.info()
    dropped = store.retain(1)
    assert names_in(store, "account", accounts) == {row[0] for row in left} | set(gone[:3])
    assert names_in(store, "object", objects) == {row[1] for row in left}
    assert dropped.accounts == len(gone) - 3
    assert dropped.objects == len(objects - {row[1] for row in left})
    assert store.verify() == []
    assert store.info()["accounts"] == before["accounts"], "their numbers stay given"
    with pytest.raises(UnknownAccount):
        store.actions(gone[3])
    assert store.actions(gone[0]).num_rows == 0
    names = {"account": "account_id", "object": "object_id", "time": "timestamp", "kind": "action"}
    store.ingest(days[0], mapping=names)
    assert stored(store.path) == rows_of([days[0], days[5]])
    assert store.info()["accounts"] > before["accounts"]
    assert store.verify() == []


def test_by_hand_first_dry_and_then_for_good(store, days):
    path, gone = store.path, len(days[0])
    dry = json.loads(cli("store", "retain", path, "--days", "5", "--dry-run", "--json").stdout)
    assert (dry["rows"], dry["dry_run"]) == (gone, True)
    assert stored(path) == rows_of(days)
    done = cli("store", "retain", path, "--days", "5", "--compact")
    assert done.returncode == 0, done.stderr
    assert f"{gone:,} actions before 2020-09-15 dropped" in done.stdout
    assert re.search(r"names of [\d,]+ accounts and [\d,]+ objects forgotten", done.stdout)
    assert "MB given back" in done.stdout
    assert stored(path) == rows_of(days[1:])
    compacted = cli("store", "compact", path, "--json")
    assert json.loads(compacted.stdout)["freed_bytes"] >= 0
    assert cli("store", "verify", path).returncode == 0
    assert cli("store", "retain", path, "--days", "0").returncode == 2


def test_what_cannot_be_done_is_one_error(tmp_path, store):
    expect_error(cli("store", "compact", tmp_path / "none"), 2, "no store at")
    assert not (tmp_path / "none").exists()
    writer = _core.Store(str(store.path), write=True)
    try:
        with pytest.raises(StoreLocked):
            store.retain(1)
        with pytest.raises(StorageError, match="open for reading"):
            store.core.drop_before(NOW_S, now_s=NOW_S)
        expect_error(cli("store", "compact", store.path), 75, "in use by another writer")
    finally:
        writer.close()
    with pytest.raises(ConfigError, match="days is 0"):
        store.retain(0)


def test_a_disk_without_room_is_left_alone(store, monkeypatch):
    class Full:
        """The writer's view of a full disk."""

        def __init__(self, core):
            self._core = core

        def __getattr__(self, name):
            return getattr(self._core, name)

        def require_space(self, size):
            raise StorageError(f"no room for {size} bytes")

        def compact(self, **_):
            pytest.fail("compacted on a full disk")

    opened = ls.upkeep.writer_of
    monkeypatch.setattr(ls.upkeep, "writer_of", lambda path, key: Full(opened(path, key)))
    assert "no room for" in compact_store(store.path).why_not
    assert "no room for" in store.retain(2, compact=True).freed.why_not


def test_a_note_that_a_kill_prevented_comes_with_the_next_call(store, days):
    core = _core.Store(str(store.path), write=True)
    core.drop_before(NOW_S, now_s=NOW_S)  # and no note of it
    core.close()
    assert audit_of(store.path) == []
    late = drop_old_days(store.path, NOW_S)
    rows, info = sum(map(len, days)), store.info()
    assert (late.rows, late.accounts, late.objects) == (0, info["accounts"], info["objects"])
    assert audit_of(store.path) == [
        ("drop", f"{rows} actions before 2023-11-14, of 1 files"),
        forgotten(info["accounts"], info["objects"]),
    ]
    store.refresh()
    assert store.info()["actions"] == 0
    assert "-" in cli("store", "info", store.path).stdout


def test_a_run_over_days_that_are_gone_is_another(store):
    run = ls.sweep(store, controls=0, bootstraps=0)
    assert not ls.sweep(store, controls=0, bootstraps=0).fresh
    recent = ls.sweep(store, controls=0, bootstraps=0, since="2020-09-17")
    store.retain(3)
    fewer = ls.sweep(store, controls=0, bootstraps=0)
    assert fewer.fresh
    assert fewer.id != run.id
    assert fewer.summary["input"]["actions"] < run.summary["input"]["actions"]
    again = ls.sweep(store, controls=0, bootstraps=0, since="2020-09-17")
    assert (again.fresh, again.id) == (False, recent.id), "it never counted those days"


KEPT = CONFIG.replace("[sweep]", '[sweep]\nlookback = "2d"') + "[retention]\nactions_days = 3\n"


def test_a_night_drops_what_no_sweep_will_read(tmp_path, days):
    place, other = (
        make_place(tmp_path / "a", KEPT + "compact = true\n"),
        make_place(tmp_path / "b", KEPT.replace("actions_days = 3", "")),
    )
    for number in range(5):
        arrives(place, days, [number])
        arrives(other, days, [number])
        result, whole = night(place), night(other)
        assert result.status == whole.status
        assert parquet_bytes(ls.Run(result.run)) == parquet_bytes(ls.Run(whole.run))
        if number < 3:
            assert result.dropped is None
            continue
        assert result.dropped["rows"] == len(days[number - 3])
        assert result.dropped["freed"]["why_not"] is None
    assert stored(place / "store") == rows_of(days[2:5])
    again = night(place)
    assert (again.status, again.files, again.dropped) == ("noop", [], None)
    assert again.run == result.run
    told = json.loads((place / "runs" / "nights.jsonl").read_text().splitlines()[-2])
    assert told["dropped"] == result.dropped
    assert [action for action, _ in audit_of(place / "store")] == ["drop", "forget"] * 2


def test_a_night_that_is_rejected_drops_nothing(tmp_path, days):
    place = make_place(tmp_path, KEPT + "[gates]\nmin_actions = 1000000\n")
    arrives(place, days, range(5))
    assert night(place).status == "rejected"
    assert stored(place / "store") == rows_of(days[:5])


def test_a_night_that_drops_and_is_killed_ends_with_the_same_bytes(tmp_path, days):
    calm = make_place(tmp_path / "calm", KEPT + "compact = true\n")
    arrives(calm, days, range(5))
    command = [sys.executable, "-m", "lockstep", "sweep", "--json", "--config"]
    started = time.monotonic()
    assert cli("sweep", "--config", calm / "sweep.toml").returncode == 0
    whole_s = time.monotonic() - started
    draw = random.Random(3)
    for number in range(2):
        place = make_place(tmp_path / f"killed{number}", KEPT + "compact = true\n")
        arrives(place, days, range(5))
        running = subprocess.Popen(
            [*command, str(place / "sweep.toml")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(draw.uniform(0.5 * whole_s, whole_s))
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        done = cli("sweep", "--config", place / "sweep.toml", "--json")
        assert done.returncode == 0, done.stderr
        run = ls.Run(json.loads(done.stdout)["run"])
        assert parquet_bytes(run) == parquet_bytes(ls.Run.open(calm / "runs"))
        assert stored(place / "store") == rows_of(days[2:5])
        with ls.open(place / "store") as store:
            assert store.verify() == []
        shutil.rmtree(place)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("actions_days = 1\n", "retention.actions_days is 1, less than sweep.lookback (172,800 s)"),
        ("compact = true\n", "retention.compact needs retention.actions_days"),
        ("actions_days = 0\n", "retention.actions_days"),
    ],
)
def test_a_retention_that_cannot_be_followed_is_told(tmp_path, text, says):
    place = make_place(tmp_path, KEPT.replace("actions_days = 3\n", text))
    with pytest.raises(ConfigError) as error:
        load_config(place / "sweep.toml")
    assert says in str(error.value)
