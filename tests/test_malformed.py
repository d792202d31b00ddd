"""Files broken in every way we know of: what is kept, what is put aside, what is refused."""

import base64
import gzip
import os
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from support.loading import NOW, load, quarantined

from lockstep import _core
from lockstep.errors import ConfigError, InputRejected
from lockstep.ingest import IngestOptions, ingest_file, parse_map

HEAD = b"account_id,object_id,timestamp\n"
T = b"1600000000"


def row(account=b"a", object_=b"x", time_=T):
    return account + b"," + object_ + b"," + time_ + b"\n"


# What is taken as it is: content, accounts stored.
TAKEN = {
    "byte order mark": (b"\xef\xbb\xbf" + HEAD + row(), ["a"]),
    "CRLF": (HEAD.replace(b"\n", b"\r\n") + row().replace(b"\n", b"\r\n"), ["a"]),
    "mixed line ends": (HEAD + row(b"a").replace(b"\n", b"\r\n") + row(b"b"), ["a", "b"]),
    "no newline at the end": (HEAD + row().rstrip(), ["a"]),
    "newline in quotes": (HEAD + row(b'"a\nb"') + row(b"c"), ["a\nb", "c"]),
    "blank lines": (HEAD + row(b"a") + b"\n\n" + row(b"b") + b"\n", ["a", "b"]),
    "other column order": (b"timestamp,object_id,account_id,more\n" + T + b",x,a,z\n", ["a"]),
    "any text is an id": (HEAD + row(b"+1") + row(b"0x10") + row(b"-5"), ["+1", "-5", "0x10"]),
    "past 64 bits": (HEAD + row(b"18446744073709551616"), ["18446744073709551616"]),
    "007 is not 7": (HEAD + row(b"007") + row(b"7"), ["007", "7"]),
    "big whole numbers": (HEAD + row(b"18446744073709551615"), ["18446744073709551615"]),
    "escaped quotes": (HEAD + row(b'"a""b"'), ['a"b']),
    "other scripts": (HEAD + row("\u05d0\u4e2d\U0001f600".encode()), ["\u05d0\u4e2d\U0001f600"]),
}


@pytest.mark.parametrize("case", TAKEN)
def test_taken_as_it_is(tmp_path, case):
    content, accounts = TAKEN[case]
    result, names = load(tmp_path, content)
    assert names == sorted(accounts)
    assert result.rejected == 0
    assert result.quarantine is None


# What is put aside: content, and (line, reason) of each row that is; one good row "good" stays.
GOOD = row(b"good")
ASIDE = {
    "too few columns": (HEAD + b"a,x\n" + GOOD, [(2, "columns")]),
    "too many columns": (HEAD + GOOD + b"a,x," + T + b",z\n", [(3, "columns")]),
    "too few, not UTF-8": (HEAD + b"a,\xff\n" + GOOD, [(2, "columns")]),
    "empty account": (HEAD + row(b"") + GOOD, [(2, "id")]),
    "null object": (HEAD + row(b"a", b"NULL") + GOOD, [(2, "id")]),
    "spaces for an id": (HEAD + row(b"  ") + GOOD, [(2, "id")]),
    "no time": (HEAD + row(time_=b"") + GOOD, [(2, "time")]),
    "words for a time": (HEAD + row(time_=b"yesterday") + GOOD, [(2, "time")]),
    "30 February": (HEAD + row(time_=b"2021-02-30T10:00:00Z") + GOOD, [(2, "time")]),
    "25 o'clock": (HEAD + row(time_=b"2021-02-03T25:00:00Z") + GOOD, [(2, "time")]),
    "before 2006": (HEAD + row(time_=b"1000000000") + GOOD, [(2, "time_range")]),
    "in the future": (HEAD + row(time_=b"1700100000") + GOOD, [(2, "time_range")]),
    "negative time": (HEAD + row(time_=b"-5") + GOOD, [(2, "time_range")]),
    "huge time": (HEAD + row(time_=b"9" * 19) + GOOD, [(2, "time_range")]),
    "another unit": (HEAD + row(time_=T + b"000") + GOOD + row(b"b"), [(2, "time_unit")]),
    "overlong UTF-8": (HEAD + row(b"\xc0\xaf") + GOOD, [(2, "utf8")]),
    "surrogate": (HEAD + row(b"a", b"\xed\xa0\x80") + GOOD, [(2, "utf8")]),
    "NUL in a field": (HEAD + row(b"a\0b") + GOOD, [(2, "nul")]),
    "header again": (HEAD + GOOD + HEAD, [(3, "header_row")]),
    "open quote": (HEAD + row(b'"a') + GOOD, [(2, "quote")]),
    "quote in a field": (HEAD + GOOD + row(b'a"b'), [(3, "quote")]),
    "very long line": (HEAD + row(b"z" * (9 << 20)) + GOOD, [(2, "line_too_long")]),
    "very long id": (HEAD + row(b"z" * 1025) + GOOD, [(2, "id_too_long")]),
    "100,000 columns": (HEAD + b"," * 100_000 + b"\n" + GOOD, [(2, "columns")]),
    "after a quoted newline": (HEAD + row(b'"q\nr"') + b"a,x\n" + GOOD, [(4, "columns")]),
    "after blank lines": (HEAD + b"\n\n" + row(time_=b"noon") + GOOD, [(4, "time")]),
    "two kinds of fault": (HEAD + b"a\n" + row(time_=b"x") + GOOD, [(2, "columns"), (3, "time")]),
}


@pytest.mark.parametrize("case", ASIDE)
def test_put_aside_with_line_and_reason(tmp_path, case):
    content, faults = ASIDE[case]
    result, names = load(tmp_path, content)
    assert "good" in names
    assert [(entry["line"], entry["reason"]) for entry in quarantined(result)] == faults
    assert result.rejected == len(faults)
    assert sum(result.reasons.values()) == len(faults)
    assert result.rows == result.accepted + result.duplicates + result.rejected
    for entry in quarantined(result):
        assert entry["file"] == "log.csv"
        assert len(base64.b64decode(entry["raw"])) <= 4096


def test_unknown_kind_words_are_put_aside(tmp_path):
    head = b"account_id,object_id,timestamp,action\n"
    content = head + b"good,x," + T + b",share\n" + b"a,x," + T + b",two words\n"
    result, names = load(tmp_path, content)
    assert names == ["good"]
    assert result.reasons == {"kind": 1}


# NDJSON: lines, and the reason each bad one gets.
JSON_GOOD = b'{"account_id": "good", "object_id": 7, "timestamp": 1600000000}\n'
REST = b'"object_id": 7, "timestamp": 1600000000}'
JSON_ASIDE = {
    "float for an id": (b'{"account_id": 1.7e18, ' + REST, "lossy_number"),
    "NaN": (b'{"account_id": NaN, "object_id": 7, "timestamp": 1600000000}', "json"),
    "Infinity": (b'{"account_id": "a", "more": -Infinity, ' + REST, "json"),
    "deep": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "depth"),
    "key twice": (b'{"account_id": "a", "account_id": "b", ' + REST, "dup_key"),
    "null": (b"null", "not_object"),
    "number": (b"7", "not_object"),
    "list": (b"[1, 2]", "not_object"),
    "half a pair": (b'{"account_id": "\\ud800", "object_id": 7, "timestamp": 1600000000}', "utf8"),
    "two objects": (JSON_GOOD.strip() + b" " + JSON_GOOD.strip(), "trailing"),
    "cut short": (b'{"account_id": "a", "obj', "json"),
    "not UTF-8": (b'{"account_id": "\xff", "object_id": 7, "timestamp": 1600000000}', "utf8"),
    "missing field": (b'{"account_id": "a", "timestamp": 1600000000}', "id"),
    "nested id": (b'{"account_id": {"x": 1}, "object_id": 7, "timestamp": 1600000000}', "type"),
}  # fmt: skip


# Two objects on a line, beside lines that make up for it in number.
JSON_TWO = JSON_GOOD.strip() * 2
JSON_MISCOUNTED = {
    "blank line after": (JSON_TWO + b"\n\n", [2]),
    "blank line before": (b"\n" + JSON_TWO + b"\n", [3]),
    "white space at the end": (JSON_TWO + b"\n  ", [2]),
    "CRLF": (JSON_TWO + b"\r\n\r\n", [2]),
    "over two lines": (JSON_GOOD.strip().replace(b", ", b",\n", 1) + JSON_GOOD, [2, 3]),
}


@pytest.mark.parametrize("case", JSON_MISCOUNTED)
def test_json_objects_are_told_by_lines(tmp_path, case):
    odd, faults = JSON_MISCOUNTED[case]
    result, names = load(tmp_path, JSON_GOOD + odd, "log.ndjson")
    assert names == ["good"]
    assert [entry["line"] for entry in quarantined(result)] == faults


@pytest.mark.parametrize("case", JSON_ASIDE)
def test_json_lines_put_aside(tmp_path, case):
    line, reason = JSON_ASIDE[case]
    content = JSON_GOOD + line + b"\n" + JSON_GOOD.replace(b"good", b"also good")
    result, names = load(tmp_path, content, "log.ndjson")
    assert names == ["also good", "good"]
    assert [(entry["line"], entry["reason"]) for entry in quarantined(result)] == [(2, reason)]


def test_json_ids_may_be_numbers_or_text_line_by_line(tmp_path):
    lines = [
        b'{"account_id": 9223372036854775808, "object_id": "x", "timestamp": 1600000000}',
        b'{"account_id": "9", "object_id": 5, "timestamp": "1600000000"}',
        b'{"account_id": 9, "object_id": "5", "timestamp": 1600000001}',
    ]
    result, names = load(tmp_path, b"\n".join(lines), "log.ndjson")
    assert names == ["9", "9", "9223372036854775808"]
    assert result.new_accounts == 2
    assert result.new_objects == 2


def damaged_gzip():
    packed = bytearray(gzip.compress(HEAD + GOOD * 1000))
    packed[-6] ^= 1
    return bytes(packed)


BIG = HEAD + b"".join(row(str(n).encode()) for n in range(20_000))

# What is refused whole: name, content, a word of the message.
REFUSED = {
    "empty": ("log.csv", b"", "empty"),
    "white space": ("log.csv", b"\n \n", "white space"),
    "UTF-16": ("log.csv", (HEAD + GOOD).decode().encode("utf-16"), "UTF-16"),
    "UTF-32": ("log.csv", (HEAD + GOOD).decode().encode("utf-32"), "UTF-32"),
    "lone CR": ("log.csv", (HEAD + GOOD).replace(b"\n", b"\r"), "lone CR"),
    "NULs at the end": ("log.csv", HEAD + GOOD + b"\0" * 4096, "NUL"),
    "column twice": ("log.csv", b"account_id,object_id,account_id,timestamp\n", "twice"),
    "columns missing": ("log.csv", b"account_id,when\na,1\n", "found account_id, when"),
    "another case": ("log.csv", (HEAD + GOOD).replace(b"acc", b"Acc"), "found Account_id"),
    "semicolons": ("log.csv", (HEAD + GOOD).replace(b",", b";"), "--delimiter ';'"),
    "tabs": ("log.csv", (HEAD + GOOD).replace(b",", b"\t"), "--delimiter 'TAB'"),
    "array": ("log.json", b'[{"account_id": "a"}]', "one object a line"),
    "gzip cut short": ("log.csv.gz", gzip.compress(BIG)[:-2000], "cut short"),
    "gzip damaged": ("log.csv.gz", damaged_gzip(), "damaged"),
    "zstd cut short": ("log.csv.zst", zstandard.compress(BIG)[:-50], "cut short"),
    "Parquet magic": ("log.parquet", b"PAR0" + b"x" * 100, "no Parquet file"),
    "Parquet footer": ("log.parquet", b"PAR1" + b"x" * 100 + b"\xff\xff\xff\x7fPAR1", "unreadable"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_whole(tmp_path, case):
    name, content, word = REFUSED[case]
    with pytest.raises(InputRejected, match=word):
        load(tmp_path, content, name)
    store = _core.Store(str(tmp_path / "store"))
    assert store.info()["actions"] == 0
    assert store.epoch == 0


def test_refused_parquet_types(tmp_path):
    for account, word in [
        (pa.array([1.5]), "double"),
        (pa.array([[1]]), "list"),
    ]:
        table = pa.table({"account_id": account, "object_id": ["x"], "timestamp": [1_600_000_000]})
        pq.write_table(table, tmp_path / "bad.parquet")
        with pytest.raises(InputRejected, match=word):
            load(tmp_path, (tmp_path / "bad.parquet").read_bytes(), "log.parquet")


def test_parquet_damaged_inside(tmp_path):
    table = pa.table(
        {
            "account_id": [f"account {n}" for n in range(5000)],
            "object_id": list(range(5000)),
            "timestamp": [1_600_000_000 + n for n in range(5000)],
        }
    )
    pq.write_table(table, tmp_path / "whole.parquet", compression="zstd")
    content = bytearray((tmp_path / "whole.parquet").read_bytes())
    content[len(content) // 4] ^= 0xFF
    with pytest.raises(InputRejected, match="unreadable"):
        load(tmp_path, bytes(content), "log.parquet")


def test_parquet_nulls_are_put_aside_by_row(tmp_path):
    table = pa.table(
        {
            "account_id": pa.array(["good", None, "b"]).dictionary_encode(),
            "object_id": pa.array([1, 2, None]),
            "timestamp": pa.array([1_600_000_000_000] * 3, pa.timestamp("ms", tz="UTC")),
        }
    )
    pq.write_table(table, tmp_path / "nulls.parquet")
    result, names = load(tmp_path, (tmp_path / "nulls.parquet").read_bytes(), "log.parquet")
    assert names == ["good"]
    assert [(e["line"], e["column"], e["reason"]) for e in quarantined(result)] == [
        (1, "account_id", "id"),
        (2, "object_id", "id"),
    ]


def test_things_that_are_no_files(tmp_path):
    store = _core.Store(str(tmp_path / "store"), write=True)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, error in [
        ("nowhere", FileNotFoundError),
        ("pipe", InputRejected),
        ("store", InputRejected),
        ("loop", InputRejected),
        ("/dev/zero", InputRejected),
    ]:
        with pytest.raises(error, match=name):
            ingest_file(store, tmp_path / "store", tmp_path / name, IngestOptions())


def test_a_file_that_changes_while_it_is_read(tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(HEAD + GOOD)
    store = _core.Store(str(tmp_path / "store"), write=True)

    def grow(done, total):
        if file.stat().st_size < 200:
            with file.open("ab") as more:
                more.write(row(b"late"))

    with pytest.raises(InputRejected, match="changed while it was read"):
        ingest_file(store, tmp_path / "store", file, IngestOptions(), now_s=NOW, progress=grow)
    assert store.epoch == 0


def test_too_many_rejects_load_nothing(tmp_path):
    content = HEAD + GOOD * 1 + b"a,x\n" * 3
    for limit in ("2", "50%"):
        with pytest.raises(InputRejected, match="3 of 4 rows"):
            load(tmp_path, content, max_rejects=limit)
    result, _ = load(tmp_path, content, max_rejects="3")
    assert result.accepted == 1
    with pytest.raises(ConfigError, match="max-rejects"):
        load(tmp_path, content + GOOD, max_rejects="many")


def test_random_rows_like_a_slow_reader(tmp_path):
    draw = random.Random(4)
    breakers = [b"a,x\n", b",x," + T + b"\n", b"a,x,soon\n", b"a,\xff," + T + b"\n", b'"a,x\n']
    lines, good, bad = [], [], []
    for number in range(3000):
        if draw.random() < 0.1:
            lines.append(draw.choice(breakers))
            bad.append(number + 2)
        else:
            account = f"account {draw.randrange(500)}"
            lines.append(f'"{account}",{number},{1_600_000_000 + number}\n'.encode())
            good.append(account)
    result, names = load(tmp_path, HEAD + b"".join(lines))
    assert names == sorted(good)
    assert sorted(entry["line"] for entry in quarantined(result)) == bad


def test_map_text_is_checked():
    for text, word in [
        ("account", "no PART"),
        ("who=x", "no part"),
        ("account=a,object=b", "time"),
    ]:
        with pytest.raises(ConfigError, match=word):
            parse_map(text)
