"""Good files of every sort, and bad surroundings: through the library and the command line."""

import gzip
import json
import subprocess
import sys
import time

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from support.command_line import cli, expect_error, stored

import lockstep as ls
from lockstep.ingest import IngestOptions, ingest_file
from lockstep.ingest.times import TimeReader

ROWS = [
    ("user 1", "https://a.example/b?q=1,2", 1_600_000_000, "share_url", "user 9"),
    ("user 2", "tag", 1_600_000_001, "hashtag", None),
    ("\u4f60\u597d", "tag", 1_600_000_002, "hashtag", None),
    ("user 1", "tag", 1_600_000_003, "hashtag", "user 2"),
]
NAMES = ["account_id", "object_id", "timestamp", "action", "whom"]
MAP = "account=account_id,object=object_id,time=timestamp,kind=action,target=whom"


def as_table():
    return pa.table({name: [row[i] for row in ROWS] for i, name in enumerate(NAMES)})


def as_csv():
    lines = [",".join(NAMES)]
    lines += [f'{a},"{o}",{t},{k},{w or ""}' for a, o, t, k, w in ROWS]
    return "\n".join(lines).encode() + b"\n"


def as_ndjson():
    return b"".join(json.dumps(dict(zip(NAMES, row, strict=True))).encode() + b"\n" for row in ROWS)


def as_parquet(tmp_path):
    pq.write_table(as_table(), tmp_path / "t.parquet")
    return (tmp_path / "t.parquet").read_bytes()


def as_arrow(tmp_path):
    file = tmp_path / "t.arrow"
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, as_table().schema) as out:
        out.write_table(as_table())
    return file.read_bytes()


PACKED = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "two gzip members": lambda data: gzip.compress(data[:30]) + gzip.compress(data[30:]),
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("format_", ["csv", "ndjson", "parquet", "arrow"])
def test_every_format_and_packing_gives_the_same_rows(tmp_path, format_, packing):
    content = {
        "csv": as_csv,
        "ndjson": as_ndjson,
        "parquet": lambda: as_parquet(tmp_path),
        "arrow": lambda: as_arrow(tmp_path),
    }[format_]()
    file = tmp_path / "log.bin"
    file.write_bytes(PACKED[packing](content))
    done = cli("ingest", tmp_path / "store", file, "--map", MAP, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)["files"][0]
    assert (result["rows"], result["accepted"], result["rejected"]) == (4, 4, 0)
    assert result["times"] == "seconds since 1970"
    assert stored(tmp_path / "store") == sorted((a, o, t, k) for a, o, t, k, _ in ROWS)
    with ls.open(tmp_path / "store") as store:
        there = store.neighbours("user 1", "hashtag").to_pylist()
        assert [(row["account_id"], row["actions"]) for row in there] == [("user 2", 1)]
        back = store.neighbours("user 9", "share_url", direction="in").to_pylist()
        assert [row["account_id"] for row in back] == ["user 1"]
        assert store.actions("user 1")["object_id"].to_pylist() == [ROWS[0][1], "tag"]


@pytest.mark.parametrize(
    "make", [as_table, lambda: as_table().to_pandas(), lambda: pl.DataFrame(as_table())]
)
def test_tables_of_every_library_and_only_once(tmp_path, make):
    store = ls.open(tmp_path / "store")
    mapping = dict(part.split("=") for part in MAP.split(","))
    result = store.ingest(make(), mapping=mapping)
    assert result.accepted == 4
    assert store.epoch == 1
    again = store.ingest(make(), mapping=mapping)
    assert again.already_loaded
    assert store.epoch == 1
    assert "4 actions" in repr(store)


def test_overlapping_exports_are_read_once_and_duplicates_counted(tmp_path):
    store = ls.open(tmp_path / "store")
    first = pd.DataFrame(
        {"account_id": [1, 2, 2], "object_id": [5, 5, 5], "timestamp": [1_600_000_000] * 3}
    )
    assert store.ingest(first).duplicates == 1
    more = pd.concat([first, first.assign(account_id=3)])
    assert store.ingest(more).accepted == 3
    assert sorted(store.scan("share")["account_id"].to_pylist()) == ["1", "2", "3"]


TIMES = [
    ("1600000000", "seconds since 1970"),
    ("1600000000123", "milliseconds since 1970"),
    ("1600000000123456", "microseconds since 1970"),
    ("1600000000123456789", "nanoseconds since 1970"),
    ("1600000000.75", "seconds since 1970"),
    ("2020-09-13T12:26:40Z", "ISO 8601"),
    ("2020-09-13 12:26:40.999+00:00", "ISO 8601"),
    ("2020-09-13T14:26:40+02:00", "ISO 8601"),
    ("2020-09-13T06:56:40-0530", "ISO 8601"),
]


@pytest.mark.parametrize(("text", "said"), TIMES)
def test_times_are_detected_floored_and_said(text, said):
    reader = TimeReader(now_s=1_700_000_000)
    seconds, reasons = reader.read(pa.array([text]))
    assert reasons.tolist() == [None]
    assert seconds.tolist() == [1_600_000_000]
    assert reader.detected.startswith(said)


def test_times_without_a_zone_need_one(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("account_id,object_id,timestamp\na,x,2020-09-13 14:26\n")
    expect_error(cli("ingest", tmp_path / "store", file), 3, "--tz UTC")
    assert cli("ingest", tmp_path / "store", file, "--tz", "Europe/Berlin").returncode == 0
    assert stored(tmp_path / "store")[0][2] == 1_599_999_960
    expect_error(cli("ingest", tmp_path / "store", file, "--tz", "Nowhere"), 2, "Nowhere")


def test_a_leap_second_and_midnight():
    reader = TimeReader(now_s=1_700_000_000)
    seconds, reasons = reader.read(pa.array(["2016-12-31T23:59:60Z", "2016-12-31T24:00:00Z"]))
    assert reasons.tolist() == [None, "time"]
    assert seconds[0] == 1_483_228_799


def test_key_file_hides_ids_and_is_needed(tmp_path):
    (tmp_path / "log.csv").write_bytes(as_csv())
    (tmp_path / "key").write_text("a key that is long enough\n")
    store, key = tmp_path / "store", ["--key-file", tmp_path / "key"]
    assert cli("ingest", store, tmp_path / "log.csv", *key).returncode == 0
    expect_error(cli("store", "info", store), 2, "pseudonyms")
    assert "pseudonymous" in cli("store", "info", store, *key).stdout
    opened = ls.open(store, key="a key that is long enough")
    assert opened.actions("user 2").num_rows == 1
    assert len(opened.scan("hashtag")["account_id"][0].as_py()) == 32
    (tmp_path / "key").write_text("short\n")
    expect_error(cli("store", "info", store, *key), 2, "16 or more")


@pytest.fixture
def store_with_rows(tmp_path):
    (tmp_path / "log.csv").write_bytes(as_csv())
    assert cli("ingest", tmp_path / "store", tmp_path / "log.csv").returncode == 0
    (tmp_path / "more.csv").write_bytes(as_csv().replace(b"user", b"person"))
    return tmp_path / "store"


BAD_FILES = {
    "missing": (None, 2, "no such file"),
    "empty": (b"", 3, "empty"),
    "wrong columns": (b"who,when\na,1\n", 3, "found who, when"),
    "unreadable Parquet": (b"PAR1" + b"\0" * 60 + b"PAR1", 3, "unreadable Parquet"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_change_nothing(tmp_path, store_with_rows, case):
    content, code, word = BAD_FILES[case]
    before = stored(store_with_rows)
    if content is not None:
        (tmp_path / "bad.bin").write_bytes(content)
    expect_error(cli("ingest", store_with_rows, tmp_path / "bad.bin"), code, "bad.bin", word)
    assert stored(store_with_rows) == before


@pytest.mark.parametrize(("schema", "word"), [("9.0", "newer"), ("1.0", "older")])
def test_a_store_of_another_version(tmp_path, store_with_rows, schema, word):
    (store_with_rows / "FORMAT").write_text(f"lockstep-store {schema}\nx\nplain\n")
    for arguments in (
        ["ingest", store_with_rows, tmp_path / "more.csv"],
        ["store", "info", store_with_rows],
    ):
        expect_error(cli(*arguments), 2, f"{word} than this program", f"schema {schema}")


def test_a_store_in_use_by_another_writer(tmp_path, store_with_rows):
    script = (
        "import sys, time; from lockstep import _core; "
        "store = _core.Store(sys.argv[1], write=True); print('ready', flush=True); time.sleep(60)"
    )
    held = subprocess.Popen(
        [sys.executable, "-c", script, str(store_with_rows)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert held.stdout.readline() == "ready\n"
        expect_error(cli("ingest", store_with_rows, tmp_path / "more.csv"), 75, str(held.pid))
        assert cli("store", "info", store_with_rows).returncode == 0
        with pytest.raises(ls.StoreLocked):
            ls.open(store_with_rows).ingest(tmp_path / "more.csv")
    finally:
        held.kill()
        held.wait()
    assert cli("ingest", store_with_rows, tmp_path / "more.csv").returncode == 0


def test_a_full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], check=False
    ).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        (tmp_path / "log.csv").write_bytes(as_csv())
        done = cli("ingest", disk / "store", tmp_path / "log.csv")
        expect_error(done, 1, "free disk space", str(disk))
        assert cli("store", "info", disk / "store", "--json").returncode == 0
        info = json.loads(cli("store", "info", disk / "store", "--json").stdout)
        assert info["actions"] == 0
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_a_corrupted_sst(tmp_path, store_with_rows):
    tables = sorted(
        (store_with_rows / "events").glob("*.sst"), key=lambda file: file.stat().st_size
    )
    content = bytearray(tables[-1].read_bytes())
    content[40] ^= 0x55
    tables[-1].write_bytes(bytes(content))
    done = cli("store", "verify", store_with_rows)
    assert done.returncode == 5, done.stdout + done.stderr
    assert str(store_with_rows) in done.stdout + done.stderr
    tables[-1].unlink()
    for arguments in (
        ["store", "info", store_with_rows],
        ["store", "verify", store_with_rows],
        ["ingest", store_with_rows, tmp_path / "more.csv"],
    ):
        expect_error(cli(*arguments), 5, "restore")


def test_several_files_stop_at_the_first_fault(tmp_path):
    (tmp_path / "a.csv").write_bytes(as_csv())
    (tmp_path / "b.csv").write_bytes(b"no,columns\n")
    done = cli("ingest", tmp_path / "store", tmp_path / "a.csv", tmp_path / "b.csv")
    expect_error(done, 3, "b.csv")
    assert "1 of 2 files were loaded" in done.stderr
    assert len(stored(tmp_path / "store")) == 4


def test_wrong_usage(tmp_path):
    (tmp_path / "a.csv").write_bytes(as_csv())
    ingest = ["ingest", tmp_path / "store", tmp_path / "a.csv"]
    expect_error(cli(*ingest, "--nonsense"), 2, "--nonsense")
    expect_error(cli(*ingest, "--preset", "x-io", "--map", MAP), 2, "one of")
    expect_error(cli(*ingest, "--map", "account"), 2, "PART=COLUMN")
    expect_error(cli(*ingest, "--map-file", tmp_path / "none.toml"), 2, "none.toml")
    expect_error(cli("ingest", tmp_path / "a.csv"), 2, "FILES")
    (tmp_path / "map.toml").write_text(
        'account = "account_id"\nobject = "object_id"\ntime = "timestamp"\n'
    )
    done = cli(*ingest, "--map-file", tmp_path / "map.toml", "--kind", "share", "--json")
    assert json.loads(done.stdout)["files"][0]["accepted"] == 4


def test_a_closed_store_and_an_unknown_account(tmp_path, store_with_rows):
    store = ls.open(store_with_rows)
    with pytest.raises(KeyError, match="nobody"):
        store.actions("nobody")
    store.close()
    with pytest.raises(ls.StorageError, match="closed"):
        store.info()
    with pytest.raises(FileNotFoundError, match="ingest"):
        ls.open(tmp_path / "nowhere").info()
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "file").touch()
    with pytest.raises(ls.StorageError, match="is not a Lockstep store"):
        ls.open(tmp_path / "foreign")


def test_columns_reach_the_core_without_a_loop_over_rows(tmp_path):
    """A million rows in far less time than a loop in Python over them would take."""
    rows = 1_000_000
    table = pa.table(
        {
            "account_id": pa.array(range(rows), pa.int64()),
            "object_id": pa.array(range(rows), pa.int64()),
            "timestamp": pa.array(range(1_600_000_000, 1_600_000_000 + rows), pa.int64()),
        }
    )
    pq.write_table(table, tmp_path / "log.parquet")
    calls = []

    class Job:
        def append(self, account, object_, time_s, kind, kind_names, **more):
            calls.append(len(time_s))
            return []

        def commit(self, *, rejected, now_s):
            raise TimeoutError

        def abort(self):
            pass

    class Core:
        def find_job(self, content_hash):
            return None

        def begin_job(self, *arguments, **more):
            return Job()

    with pytest.raises(TimeoutError):
        ingest_file(
            Core(), tmp_path, tmp_path / "log.parquet", IngestOptions(), now_s=int(time.time())
        )
    assert sum(calls) == rows
    assert len(calls) <= 2
