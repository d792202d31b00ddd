"""The log of a sweep for machines: one JSON object a line, beside the result."""

import json

import pytest
from support.command_line import cli
from support.nights import arrives, log_of_days, make_place

from lockstep.event_log import EventLog


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = make_place(tmp_path_factory.mktemp("log"))
    arrives(place, log_of_days(), [0, 1])
    (place / "inbox" / "broken\u202e\n.parquet").write_bytes(b"PAR1 and no more")
    return place


def events_of(done):
    """All of standard error, which must be objects, one a line."""
    assert done.stderr.isascii()
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_a_night_tells_of_stages_files_alarms_and_its_end(place):
    done = cli("sweep", "--config", place / "sweep.toml", "--log-format", "json", "--json")
    assert done.returncode == 4, done.stderr
    result = json.loads(done.stdout)
    events = events_of(done)
    assert all({"ts", "level", "msg"} <= event.keys() for event in events)
    assert [event["ts"] for event in events] == sorted(event["ts"] for event in events)
    begun = [event["stage"] for event in events if event["msg"] == "stage begins"]
    ended = {event["stage"]: event for event in events if event["msg"] == "stage ends"}
    assert set(begun) == set(ended)
    assert {"take in", "communities", "evidence", "report"} <= set(begun)
    assert all(event["secs"] >= 0 for event in ended.values())
    taken = [event for event in events if event["msg"] == "file taken in"]
    assert [event["rows"] for event in taken] == [file["accepted"] for file in result["files"][1:]]
    read = sum(event["rows"] for stage, event in ended.items() if stage.startswith("read "))
    assert read == ended["take in"]["rows"]
    refused = next(event for event in events if event["msg"] == "file refused")
    assert "broken" in refused["path"]
    assert [event["msg"] for event in events if event.get("kind") == "alarm"] == result["alarms"]
    end = events[-1]
    assert (end["kind"], end["status"], end["level"]) == ("end", "alarms", "info")
    assert result["run"].endswith(end["run_id"])
    assert "run_id" not in events[0]
    assert ended["communities"]["run_id"] == end["run_id"]


def test_a_sweep_by_hand_tells_the_same_way(place):
    arguments = ("sweep", place / "store", "--out", place / "hand", "--log-format=json")
    done = cli(*arguments)
    assert done.returncode == 0, done.stderr
    assert "clusters of" in done.stdout
    assert events_of(done)[-1]["status"] == "ok"
    again = cli(*arguments)
    assert events_of(again)[-1]["status"] == "noop"
    assert "communities" not in again.stderr


def test_errors_too_are_objects(tmp_path):
    done = cli("sweep", "--config", tmp_path / "none.toml", "--log-format", "json")
    assert done.returncode == 2
    [event] = events_of(done)
    assert (event["level"], event["kind"], event["exit_code"]) == ("error", "error", 2)
    assert "no such file" in event["msg"]
    usage = cli("sweep", "--log-format", "json", "--nonsense")
    assert events_of(usage)[0]["exit_code"] == 2
    assert "lockstep: error:" in cli("sweep", "--nonsense").stderr


def test_a_stage_that_breaks_off_says_so():
    lines = []
    log = EventLog(lines.append)
    with pytest.raises(KeyError), log.stage("read", {}):
        raise KeyError("x")
    events = [json.loads(line) for line in lines]
    assert [event["msg"] for event in events] == ["stage begins", "stage broke off"]
    assert (events[1]["level"], events[1]["error"]) == ("error", "KeyError")
    EventLog()("nobody listens")
