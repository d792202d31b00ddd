"""Nights that are left alone: idempotent, whole after any end, and loud about what is wrong."""

import fcntl
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from support.command_line import cli, expect_error
from support.nights import CONFIG, arrives, make_place, night
from support.stores import parquet_bytes

import lockstep as ls
from lockstep.errors import ConfigError
from lockstep.nightly import load_config
from lockstep.sweep.export import write_csv

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "nightly" / "sweep.toml"


@pytest.fixture
def place(tmp_path):
    return make_place(tmp_path)


def test_nights_follow_each_other_and_twice_is_once(place, days):
    arrives(place, days, range(3))
    first = night(place)
    assert (first.status, len(first.files)) == ("ok", 3)
    assert ls.Run(first.run).summary["previous"] is None
    again = night(place)
    assert (again.status, again.run, again.files) == ("noop", first.run, [])
    arrives(place, days, [3])
    second = night(place)
    run = ls.Run(second.run)
    assert run.summary["previous"] == ls.Run(first.run).id
    assert sum(run.summary["changes"].values()) >= run.summary["coordination"]["clusters"]
    assert night(place).status == "noop"
    assert night(place).run == second.run
    forced = night(place, force=True)
    assert parquet_bytes(ls.Run(forced.run))["edges.parquet"] == parquet_bytes(run)["edges.parquet"]


def test_what_is_still_being_written_waits(place, days):
    arrives(place, days, [0])
    shutil.copy(place / "inbox" / "day0.parquet", place / "inbox" / "day1.parquet.part")
    (place / "inbox" / ".hidden").write_text("x")
    assert [Path(file["path"]).name for file in night(place).files] == ["day0.parquet"]


def test_a_file_that_is_refused_is_an_alarm_and_keeps_out_no_other(place, days):
    arrives(place, days, [0, 1])
    (place / "inbox" / "broken.parquet").write_bytes(b"PAR1 and no more")
    result = night(place)
    assert result.status == "alarms"
    assert sum("accepted" in file for file in result.files) == 2
    assert "broken.parquet" in result.alarms[0]
    assert json.loads((place / "runs" / "last-night.json").read_text())["status"] == "alarms"


def test_a_dry_run_says_what_would_be_done_and_changes_nothing(place, days):
    arrives(place, days, [0])
    done = cli("sweep", "--config", place / "sweep.toml", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "day0.parquet" in done.stdout
    assert "would be loaded" in done.stdout
    assert not (place / "store").exists()
    assert not (place / "runs").exists()
    night(place)
    before = sorted(path.name for path in place.rglob("*"))
    done = cli("sweep", "--config", place / "sweep.toml", "--dry-run", "--json")
    plan = json.loads(done.stdout)
    assert [file["loaded"] for file in plan["files"]] == [True]
    assert plan["last_status"] == "ok"
    assert plan["last_seconds"] > 0
    assert sorted(path.name for path in place.rglob("*")) == before


def kill_and_finish(place, after_s):
    """Kills a night after some seconds, with all it started, and runs another to the end."""
    command = [sys.executable, "-m", "lockstep", "sweep", "--config", place / "sweep.toml"]
    running = subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(after_s)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    done = cli("sweep", "--config", place / "sweep.toml", "--json")
    assert done.returncode == 0, done.stderr
    return ls.Run(json.loads(done.stdout)["run"])


def killed_nights(tmp_path, days, count, seed):
    calm = make_place(tmp_path / "calm")
    arrives(calm, days, range(4))
    started = time.monotonic()
    assert cli("sweep", "--config", calm / "sweep.toml").returncode == 0
    whole = time.monotonic() - started
    want = parquet_bytes(ls.Run.open(calm / "runs"))
    draw = random.Random(seed)
    for number in range(count):
        place = make_place(tmp_path / f"killed{number}")
        arrives(place, days, range(4))
        run = kill_and_finish(place, draw.uniform(0.05, whole))
        assert parquet_bytes(run) == want
        with ls.open(place / "store") as store:
            assert store.verify() == []
        shutil.rmtree(place)


def test_a_night_that_was_killed_ends_with_the_same_bytes(tmp_path, days):
    killed_nights(tmp_path, days, 5, seed=1)


@pytest.mark.slow
def test_a_night_killed_at_thirty_points_ends_with_the_same_bytes(tmp_path, days):
    killed_nights(tmp_path, days, 30, seed=2)


def test_one_night_at_a_time(place, days):
    arrives(place, days, [0])
    (place / "runs").mkdir()
    with open(place / "runs" / "LOCK.night", "w") as held:
        held.write(json.dumps({"pid": 4711, "since_s": int(time.time()) - 90}))
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        done = cli("sweep", "--config", place / "sweep.toml")
        expect_error(done, 75, "LOCK.night is held by process 4711, for 9", "--wait")
        started = time.monotonic()
        assert cli("sweep", "--config", place / "sweep.toml", "--wait", "1s").returncode == 75
        assert time.monotonic() - started >= 1.0
    assert cli("sweep", "--config", place / "sweep.toml").returncode == 0


def with_part(place, text):
    (place / "sweep.toml").write_text(CONFIG + text)


def test_gates_reject_a_night(place, days):
    arrives(place, days, [0])
    with_part(place, "[gates]\nmin_actions = 1000000\n")
    done = cli("sweep", "--config", place / "sweep.toml")
    assert done.returncode == 3
    assert "fewer than gates.min_actions" in done.stdout
    with_part(place, '[gates]\nmax_lag = "2d"\n')
    result = night(place)
    assert result.status == "rejected"
    assert "has an export stopped?" in result.message
    with_part(place, f"[gates]\nmin_free_bytes = {2**62}\n")
    result = night(place)
    assert result.status == "rejected"
    assert "less than gates.min_free_bytes" in result.message
    assert not (place / "runs" / "latest").exists()
    log = [json.loads(line) for line in (place / "runs" / "nights.jsonl").read_text().splitlines()]
    assert [line["status"] for line in log] == ["rejected"] * 3
    assert log[-1]["message"] == result.message


def test_an_empty_inbox_is_no_green_night(place):
    result = night(place)
    assert result.status == "rejected"
    assert "holds no actions yet" in result.message


def test_alarms_of_the_config(place, days):
    arrives(place, days, range(2))
    with_part(place, "[alarms]\nmax_clustered_share = 0.001\nmax_new_clusters = 0\n")
    first = night(place)
    assert first.status == "alarms"
    assert any("of the accounts are in clusters" in alarm for alarm in first.alarms)
    assert not any("new clusters" in alarm for alarm in first.alarms), "nothing to compare with"
    arrives(place, days, range(2, 6))
    born = ls.Run(night(place).run).summary["changes"].get("born", 0)
    told = json.loads((place / "runs" / "last-night.json").read_text())["alarms"]
    assert any("new clusters, more than 0" in alarm for alarm in told) == (born > 0)


def test_who_is_told(place, days):
    arrives(place, days, range(2))
    script = place / "page.sh"
    script.write_text(f'#!/bin/sh\necho "$1 $2 $(cat)" >> {place}/told\n')
    script.chmod(0o755)
    with_part(place, f'[notify]\nmetrics = "a.prom"\ncommand = ["{script}"]\non = ["ok", "noop"]\n')
    result = night(place)
    night(place)
    told = (place / "told").read_text().splitlines()
    assert [line.split()[:2] for line in told] == [[result.run, "ok"], [result.run, "noop"]]
    assert "clusters of" in told[0]
    text = (place / "a.prom").read_text()
    values = dict(re.findall(r"^(lockstep_sweep_\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE))
    run = ls.Run(result.run)
    assert float(values["lockstep_sweep_edges"]) == run.summary["coordination"]["pairs"]
    assert values['lockstep_sweep_status{status="noop"}'] == "1"
    assert 0 < float(values["lockstep_sweep_disk_free_bytes"]) <= shutil.disk_usage(place).total
    assert values["lockstep_sweep_last_success_timestamp_seconds"] == "1700000000"
    for line in text.splitlines():
        assert re.fullmatch(
            r"# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+=\"[^\"]*\"\})? [0-9.e+-]+", line
        )
    assert [path.name for path in place.glob(".a.prom*")] == []
    with_part(place, '[notify]\ncommand = ["/nowhere/page"]\non = ["noop"]\n')
    assert any("notify.command failed" in alarm for alarm in night(place).alarms)


def test_referrals_of_partners_come_in(place, days):
    arrives(place, days, range(4))
    (place / "referrals").mkdir()
    truth = ls.simulate(accounts=400, days=6, groups=5, seed=8).truth["account_id"].to_pylist()
    (place / "referrals" / "a.csv").write_text(
        f"account,source,confidence\n{truth[0]},a,0.9\n,a,0.5\n"
    )
    (place / "referrals" / "b.csv").write_text(f"account,source,confidence\n{truth[1]},b,0.4\n")
    with_part(place, '[referrals]\ninbox = "referrals"\n')
    result = night(place)
    assert result.referrals == {"files": 2, "rows": 2, "rejected": 1, "unknown": 0}
    assert any("a.csv: 1 referrals could not be used" in alarm for alarm in result.alarms)
    assert ls.Run(result.run).candidates.num_rows > 0
    assert night(place).run == result.run


def test_old_runs_go_and_the_latest_stay(place, days):
    with_part(place, "[retention]\nruns = 2\n")
    made = []
    for number in range(4):
        arrives(place, days, [number])
        made.append(Path(night(place).run).name)
    left = sorted(path.name for path in (place / "runs").glob("20*"))
    assert left == sorted(made[-2:])
    assert ls.Run.open(place / "runs").id == made[-1]
    listed = json.loads(cli("runs", "list", place / "runs", "--json").stdout)["runs"]
    assert [row["run"] for row in listed] == [made[3], made[2]]
    assert listed[0]["previous"] == made[2]
    diff = cli("runs", "diff", place / "runs" / made[2], place / "runs" / made[3], "--json")
    assert json.loads(diff.stdout)["earlier"] == made[2]
    assert "until_s" in json.loads(diff.stdout)["options"]
    shown = json.loads(cli("runs", "show", place / "runs").stdout)
    assert shown["run_id"] == made[3]
    gone = json.loads(cli("runs", "gc", place / "runs", "--keep", "1", "--json").stdout)["removed"]
    assert gone == [made[2]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[sweep]\nstroe = 'x'\n", "sweep.stroe is no key; did you mean store?"),
        ("[sweep]\nstore = 'x'\n[swep]\n", "swep is no key; did you mean sweep?"),
        ("[sweep]\nstore = 'x'\nwindow = 'soon'\n", "sweep.window: 'soon' is no duration"),
        ("[sweep]\nstore = 'x'\nfdr = 2.0\n", "fdr is 2.0"),
        ("[sweep]\nstore = 'x'\nmin_objects = 'two'\n", "sweep.min_objects"),
        ("[sweep]\n", "sweep.store: Field required"),
        ("[sweep\n", "mend the file"),
        ("[sweep]\nstore = 'x'\n[alarms]\nmax_clustered_share = 7\n", "alarms.max_clustered_share"),
    ],
)
def test_a_config_that_cannot_be_followed_is_told(tmp_path, text, says):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_config(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert cli("sweep", "--config", path).returncode == 2


def test_all_faults_of_a_config_are_told_at_once(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text("[sweep]\nstroe = 'x'\nwindow = 'soon'\n")
    with pytest.raises(ConfigError, match=r"store: Field required.*soon.*stroe"):
        load_config(path)


def test_the_example_and_the_schema_are_whole():
    assert load_config(EXAMPLE).sweep.timing_test is True
    schema = json.loads(cli("sweep", "--config-schema").stdout)
    assert set(schema["properties"]) == {
        "sweep", "ingest", "referrals", "groups", "gates", "alarms", "notify", "retention",
        "simulate",
    }  # fmt: skip
    assert schema["additionalProperties"] is False


def test_a_config_stands_alone(tmp_path):
    done = cli("sweep", "store", "--config", EXAMPLE)
    expect_error(done, 2, "not both")
    assert cli("sweep").returncode == 2
    assert cli("sweep", "store", "--dry-run").returncode == 2


def test_exported_text_begins_no_formula(tmp_path):
    table = pa.table(
        {
            "id": ["=1+1", "+x", "-y", "@z", "\tt", "plain", None],
            "list": [["=a", "b"], [], None, ["c"], [], [], []],
            "number": [-1.5, 2.0, None, 0.0, 1.0, 1.0, 1.0],
        }
    )
    assert write_csv(table, tmp_path / "out.csv") == 7
    text = (tmp_path / "out.csv").read_text()
    for line in text.splitlines()[1:]:
        for cell in re.findall(r'"([^"]*)"', line):
            assert not re.match(r"[=+\-@\t\r]", cell)
    assert '"\'=1+1"' in text
    assert "-1.5" in text, "numbers are numbers"
