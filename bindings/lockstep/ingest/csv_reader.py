"""CSV by pyarrow, with a slow line-by-line reader for files that are broken."""

from __future__ import annotations

import contextlib
import csv
import io
import sys
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from lockstep.errors import InputRejected
from lockstep.ingest.batch import Batch, Reject
from lockstep.ingest.container import Container, SourceStream

__all__ = ["BrokenCsv", "FastCsv", "csv_header", "read_csv_slowly"]

_BLOCK = 4 << 20
_LONGEST_LINE = 1 << 20
_SLOW_ROWS = 50_000
_MOST_LINES = 200  # of one row
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@contextlib.contextmanager
def _quiet_decoding() -> Iterator[None]:
    """Keeps pyarrow from printing that a bad row is not UTF-8: it stops, and we read slowly."""
    before = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if not isinstance(unraisable.exc_value, UnicodeDecodeError):
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


class BrokenCsv(Exception):
    """The fast reader cannot make sense of a file; the slow one may save most of it."""


def csv_header(container: Container, delimiter: str) -> list[str]:
    """The names in the first line.

    Raises
    ------
    InputRejected
        On a name that stands twice, or a line that another delimiter splits.
    """
    with container.open() as stream:
        head = stream.read(_LONGEST_LINE).removeprefix(b"\xef\xbb\xbf")
    first = head.splitlines()[0].decode("utf-8", errors="replace") if head else ""
    names = next(csv.reader([first], delimiter=delimiter), [])
    if len(names) <= 1:
        other = max(_DELIMITERS, key=first.count)
        if other != delimiter and first.count(other) > 0:
            shown = "TAB" if other == "\t" else other
            raise InputRejected(
                f"{container.path}: its columns are parted by {_DELIMITERS[other]}; "
                f"pass --delimiter '{shown}'"
            )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputRejected(f"{container.path}: column {twice[0]!r} stands twice in the header")
    return names


class FastCsv:
    """Batches of rows by pyarrow, every column as bytes.

    Iterating raises `BrokenCsv` where quotes do not match or pyarrow gives up: what was given
    before is then to be dropped. Once done, `lines_exact` tells whether each row was one line.
    """

    def __init__(
        self,
        container: Container,
        columns: list[str],
        delimiter: str,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._container = container
        self._columns = columns
        self._delimiter = delimiter
        self._progress = progress
        self._bad: list[Reject] = []
        self.lines_exact = True

    def __iter__(self) -> Iterator[Batch]:
        with self._container.open(self._progress) as stream:
            rows = 1
            try:
                with _quiet_decoding():
                    for batch in self._numbered(self._open(stream)):
                        rows = self._next_line - 1
                        yield batch
            except (pa.ArrowInvalid, UnicodeDecodeError) as error:
                raise BrokenCsv(str(error)) from error
            stream.check_end()
            if stream.quotes % 2:
                raise BrokenCsv("a quote is not closed")
            self.lines_exact = stream.lines + (not stream.ends_with_newline) == rows

    def _keep(self, row: pa_csv.InvalidRow) -> str:
        self._bad.append(Reject(row.number or 0, "columns", None, row.text.encode()))
        return "skip"

    def _open(self, stream: SourceStream) -> pa_csv.CSVStreamingReader:
        return pa_csv.open_csv(
            stream,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pa_csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=True,
                invalid_row_handler=self._keep,
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=self._columns,
                column_types={name: pa.binary() for name in self._columns},
                strings_can_be_null=False,
                null_values=[],
                check_utf8=False,
            ),
        )

    def _numbered(self, reader: pa_csv.CSVStreamingReader) -> Iterator[Batch]:
        self._next_line = 2  # the header is line 1
        for record in reader:
            yield self._batch({n: record.column(i) for i, n in enumerate(self._columns)})
        if self._bad:
            yield self._batch({name: pa.array([], pa.binary()) for name in self._columns})

    def _batch(self, columns: dict[str, pa.Array]) -> Batch:
        """Numbers the rows of a block, good and bad together."""
        bad, self._bad = self._bad, []
        total = len(columns[self._columns[0]]) + len(bad)
        lines = np.arange(self._next_line, self._next_line + total, dtype=np.int64)
        taken = np.isin(lines, [reject.line for reject in bad])
        if taken.sum() != len(bad):
            raise BrokenCsv("rows cannot be numbered")
        self._next_line += total
        return Batch(columns, lines[~taken], bad)


def read_csv_slowly(
    container: Container,
    columns: list[str],
    delimiter: str,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Batch]:
    """Batches of rows, read line by line in Python: what is broken is put aside, no more."""
    with container.open(progress) as stream:
        rows = _rows_of(_lines_of(stream), delimiter)
        header = next(rows)[1]
        if isinstance(header, Reject):
            raise InputRejected(f"{container.path}: its header cannot be read")
        places = [header.index(name) for name in columns]
        values: list[list[bytes]] = []
        lines: list[int] = []
        rejects: list[Reject] = []
        for line, row in rows:
            if isinstance(row, Reject):
                rejects.append(row)
            elif not row:
                continue
            elif len(row) != len(header):
                rejects.append(
                    Reject(
                        line,
                        "columns",
                        None,
                        delimiter.join(row).encode("utf-8", "surrogateescape"),
                    )
                )
            else:
                values.append([row[place].encode("utf-8", "surrogateescape") for place in places])
                lines.append(line)
            if len(values) + len(rejects) >= _SLOW_ROWS:
                yield _slow_batch(columns, values, lines, rejects)
                values, lines, rejects = [], [], []
        yield _slow_batch(columns, values, lines, rejects)
        stream.check_end()


def _slow_batch(
    columns: list[str], values: list[list[bytes]], lines: list[int], rejects: list[Reject]
) -> Batch:
    by_column = list(zip(*values, strict=True)) if values else [()] * len(columns)
    arrays = {
        name: pa.array(column, pa.binary()) for name, column in zip(columns, by_column, strict=True)
    }
    return Batch(arrays, np.array(lines, dtype=np.int64), rejects)


def _lines_of(stream: SourceStream) -> Iterator[tuple[int, bytes | None]]:
    """Physical lines with their numbers; None for one past 1 MiB, whose bytes are dropped."""
    reader = io.BufferedReader(stream, _BLOCK)
    number = 0
    while line := reader.readline(_LONGEST_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = reader.readline(_LONGEST_LINE)
            yield number, None
        else:
            yield number, line


def _rows_of(
    lines: Iterator[tuple[int, bytes | None]], delimiter: str
) -> Iterator[tuple[int, list[str] | Reject]]:
    """Rows, each with the line it starts on; a quote that stays open costs its own line only.

    Lines are joined while a quote is open, and taken apart again unless that gives a whole row.
    """
    waiting: deque[tuple[int, bytes | None]] = deque()
    width: int | None = None

    def next_line() -> tuple[int, bytes | None] | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (at := next_line()) is not None:
        number, line = at
        if line is None:
            yield number, Reject(number, "line_too_long")
            continue
        row = line
        ahead: list[tuple[int, bytes | None]] = []
        while row.count(b'"') % 2 and len(row) <= _LONGEST_LINE and len(ahead) < _MOST_LINES:
            following = next_line()
            if following is None:
                break
            ahead.append(following)
            if following[1] is None:
                break
            row += following[1]
        parsed = _split(number, row, delimiter)
        torn = isinstance(parsed, Reject) or (width is not None and len(parsed) != width)
        if row.count(b'"') % 2 or (ahead and torn):
            waiting.extendleft(reversed(ahead))
            parsed = Reject(number, "quote", None, line.rstrip(b"\r\n"))
        if width is None and not isinstance(parsed, Reject):
            width = len(parsed)
        yield number, parsed


def _split(number: int, row: bytes, delimiter: str) -> list[str] | Reject:
    text = row.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
    if "\0" in text:
        return Reject(number, "nul", None, row)
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return Reject(number, "quote", None, row)
