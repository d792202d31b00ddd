"""Tables as CSV that a spreadsheet can open without harm."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

__all__ = ["csv_bytes", "write_csv"]

_FORMULA = r"^[=+\-@\t\r\n]"


def write_csv(table: pa.Table, path: Path) -> int:
    """Writes a table; text that would begin a formula gets an apostrophe first. Rows written.

    Lists are joined by semicolons. OSError where the file cannot be written.
    """
    with path.open("wb") as out:
        pa_csv.write_csv(_harmless(table), out)
    return table.num_rows


def csv_bytes(table: pa.Table) -> bytes:
    """The same in memory."""
    out = io.BytesIO()
    pa_csv.write_csv(_harmless(table), out)
    return out.getvalue()


def _harmless(table: pa.Table) -> pa.Table:
    return pa.table({name: _plain(table[name]) for name in table.column_names})


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "; ")
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    column = column.cast(pa.string())
    risky = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
