"""Old days out of a store, by hand and every night."""

import json
import os
import random
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
from lockstep.errors import ConfigError, StorageError, StoreLocked
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
    assert audit_of(store.path) == [("drop", f"{gone} actions before 2020-09-18, of 1 files")]
    again = store.retain(2)
    assert (again.rows, again.freed) == (0, None)
    assert len(audit_of(store.path)) == 1


def test_by_hand_first_dry_and_then_for_good(store, days):
    path, gone = store.path, len(days[0])
    dry = json.loads(cli("store", "retain", path, "--days", "5", "--dry-run", "--json").stdout)
    assert (dry["rows"], dry["dry_run"]) == (gone, True)
    assert stored(path) == rows_of(days)
    done = cli("store", "retain", path, "--days", "5", "--compact")
    assert done.returncode == 0, done.stderr
    assert f"{gone:,} actions before 2020-09-15 dropped" in done.stdout
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

    opened = ls.upkeep._opened
    monkeypatch.setattr(ls.upkeep, "_opened", lambda path, key: Full(opened(path, key)))
    assert "no room for" in compact_store(store.path).why_not
    assert "no room for" in store.retain(2, compact=True).freed.why_not


def test_a_note_that_a_kill_prevented_comes_with_the_next_call(store, days):
    core = _core.Store(str(store.path), write=True)
    core.drop_before(NOW_S, now_s=NOW_S)  # and no note of it
    core.close()
    assert audit_of(store.path) == []
    assert drop_old_days(store.path, NOW_S).rows == 0
    rows = sum(map(len, days))
    assert audit_of(store.path) == [("drop", f"{rows} actions before 2023-11-14, of 1 files")]
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
    assert [action for action, _ in audit_of(place / "store")] == ["drop", "drop"]


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
