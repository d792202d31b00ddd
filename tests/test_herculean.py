"""The example of the two waves runs as it says it does, by commands alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import cli, expect_error

import lockstep as ls
from lockstep.nightly import load_config
from lockstep.nightly.platform import make_platform

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "herculean.toml"


def test_the_planted_are_found_and_the_waves_add_up(tmp_path):
    command = ["bash", ROOT / "examples" / "herculean.sh", tmp_path]
    done = subprocess.run(
        [*map(str, command), "--accounts", "4000", "--groups", "60"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOCKSTEP": f"{sys.executable} -m lockstep"},
    )
    assert done.returncode == 0, done.stderr
    assert "720 planted accounts in 60 groups" in done.stdout
    said = cli("evaluate", tmp_path / "runs", tmp_path / "truth.csv", "--resamples", "20", "--json")
    found = {row["metric"]: row["value"] for row in json.loads(said.stdout)["metrics"]}
    assert found["precision"] >= 0.98
    assert found["recall"] >= 0.95
    shown = json.loads(cli("ledger", "show", tmp_path / "store", "--json").stdout)["rows"]
    assert [row["suspended"] for row in shown] == [250, 470]
    assert [row["running_total"] for row in shown] == [250, 720]
    assert ls.Run.open(tmp_path / "runs").report.exists()
    assert "lockstep_sweep_status" in (tmp_path / "lockstep.prom").read_text()
    assert cli("sweep", "--config", tmp_path / "herculean.toml").returncode == 0
    waves = ls.Run.open(tmp_path / "runs").recovery.to_pylist()
    assert [(row["suspended"], row["watched_s"]) for row in waves] == [(250, 0), (470, 0)]


def test_the_example_is_of_the_published_size():
    given = load_config(EXAMPLE).simulate
    assert given is not None
    assert given.accounts == 1_000_000
    assert given.groups * given.group_size == 360_000
    assert [wave.accounts for wave in given.waves] == [125_000, 235_000]


def test_waves_take_their_number_or_their_proportion(tmp_path):
    (tmp_path / "a.toml").write_text(EXAMPLE.read_text().replace("5_000\n", "5\n"))
    small = {"accounts": 200, "groups": 40, "bursts": 0}
    sizes = []
    for groups in (40, 20):
        config = load_config(tmp_path / "a.toml")
        made, log, others = make_platform(config, **{**small, "groups": groups})
        assert log == tmp_path / "inbox" / "platform.parquet"
        assert others[0] == tmp_path / "truth.csv"
        assert made.log["timestamp"][0].as_py() >= 1_453_680_000  # 2016-01-25
        waves = [path.read_text().splitlines()[1:] for path in others[1:]]
        assert not set(waves[0]) & set(waves[1])
        sizes.append([len(rows) for rows in waves])
    assert sizes == [[125, 235], [83, 157]]


def test_what_cannot_be_is_told(tmp_path):
    expect_error(cli("simulate"), 2, "give OUT or --config")
    (tmp_path / "a.toml").write_text('[sweep]\nstore = "store"\n')
    expect_error(cli("simulate", "--config", tmp_path / "a.toml"), 2, "needs [simulate]")
    expect_error(
        cli("simulate", "--config", tmp_path / "a.toml", "--truth", "t.csv"),
        2,
        "--truth is for OUT",
    )
    with pytest.raises(ValueError, match="'someday'"):
        ls.simulate(accounts=20, groups=0, start="someday")
