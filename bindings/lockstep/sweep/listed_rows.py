"""Rows of a small file that a person made: CSV or Parquet, with a header that is checked."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.errors import InputRejected

__all__ = ["LONGEST_ID", "TOO_MANY", "Header", "checked_id", "read_rows", "text_of"]

LONGEST_ID = 1024  # bytes of an id, as in the store
TOO_MANY = "more fields"  # key of a row that has more fields than the header


@dataclass(frozen=True)
class Header:
    """The columns that a file must have, and may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]

    def check(self, path: Path, found: list[str]) -> None:
        """A column too many is an error too: a misspelt one would else be passed over."""
        missing = [name for name in self.needed if name not in found]
        strange = [name for name in found if name not in (*self.needed, *self.optional)]
        if missing or strange or len(set(found)) < len(found):
            header = ",".join(self.needed) + "".join(f"[,{name}]" for name in self.optional)
            raise InputRejected(
                f"{path}: columns are {', '.join(found) or 'none'}; the header is {header}"
            )


def read_rows(
    path: Path, header: Header, option: str
) -> tuple[bytes, list[tuple[int, dict[str, Any]]]]:
    """The bytes of a file, and its rows with the line of each.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or its columns are others.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file; check {option}") from None
    except OSError as error:
        raise InputRejected(f"{path}: {error.strerror}; check {option}") from error
    parquet = content.startswith(b"PAR1")
    rows = _parquet_rows(path, header) if parquet else _csv_rows(path, content, header)
    return content, rows


def _csv_rows(path: Path, content: bytes, header: Header) -> list[tuple[int, dict[str, Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRejected(f"{path}: byte {error.start} is not UTF-8; convert the file") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey=TOO_MANY)
    try:
        header.check(path, list(reader.fieldnames or []))
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputRejected(f"{path}, line {reader.line_num}: {error}; mend the file") from error


def _parquet_rows(path: Path, header: Header) -> list[tuple[int, dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputRejected(f"{path}: unreadable Parquet file ({error}); write it again") from error
    header.check(path, table.column_names)
    return list(enumerate(table.to_pylist(), start=1))


def text_of(value: Any) -> str:
    """A field without the spaces around it; nothing for none."""
    return "" if value is None else str(value).strip()


def checked_id(row: dict[str, Any], name: str) -> str:
    """The id in a field. ValueError says what is wrong with it."""
    if TOO_MANY in row:
        raise ValueError("more fields than columns")
    text = text_of(row[name])
    if not text:
        raise ValueError(f"no {name}")
    if len(text.encode()) > LONGEST_ID:
        raise ValueError(f"{name} is longer than {LONGEST_ID} bytes")
    if "\0" in text:
        raise ValueError(f"{name} holds a NUL character")
    return text
