"""Tables as CSV that a spreadsheet can open without harm."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

__all__ = ["write_csv"]

_FORMULA = r"^[=+\-@\t\r\n]"


def write_csv(table: pa.Table, path: Path) -> int:
    """Writes a table; text that would begin a formula gets an apostrophe first. Rows written.

    Lists are joined by semicolons. OSError where the file cannot be written.
    """
    columns = {name: _plain(table[name]) for name in table.column_names}
    with path.open("wb") as out:
        pa_csv.write_csv(pa.table(columns), out)
    return table.num_rows


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        column = pc.binary_join(column, "; ")
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    column = column.cast(pa.string())
    risky = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)
