"""The command line: help, exit codes, JSON, one line an error, names that cannot act."""

import csv
import importlib
import json
import os
import subprocess
import sys

import click
import pyarrow as pa
import pytest
from support.hostile import HOSTILE, hostile_rows
from support.stores import COLUMNS, make_store

import lockstep as ls
from lockstep import _core
from lockstep.arguments import parse_duration
from lockstep.cli import cli
from lockstep.cli.common import parse_bytes
from lockstep.errors import ConfigError


def all_commands(group=cli, words=()):
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*words, name)
        if isinstance(command, click.Group):
            yield from all_commands(command, (*words, name))


@pytest.mark.parametrize("words", [(), *all_commands()], ids=" ".join)
def test_every_command_has_help_with_an_example(call, words):
    for option in ("--help", "-h"):
        code, out, err = call(*words, option)
        assert (code, err) == (0, "")
        assert "Example" in out
        assert f"lockstep {' '.join(words)}".strip() in out


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "lockstep", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"lockstep {ls.__version__}\n"
    assert done.stderr == ""


def test_from_simulation_to_explanation(call, tmp_path):
    log, truth, store = (tmp_path / name for name in ("log.parquet", "truth.csv", "store"))
    code, out, _ = call("simulate", log, "--truth", truth, "--accounts", 300, "--groups", 2)
    assert code == 0
    assert "24 planted accounts in 2 groups" in out
    assert call("ingest", store, log)[0] == 0
    code, out, err = call("sweep", store)
    assert (code, err) == (0, "")
    assert "2 clusters of" in out
    assert "C-0001" in out and "C-0002" in out
    run = ls.Run.open(f"{store}-runs")
    assert f"Report: {run.path / 'report.html'}" in out
    code, out, err = call("sweep", store)
    assert code == 0
    assert "nothing new" in err
    assert call("sweep", store, "--force")[2] == ""
    code, out, _ = call("clusters", f"{store}-runs", "C-0002")
    cluster = run.clusters.to_pylist()[1]
    assert code == 0
    assert cluster["reason"] in out
    members = [r for r in run.members.to_pylist() if r["cluster_id"] == "C-0002"]
    assert all(row["account_id"] in out for row in members)
    why = out.strip().splitlines()[-1]
    assert why.startswith("Why: lockstep explain ")
    code, out, _ = call(*why.removeprefix("Why: lockstep ").split())
    assert code == 0
    assert "shared objects within 60 s" in out
    with truth.open(newline="") as file:
        planted = {row["account_id"] for row in csv.DictReader(file)}
    assert planted == set(run.members["account_id"].to_pylist())


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["sweep", "store"], {"status", "path", "run_id", "layers", "alarms", "timings_s"}),
        (["clusters", "store-runs"], {"run", "clusters"}),
        (["clusters", "store-runs", "C-0001"], {"cluster_id", "member_rows", "edge_rows"}),
        (["candidates", "store-runs"], {"run", "candidates"}),
        (["explain", "store", "A", "B"], {"accounts", "window_s", "edges", "evidence", "nothing"}),
        (["explain", "store-runs", "A", "B"], {"accounts", "window_s", "edges", "evidence"}),
        (["store", "info", "store"], {"actions", "kinds", "epoch"}),
        (["store", "verify", "store"], {"problems"}),
        (["simulate", "more.parquet", "--accounts", "50"], {"log", "actions", "groups"}),
    ],
)
def test_json_is_one_object_and_all_there_is(call, place, monkeypatch, words, keys):
    monkeypatch.chdir(place)
    ends = ls.Run.open("store-runs").edges.slice(0, 1).to_pylist()[0]
    named = {"A": ends["source"], "B": ends["target"]}
    code, out, err = call(*(named.get(word, word) for word in words), "--json")
    assert (code, err) == (0, "")
    assert keys <= json.loads(out).keys()


def test_json_of_clusters_and_candidates_is_the_table(call, place):
    run = ls.Run.open(place / "store-runs")
    _, out, _ = call("clusters", run.path, "--json")
    assert json.loads(out)["clusters"] == run.clusters.to_pylist()
    _, out, _ = call("candidates", run.path, "--json", "--top", 1)
    assert json.loads(out)["candidates"] == run.candidates.to_pylist()
    _, out, _ = call("candidates", run.path, "--top", 2)
    assert f"and {run.candidates.num_rows - 2} more in" in out
    assert "partner" in out


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["nonsense"], 2, "No such command"),
        (["sweep"], 2, "give STORE, or --config"),
        (["clusters"], 2, "Missing argument"),
        (["sweep", "store", "--window", "soon"], 2, "'soon' is no duration; give 60s"),
        (["sweep", "store", "--window", "9" * 30], 2, "window is 999"),
        (["sweep", "store", "--min-objects", "0"], 2, "min-objects is 0; give 1"),
        (["sweep", "store", "--fdr", "2"], 2, "fdr is 2.0; give a rate above 0"),
        (["sweep", "store", "--fdr", "x"], 2, "'x' is not a valid float"),
        (["sweep", "store", "--resolution", "inf"], 2, "resolution is inf"),
        (["sweep", "store", "--seed", "-1"], 2, "seed is -1"),
        (["sweep", "store", "--damping", "1"], 2, "damping is 1.0"),
        (["sweep", "store", "--min-cluster-size", "1"], 2, "min-cluster-size is 1"),
        (["sweep", "store", "--memory", "much"], 2, "'much' is no size; give 512MiB"),
        (["sweep", "store", "--memory", "0"], 2, "memory is 0 bytes"),
        (["sweep", "store", "--threads", "0"], 2, "--threads"),
        (["sweep", "store", "--since", "soon"], 2, "'soon' is no time; give 2026-11-23"),
        (["sweep", "store", "--since", "9" * 30], 2, "since is absurd"),
        (["sweep", "store", "--since", "9", "--until", "8"], 2, "since is not before until"),
        (["sweep", "store", "--kind", "poke"], 2, "it has hashtag, share_url"),
        (["sweep", "store", "--out", "log.parquet"], 2, "log.parquet cannot be a folder of runs"),
        (["sweep", "store", "--referrals", "none.csv"], 2, "none.csv: no such file"),
        (["sweep", "store", "--referrals", "truth"], 3, "columns are a, b; the header is account"),
        (["sweep", "nowhere"], 2, "no store at nowhere; make one"),
        (["clusters", "nowhere"], 2, "nowhere is no run folder"),
        (["clusters", "store-runs", "C-9999"], 2, "it has C-0001 to C-0003"),
        (["candidates", "nowhere"], 2, "nowhere is no run folder"),
        (["explain", "nowhere", "a", "b"], 2, "nowhere is no run folder"),
        (["explain", "store", "a", "a"], 2, "'a' is given twice; give two accounts"),
        (["explain", "store", "user_0001", "b"], 2, "'user_0001' is not in store (nearest: user_"),
        (["simulate", "out.parquet", "--accounts", "1"], 2, "accounts is 1; give at least 10"),
    ],
)
def test_a_wrong_call_is_one_line_with_the_remedy(call, place, monkeypatch, words, code, says):
    monkeypatch.chdir(place)
    (place / "truth").write_text("a,b\n")
    got, out, err = call(*words)
    assert (got, out) == (code, "")
    assert err.startswith("lockstep: error: ")
    assert err.count("\n") == 1
    assert says in err
    got, out, err = call(*words, "--json")
    assert got == code
    assert json.loads(out)["error"]["exit_code"] == code
    assert says in json.loads(out)["error"]["message"]


@pytest.mark.parametrize("words", [(), ("store",)], ids=["lockstep", "lockstep store"])
def test_no_command_shows_the_help_as_it_is(call, words):
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: lockstep")
    assert err.count("\n") > 5


def test_alarms_are_exit_code_4(call, place, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("account,source,confidence\nuser_00001,partner,2\n")
    code, out, err = call("sweep", place / "store", "--referrals", bad, "--out", tmp_path / "runs")
    assert code == 4
    assert "3 clusters" in out
    assert "alarm: 1 referral rows could not be used; the first is line 2: confidence 2.0" in err
    code, out, _ = call(
        "sweep", place / "store", "--since", "2030-01-01", "--out", tmp_path / "runs", "--json"
    )
    assert code == 4
    assert len(json.loads(out)["alarms"]) == 2


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "interrupted; run the same command again"),
        (_core.StoreLocked("store is locked by 7"), 75, "store is locked by 7"),
        (_core.CorruptData("block 3 is damaged"), 5, "block 3 is damaged"),
        (_core.StoreVersionError("schema 9"), 2, "schema 9"),
        (ls.StorageError("disk full"), 1, "disk full"),
        (ls.InputRejected("nothing to read"), 3, "nothing to read"),
        (ZeroDivisionError("oops"), 1, "internal fault, ZeroDivisionError: oops"),
        (ConfigError("two\nlines \x1b[31m"), 2, "two lines \N{REPLACEMENT CHARACTER}[31m"),
    ],
)
def test_each_sort_of_error_has_its_code(call, place, monkeypatch, error, code, says):
    def fail(*args, **named):
        raise error

    monkeypatch.setattr(importlib.import_module("lockstep.sweep.pipeline"), "run_sweep", fail)
    got, out, err = call("sweep", place / "store")
    assert (got, out) == (code, "")
    assert says in err
    assert err.strip().count("\n") == 0
    assert "\x1b" not in err


def test_hostile_names_do_not_act_in_a_terminal(call, tmp_path):
    log = pa.table(dict(zip(COLUMNS, map(list, zip(*hostile_rows(), strict=True)), strict=True)))
    store = tmp_path / "store"
    make_store(store, log)
    (tmp_path / "referrals.csv").write_text("account,source,confidence\n-dash,[/b]\x1b[1m,1\n")
    told = [call("sweep", store, "--referrals", tmp_path / "referrals.csv")]
    told += [call("clusters", f"{store}-runs", "C-0001"), call("candidates", f"{store}-runs")]
    for name in HOSTILE:
        for where in (store, f"{store}-runs"):
            told.append(call("explain", where, "--", name, HOSTILE[HOSTILE.index(name) - 1]))
            told.append(call("explain", where, "--", name, "nobody \x1b[31m"))
    for code, out, err in told:
        assert code in (0, 2)
        for character in out + err:
            assert character.isprintable() or character == "\n"
    assert "[/bold]x" in told[1][1]


def test_tables_stay_readable_when_narrow(place):
    done = subprocess.run(
        [sys.executable, "-m", "lockstep", "clusters", str(place / "store-runs")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "40"},
    )
    assert done.stderr == ""
    assert "C-0001" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 140


@pytest.mark.parametrize(
    ("text", "seconds"), [("60", 60), ("60s", 60), ("10m", 600), ("2h", 7200), ("1d", 86_400)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1s", "1.5h", "1w", "1 h"])
def test_no_durations(text):
    with pytest.raises(ConfigError, match="is no duration"):
        parse_duration(text)


def test_sizes():
    assert [parse_bytes(text) for text in ("5", "1KiB", "512MiB", "3GiB")] == [
        5, 1024, 512 << 20, 3 << 30,
    ]  # fmt: skip
    for text in ("", "1GB", "-1", "GiB"):
        with pytest.raises(ConfigError, match="is no size"):
            parse_bytes(text)
