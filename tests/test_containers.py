"""What a file is packed in: compression, Parquet's types, and what they may be made to say."""

import datetime
import gzip
import os
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from support.loading import load, quarantined

from lockstep import _core
from lockstep.errors import InputRejected
from lockstep.ingest import IngestOptions, container, csv_reader, ingest_file, table_reader

HEAD = b"account_id,object_id,timestamp\n"
GOOD = HEAD + b"good,x,1600000000\n"


def parquet(tmp_path, **columns):
    table = {"account_id": ["good"], "object_id": ["x"], "timestamp": [1_600_000_000], **columns}
    pq.write_table(pa.table(table), tmp_path / "made.parquet")
    return (tmp_path / "made.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "warning"),
    [
        ("log.csv.gz", GOOD, "log.csv.gz is not compressed, but named .gz"),
        ("log.csv", gzip.compress(GOOD), "log.csv is gzip, but not named so"),
        ("log.csv.gz", zstandard.compress(GOOD), "log.csv.gz is zstd, but named .gz"),
    ],
    ids=["plain", "gzip", "zstd"],  # gzip's bytes hold the second at which they were made
)
def test_compression_is_told_by_content(tmp_path, name, content, warning):
    result, names = load(tmp_path, content, name)
    assert names == ["good"]
    assert result.warnings == [warning]


def test_zstd_with_a_wrong_checksum(tmp_path):
    packed = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(GOOD))
    packed[-1] ^= 1
    with pytest.raises(InputRejected, match="damaged"):
        load(tmp_path, bytes(packed), "log.csv.zst")


def test_zstd_with_a_window_past_128_mib(tmp_path):
    wide = zstandard.ZstdCompressionParameters(window_log=28, compression_level=1)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    packed = packer.compress(GOOD) + packer.flush()
    with pytest.raises(InputRejected, match="damaged"):
        load(tmp_path, packed, "log.csv.zst")


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "_BOMB_BYTES", 1 << 20)
    bomb = gzip.compress(GOOD + b"\n" * (16 << 20))
    assert len(bomb) < 1 << 16
    with pytest.raises(InputRejected, match="unpacks to over 200 times its size"):
        load(tmp_path, bomb, "log.csv.gz")


def test_parquet_with_too_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(table_reader, "_MOST_ROWS", 0)
    with pytest.raises(InputRejected, match="declares 1 rows; no file holds so many"):
        load(tmp_path, parquet(tmp_path), "log.parquet")


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Tokyo"])
def test_parquet_times_are_what_the_schema_says(tmp_path, unit, zone):
    moment = datetime.datetime.fromtimestamp(1_600_000_000, datetime.UTC)
    times = pa.array([moment.replace(tzinfo=None)], pa.timestamp(unit, zone))
    result, _ = load(tmp_path, parquet(tmp_path, timestamp=times), "log.parquet")
    assert result.times.startswith("timestamps in ")
    store = _core.Store(str(tmp_path / "store"))
    assert store.scan("share")[0].times.tolist() == [1_600_000_000]


@pytest.mark.parametrize("type_", [pa.int32(), pa.uint64(), pa.string(), pa.large_binary()])
def test_parquet_ids_of_every_type_are_the_same(tmp_path, type_):
    value = b"7" if type_ == pa.large_binary() else "7" if type_ == pa.string() else 7
    content = parquet(tmp_path, account_id=pa.array([value], type_))
    assert load(tmp_path, content, "log.parquet")[1] == ["7"]


def test_a_renamed_copy_is_known(tmp_path):
    first, _ = load(tmp_path, GOOD)
    copy, names = load(tmp_path, GOOD, "copy.csv")
    assert (first.already_loaded, copy.already_loaded) == (False, True)
    assert names == ["good"]


def test_a_file_that_is_replaced_while_it_is_read(tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(GOOD)
    shutil.copy2(file, tmp_path / "other")
    store = _core.Store(str(tmp_path / "store"), write=True)

    def replace(done, total):
        if (tmp_path / "other").exists():
            os.replace(tmp_path / "other", file)

    with pytest.raises(InputRejected, match="changed while it was read"):
        ingest_file(store, tmp_path / "store", file, IngestOptions(), progress=replace)
    assert store.epoch == 0


def rows_in_two_units(seconds, millis):
    return HEAD + b"".join(
        b"user %d,x,%d%s\n" % (number, 1_600_000_000 + number, b"" if number < seconds else b"000")
        for number in range(seconds + millis)
    )


@pytest.mark.parametrize(("seconds", "millis"), [(2000, 3000), (3000, 2000)])
def test_the_unit_of_time_is_that_of_most_rows_wherever_they_stand(
    tmp_path, monkeypatch, seconds, millis
):
    monkeypatch.setattr(csv_reader, "_BLOCK", 1 << 12)
    content = rows_in_two_units(seconds, millis)
    backwards = HEAD + b"\n".join(reversed(content.removeprefix(HEAD).strip().split(b"\n")))
    for place, order in [("on", content), ("back", backwards)]:
        (tmp_path / place).mkdir()
        result, names = load(tmp_path / place, order)
        assert (result.accepted, result.rejected) == (3000, 2000)
        assert result.reasons == {"time_unit": 2000}
        assert result.times == ("seconds" if seconds > millis else "milliseconds") + " since 1970"
        assert len(names) == 3000
        assert len(quarantined(result)) == 2000


def test_a_declared_unit_is_kept(tmp_path):
    result, _ = load(tmp_path, rows_in_two_units(2, 5), time_unit="s")
    assert (result.accepted, result.reasons) == (2, {"time_unit": 5})
    assert result.warnings == ["most rows were rejected: 5 of 7 (time_unit 5)"]


@pytest.mark.parametrize("form", ["{}000", "{}.5E+17"])
def test_rounded_ids_are_warned_of(tmp_path, form):
    digits = range(1_234_567_890_123, 1_234_567_890_163)
    ids = [form.format(number if "E" not in form else number % 10) for number in digits]
    content = HEAD + b"".join(b"%s,x,1600000000\n" % text.encode() for text in ids)
    result, _ = load(tmp_path, content)
    assert result.rejected == 0
    assert "precision: 40 of 40 long ids in column account_id look rounded" in result.warnings[0]


def test_long_ids_that_are_whole_are_not_warned_of(tmp_path):
    ids = [b"%d" % (1_234_567_890_123_456 + 7 * number) for number in range(40)]
    content = HEAD + b"".join(text + b",x,1600000000\n" for text in ids)
    assert load(tmp_path, content)[0].warnings == []
