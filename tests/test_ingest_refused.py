"""What stops an ingest: options, permissions, files no row of which fits; and what it leaves."""

import json
import os
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.command_line import cli, expect_error, stored

import lockstep as ls
from lockstep import _core
from lockstep.errors import ConfigError, InputRejected
from lockstep.ingest import IngestOptions, ingest_file
from lockstep.ingest.reject_limit import RejectLimit

HEAD = "account_id,object_id,timestamp\n"
GOOD = HEAD + "ann,x,1600000000\n"
# Drops root's right to read and write everything.
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


@pytest.fixture
def good(tmp_path):
    file = tmp_path / "good.csv"
    file.write_text(GOOD)
    return file


# Files that are refused at the start, in the middle and at the end of reading.
REFUSED = {
    "empty": b"",
    "columns": b"who,when\na,1\n",
    "torn": GOOD.encode() + b"\0" * 64,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x02",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_first_file_leaves_no_store(tmp_path, good, case):
    file = tmp_path / "bad.csv"
    file.write_bytes(REFUSED[case])
    expect_error(cli("ingest", tmp_path / "store", file), 3, "bad.csv")
    assert not (tmp_path / "store").exists()
    expect_error(cli("ingest", tmp_path / "store", good, "--max-rejects", "x"), 2, "max-rejects")
    assert not (tmp_path / "store").exists()
    assert cli("ingest", tmp_path / "store", good).returncode == 0
    expect_error(cli("ingest", tmp_path / "store", file), 3, "bad.csv")
    assert len(stored(tmp_path / "store")) == 1


@pytest.mark.parametrize("text", ["nan", "inf", "-5", "-5%", "nan%", "abc", "1e3", "101%", "", "%"])
def test_no_reject_limit(tmp_path, text):
    with pytest.raises(ConfigError, match=r"--max-rejects is .*; give"):
        RejectLimit.parse(text)
    with pytest.raises(ConfigError, match="--max-rejects"):
        ls.open(tmp_path / "store").ingest(tmp_path / "never read.csv", max_rejects=text)


def test_reject_limits():
    assert RejectLimit.parse("0").allows(0, 10)
    assert not RejectLimit.parse("0").allows(1, 10)
    assert RejectLimit.parse("7").allows(7, 7)
    assert not RejectLimit.parse("7").allows(8, 10**9)
    assert RejectLimit.parse("0.7%").allows(7, 1000)
    assert not RejectLimit.parse("0.7%").allows(8, 1000)
    assert RejectLimit.parse("100%").allows(5, 5)


def test_a_file_of_which_no_row_fits_is_refused(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(HEAD + "ann,x,soon\nbob,,1600000000\nbob,x,noon\n")
    done = cli("ingest", tmp_path / "store", file)
    expect_error(done, 3, "none of its 3 rows can be taken (time 2, id 1); nothing was loaded")
    aside = done.stderr.strip().rpartition("see ")[2]
    with open(aside) as lines:
        assert [json.loads(line)["line"] for line in lines] == [2, 3, 4]
    with ls.open(tmp_path / "store") as store:
        assert store.epoch == 0
    file.write_text(GOOD)
    done = cli("ingest", tmp_path / "store", file, "--time-unit", "ms")
    expect_error(done, 3, "(time_unit 1); --time-unit ms does not fit, leave it out")


def test_a_file_of_which_few_rows_fit_is_warned_of(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(GOOD + "bob,y,soon\n" * 2)
    done = cli("ingest", tmp_path / "store", file, "--json")
    warning = "most rows were rejected: 2 of 3 (time 2)"
    assert json.loads(done.stdout)["files"][0]["warnings"] == [warning]
    file.write_text(GOOD + "bob,y,never\n" * 2)
    assert f"warning: {warning}" in cli("ingest", tmp_path / "store", file).stderr
    file.write_text(GOOD + "bob,z,soon\n")
    assert cli("ingest", tmp_path / "store", file).stderr == ""
    file.write_text(HEAD)
    done = cli("ingest", tmp_path / "store", file)
    assert (done.returncode, done.stderr) == (0, "warning: the file has no rows\n")


def test_a_failed_job_leaves_no_quarantine(tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(GOOD.encode() + b"bob,x,soon\n" + b"\0" * 64)
    store = _core.Store(str(tmp_path / "store"), write=True)
    with pytest.raises(InputRejected, match="NUL"):
        ingest_file(store, tmp_path / "store", file, IngestOptions())
    assert list((tmp_path / "store").glob("quarantine/*")) == []
    file.write_bytes(GOOD.encode() + b"bob,x,soon\n")
    with pytest.raises(InputRejected, match="nothing was loaded, see ") as refused:
        ingest_file(store, tmp_path / "store", file, IngestOptions(max_rejects="0"))
    with open(str(refused.value).rpartition("see ")[2]) as kept:
        assert [json.loads(line)["reason"] for line in kept] == ["time"]


def test_quarantine_stops_before_the_disk_is_full(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=72m", "tmpfs", disk]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        file = tmp_path / "log.csv"
        file.write_text(GOOD + "bob,x,soon\n" * 60_000)
        expect_error(cli("ingest", disk / "store", file), 1, "free disk space", str(disk))
        assert list((disk / "store").glob("quarantine/*")) == []
        free = os.statvfs(disk)
        assert free.f_bavail * free.f_frsize > 64 << 20
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_bad_second_file_keeps_the_result_of_the_first(tmp_path, good):
    bad = tmp_path / "bad.csv"
    bad.write_text("who,when\na,1\n")
    done = cli("ingest", tmp_path / "store", good, bad, "--json")
    expect_error(done, 3, "bad.csv")
    answer = json.loads(done.stdout)
    assert [(file["path"], file["accepted"]) for file in answer["files"]] == [(str(good), 1)]
    assert answer["error"]["type"] == "InputRejected"
    assert answer["error"]["exit_code"] == 3
    assert "bad.csv" in answer["error"]["message"]


def test_what_is_no_store_is_a_wrong_path_whatever_is_asked(tmp_path, good):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine").touch()
    for place in ("folder", "good.csv"):
        where = tmp_path / place
        expect_error(cli("store", "verify", where), 2, f"{where} is not a Lockstep store")
        expect_error(cli("store", "info", where), 2, f"{where} is not a Lockstep store")
        expect_error(cli("ingest", where, good), 2, f"{where} is not a Lockstep store")
        with pytest.raises(ls.StorageError, match="is not a Lockstep store"):
            ls.open(where)
    expect_error(cli("store", "verify", tmp_path / "nowhere"), 2, "no store at", "make one")
    assert (tmp_path / "folder" / "mine").exists()


def test_permissions(tmp_path, good):
    if os.geteuid() != 0 or subprocess.run([*NOBODY, "true"], check=False).returncode:
        pytest.skip("only root can run a command as somebody else")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    assert cli("ingest", tmp_path / "store", good).returncode == 0
    closed, readable = tmp_path / "closed", tmp_path / "readable.csv"
    closed.mkdir(mode=0o700)
    (closed / "log.csv").write_text(GOOD)
    readable.write_text(GOOD)
    readable.chmod(0o644)
    good.chmod(0o600)
    remedy = "ermission denied; check its owner and permissions"
    for arguments, code, path in [
        (["ingest", tmp_path / "new", closed / "log.csv"], 3, closed / "log.csv"),
        (["ingest", tmp_path / "new", good], 3, good),
        (["ingest", closed / "new", readable], 1, closed / "new"),
        (["ingest", tmp_path / "store", readable], 1, tmp_path / "store"),
        (["store", "info", tmp_path / "store"], 1, tmp_path / "store"),
        (["store", "verify", closed / "store"], 1, closed / "store"),
    ]:
        done = cli(*arguments, within=NOBODY)
        expect_error(done, code, str(path), remedy)


def test_a_mapping_may_name_any_column(tmp_path):
    names = ["u,x", 'say "o"', "t=\u65f6\U0001f600\x7f"]
    table = pa.table(dict(zip(names, [["ann"], ["x"], [1_600_000_000]], strict=True)))
    mapping = dict(zip(["account", "object", "time"], names, strict=True))
    store = ls.open(tmp_path / "store")
    assert store.ingest(table, mapping=mapping).accepted == 1
    with pytest.raises(ConfigError, match="mapping lacks time"):
        store.ingest(table, mapping={"account": "u,x", "object": "x"})


def test_a_table_is_called_so(tmp_path):
    store = ls.open(tmp_path / "store")
    with pytest.raises(InputRejected, match=r"^the table: cannot tell which column is what"):
        store.ingest({"who": ["a"], "when": [1]})
    table = {"account_id": ["a"], "object_id": ["x"], "timestamp": [1_600_000_000]}
    assert store.ingest(table).path == "the table"


def test_a_wrong_format_says_what_the_file_is(tmp_path):
    pq.write_table(pa.table({"account_id": ["a"]}), tmp_path / "log.parquet")
    done = cli("ingest", tmp_path / "store", tmp_path / "log.parquet", "--format", "csv")
    expect_error(done, 3, "log.parquet is a Parquet file, not CSV", "--format parquet")
