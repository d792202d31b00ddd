"""Files that nights refuse: an alarm once, known from then on, and tried again when mended."""

import json
import os

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from support.command_line import cli
from support.nights import CONFIG, NOW_S, arrives, make_place, night

import lockstep as ls
from lockstep.errors import InputNotYet, InputRejected
from lockstep.ingest import IngestOptions
from lockstep.nightly import load_config, run_night
from lockstep.nightly import night as night_module
from lockstep.nightly.refused import RefusedFiles

BROKEN = b"PAR1 and no more"


@pytest.fixture
def place(tmp_path, days):
    place = make_place(tmp_path)
    arrives(place, days, [0])
    (place / "inbox" / "broken.parquet").write_bytes(BROKEN)
    return place


def refused_names(result):
    return [os.path.basename(file["path"]) for file in result.refused]


def test_what_was_refused_is_an_alarm_once_and_then_listed(place):
    inbox = sorted((path.name, path.stat().st_mtime_ns) for path in (place / "inbox").iterdir())
    first = night(place)
    assert (first.status, refused_names(first)) == ("alarms", [])
    before = (place / "runs" / "refused.json").read_bytes()
    later = run_night(load_config(place / "sweep.toml"), now_s=NOW_S + 86_400)
    assert (later.status, later.files, later.alarms) == ("noop", [], [])
    fault = first.files[0]["fault"]
    assert later.refused == [
        {"path": str(place / "inbox" / "broken.parquet"), "reason": fault, "first_s": NOW_S}
    ]
    assert (place / "runs" / "refused.json").read_bytes() == before
    assert json.loads((place / "runs" / "last-night.json").read_text())["refused"] == later.refused
    # It may be another's, and read-only: nothing is moved or written there.
    assert inbox == sorted((p.name, p.stat().st_mtime_ns) for p in (place / "inbox").iterdir())


def test_the_command_tells_what_is_still_refused(place):
    night(place)
    plan = cli("sweep", "--config", place / "sweep.toml", "--dry-run")
    assert "refused since 2023-11-14, not tried" in plan.stdout
    done = cli("sweep", "--config", place / "sweep.toml")
    assert done.returncode == 0, done.stderr
    assert "broken.parquet: refused since 2023-11-14, not tried" in done.stdout


def test_a_mended_file_of_the_same_name_is_tried_anew(place, days):
    night(place)
    pq.write_table(days[1], place / "inbox" / "broken.parquet")
    result = night(place)
    assert [file["accepted"] for file in result.files] == [len(days[1])]
    assert result.refused == []
    assert json.loads((place / "runs" / "refused.json").read_text()) == {}


def test_another_broken_file_is_news_and_the_old_one_is_known_by_another_name(place):
    night(place)
    (place / "inbox" / "broken.parquet").rename(place / "inbox" / "moved.parquet")
    (place / "inbox" / "worse.parquet").write_bytes(BROKEN[::-1])  # of the same size
    result = night(place)
    assert refused_names(result) == ["moved.parquet"]
    assert len(result.alarms) == 1
    assert "worse.parquet" in result.alarms[0]


def test_force_and_another_way_to_read_try_again(place):
    first = night(place)
    forced = night(place, force=True)
    assert forced.alarms == first.alarms
    assert forced.refused == []
    assert night(place).refused[0]["first_s"] == NOW_S
    (place / "sweep.toml").write_text(CONFIG.replace("[ingest]", '[ingest]\nmax_rejects = "1%"'))
    assert night(place).alarms == first.alarms


def killed_night(place, monkeypatch, step):
    """A night that ends at a step, and before its end is written."""

    class KilledError(BaseException):
        pass

    def killed(*_, **__):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(night_module, step, killed)
        patch.setattr(night_module, "close_night", killed)
        with pytest.raises(KilledError):
            night(place)


def test_a_refusal_that_no_night_told_of_is_told_again(place, monkeypatch):
    """Killed after the memory was written and before the night's end was."""
    killed_night(place, monkeypatch, "_sweep")
    assert (place / "runs" / "refused.json").exists()
    result = night(place)
    assert (result.status, refused_names(result)) == ("alarms", ["broken.parquet"])
    assert night(place).status == "noop"


def test_a_damaged_memory_costs_a_second_alarm_and_no_more(place):
    first = night(place)
    for damage in ("{", "[]", '{"a": 1}', '{"a": {"b": 1}}'):
        (place / "runs" / "refused.json").write_text(damage)
        again = night(place)
        assert (again.status, again.alarms) == ("alarms", first.alarms)
        assert night(place).status == "noop"


def test_a_file_of_a_time_to_come_is_tried_until_the_time_comes(place, days):
    (place / "inbox" / "broken.parquet").unlink()
    log = days[0]
    moved = pc.add(log["timestamp"], NOW_S + 5 * 86_400 - pc.max(log["timestamp"]).as_py())
    ahead = log.set_column(log.schema.get_field_index("timestamp"), "timestamp", moved)
    pq.write_table(ahead, place / "inbox" / "ahead.parquet")
    for _ in range(2):
        result = night(place)
        assert result.status == "alarms"
        assert "ahead.parquet" in result.alarms[0]
    week = 7 * 86_400
    result = run_night(load_config(place / "sweep.toml"), now_s=NOW_S + week)
    assert [file["accepted"] for file in result.files] == [len(log)]


def test_times_ahead_are_said_to_be(tmp_path):
    path = tmp_path / "ahead.csv"
    options = IngestOptions(kind="post")
    for year, kind in ((2027, InputNotYet), (2200, InputRejected)):
        path.write_text(f"account_id,object_id,timestamp\na,b,{year}-01-01T00:00:00Z\n")
        core = ls._core.Store(str(tmp_path / f"store{year}"), write=True)
        with pytest.raises(InputRejected) as error:
            ls.ingest.ingest_file(core, tmp_path, path, options, now_s=1_790_000_000)
        core.close()
        assert type(error.value) is kind


def test_a_file_that_changed_meanwhile_is_not_remembered(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("one")
    refused = RefusedFiles(tmp_path / "refused.json")
    refused.remember(path, (0, 3, 0), "another file was tried", 1)
    path.with_name("gone.csv")
    refused.remember(path.with_name("gone.csv"), (0, 3, 0), "it is gone", 1)
    assert refused.find(path) is None
    assert not (tmp_path / "refused.json").exists()


GOOD = "account,source,confidence\nuser_00001,a,0.9\n"
PARTLY = GOOD + ",a,0.5\n"
REFUSED = "who,why\nuser_00001,spam\n"


@pytest.fixture
def partners(place):
    (place / "inbox" / "broken.parquet").unlink()
    (place / "sweep.toml").write_text(CONFIG + '[referrals]\ninbox = "referrals"\n')
    (place / "referrals").mkdir()
    return place


def test_refused_referrals_are_an_alarm_once_and_then_listed(partners):
    file = partners / "referrals" / "a.csv"
    file.write_text(REFUSED)
    first = night(partners)
    [alarm] = first.alarms
    assert alarm.startswith("referrals refused: ")
    assert "a.csv" in alarm
    assert (first.status, first.refused) == ("alarms", [])
    assert first.files[-1] == {
        "path": str(file), "fault": alarm.removeprefix("referrals refused: ")
    }  # fmt: skip
    later = run_night(load_config(partners / "sweep.toml"), now_s=NOW_S + 86_400)
    assert (later.status, later.alarms, later.files) == ("noop", [], [])
    assert later.refused == [
        {"path": str(file), "reason": first.files[-1]["fault"], "first_s": NOW_S}
    ]
    done = cli("sweep", "--config", partners / "sweep.toml")
    assert done.returncode == 0, done.stderr
    assert "a.csv: refused since 2023-11-14" in done.stdout
    assert night(partners, force=True).alarms == [alarm]
    file.rename(file.with_name("b.csv"))
    assert night(partners).alarms == [], "the same content by another name"


def test_changed_referrals_are_tried_again(partners):
    file = partners / "referrals" / "a.csv"
    file.write_text(REFUSED)
    night(partners)
    file.write_text(REFUSED.replace("spam", "fraud"))
    [alarm] = night(partners).alarms
    assert "a.csv" in alarm
    file.write_text(GOOD)
    mended = night(partners)
    assert (mended.alarms, mended.refused) == ([], [])
    assert mended.referrals["rows"] == 1
    memory = partners / "runs" / "refused-referrals.json"
    assert json.loads(memory.read_text()) == {}
    file.write_text(REFUSED)
    assert len(night(partners).alarms) == 1, "it was forgotten with the file"


def test_rows_of_referrals_that_cannot_be_used_are_told_once(partners):
    (partners / "referrals" / "a.csv").write_text(PARTLY)
    first = night(partners)
    assert "a.csv: 1 referrals could not be used; the first is line 3" in first.alarms[0]
    later = night(partners)
    assert (later.status, later.alarms, later.refused) == ("noop", [], [])
    assert later.referrals == first.referrals == {
        "files": 1, "rows": 1, "rejected": 1, "unknown": 0
    }  # fmt: skip


def test_refused_referrals_that_no_night_told_of_are_told_again(partners, monkeypatch):
    (partners / "referrals" / "a.csv").write_text(REFUSED)
    killed_night(partners, monkeypatch, "run_sweep")
    assert (partners / "runs" / "refused-referrals.json").exists()
    assert night(partners).status == "alarms"
    assert night(partners).status == "noop"
