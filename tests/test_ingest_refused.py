"""What stops an ingest: options, permissions, files no row of which fits; and what it leaves."""

import os
import subprocess

import pytest
from support.command_line import cli, expect_error

import lockstep as ls

HEAD = "account_id,object_id,timestamp\n"
GOOD = HEAD + "ann,x,1600000000\n"
# Drops root's right to read and write everything.
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


@pytest.fixture
def good(tmp_path):
    file = tmp_path / "good.csv"
    file.write_text(GOOD)
    return file


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
