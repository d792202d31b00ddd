"""NDJSON: blocks of whole lines by pyarrow; a block with anything odd in it line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json

from lockstep.ingest.batch import Batch, Reject
from lockstep.ingest.container import Container

__all__ = ["ndjson_fields", "read_ndjson"]

_BLOCK = 4 << 20
_LONGEST_LINE = 1 << 20
_DEEPEST = 64
_NOT_FINITE = re.compile(rb"[\[:,]\s*-?(?:NaN|Inf)")  # pyarrow takes them, JSON has none
_ARROW_TYPES = {int: pa.int64(), str: pa.string()}


class _BadLine(ValueError):
    """Why a line cannot be taken; its text is the reason code."""


def ndjson_fields(container: Container) -> list[str]:
    """Fields of the first lines that are objects."""
    fields: dict[str, None] = {}
    with container.open() as stream:
        for line in stream.read(_BLOCK).removeprefix(b"\xef\xbb\xbf").splitlines()[:100]:
            try:
                fields.update(dict.fromkeys(_parse_line(line)))
            except _BadLine:
                continue
    return list(fields)


def read_ndjson(
    container: Container,
    columns: list[str],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Batch]:
    """Batches of rows; a column is int64 or string, or string throughout an odd block."""
    with container.open(progress) as stream:
        first_line = 1
        rest = b""
        while True:
            data = stream.read(_BLOCK)
            if first_line == 1 and not rest:
                data = data.removeprefix(b"\xef\xbb\xbf")
            whole, newline, tail = (rest + data).rpartition(b"\n")
            block = whole + newline if data else rest
            rest = tail if data else b""
            if not block and data:
                if len(rest) > 64 * _LONGEST_LINE:
                    rest = rest[: _LONGEST_LINE + 1]  # a line without end: keep what marks it bad
                continue
            if not block:
                break
            lines = block.count(b"\n") + (not block.endswith(b"\n"))
            yield _fast_batch(block, columns, first_line, lines) or _slow_batch(
                block, columns, first_line
            )
            first_line += lines
        stream.check_end()


def _fast_batch(block: bytes, columns: list[str], first_line: int, lines: int) -> Batch | None:
    """The block by pyarrow, or nothing where the answer could differ from line by line."""
    if (b"NaN" in block or b"Inf" in block) and _NOT_FINITE.search(block):
        return None
    try:
        block.decode("utf-8")  # pyarrow does not look
        sample = _parse_line(block[: block.find(b"\n") + 1] or block)
        schema = pa.schema([(name, _ARROW_TYPES[type(sample[name])]) for name in columns])
        table = pa_json.read_json(
            pa.BufferReader(block),
            read_options=pa_json.ReadOptions(block_size=2 * _BLOCK),
            parse_options=pa_json.ParseOptions(
                explicit_schema=schema, unexpected_field_behavior="ignore"
            ),
        ).combine_chunks()
    except (_BadLine, KeyError, UnicodeDecodeError, pa.ArrowInvalid):
        return None
    # pyarrow parts objects wherever they end; count as many lines that are one object each.
    starts = 1 + block.count(b"}\n{") + block.count(b"}\r\n{")
    if not table.num_rows == lines == starts or any(table[name].null_count for name in columns):
        return None
    arrays = {name: table[name].chunk(0) for name in columns}
    return Batch(arrays, np.arange(first_line, first_line + lines, dtype=np.int64))


def _slow_batch(block: bytes, columns: list[str], first_line: int) -> Batch:
    values: list[list[str | None]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, line in enumerate(block.removesuffix(b"\n").split(b"\n"), first_line):
        if not line.strip():
            continue
        try:
            row = _parse_line(line)
            values.append([_as_text(row.get(name)) for name in columns])
            numbers.append(number)
        except _BadLine as error:
            rejects.append(Reject(number, str(error), None, line))
    by_column = list(zip(*values, strict=True)) if values else [()] * len(columns)
    arrays = {
        name: pa.array(column, pa.string()) for name, column in zip(columns, by_column, strict=True)
    }
    return Batch(arrays, np.array(numbers, dtype=np.int64), rejects)


def _parse_line(line: bytes) -> dict[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise _BadLine("line_too_long")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise _BadLine("utf8") from None
    if text.count("[") + text.count("{") > _DEEPEST and _depth(text) > _DEEPEST:
        raise _BadLine("depth")
    try:
        row = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _BadLine("trailing" if error.msg == "Extra data" else "json") from None
    except RecursionError:
        raise _BadLine("depth") from None
    if not isinstance(row, dict):
        raise _BadLine("not_object")
    return row


def _depth(text: str) -> int:
    """Deepest nesting of brackets, those in strings included: a bound that is never too low."""
    deepest = depth = 0
    for letter in text:
        depth += letter in "[{"
        deepest = max(deepest, depth)
        depth -= letter in "]}"
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise _BadLine("dup_key")
    return row


def _no_constant(name: str) -> Any:
    raise _BadLine("json")


def _as_text(value: Any) -> str | None:
    """A value as the text that a CSV file would have for it."""
    if value is None or isinstance(value, str):
        if value is not None and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise _BadLine("utf8")
        return value
    if isinstance(value, bool | dict | list):
        raise _BadLine("type")
    if isinstance(value, float):
        if not value.is_integer() or abs(value) >= 2**53:
            raise _BadLine("lossy_number")
        return str(int(value))
    return str(value)
