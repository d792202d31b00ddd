"""Tables in, arrays out: what every function of the package does with its input first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.table_files import read_table_file

__all__ = [
    "Codes",
    "as_seconds",
    "as_table",
    "encode",
    "encode_together",
    "id_column",
    "one_array",
    "places_of",
]

_UNITS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_LATEST_SECOND = 10**11  # the year 5138; a number above it counts something finer than seconds


def as_table(data: Any, *columns: str) -> pa.Table:
    """The named columns of any table: Arrow, pandas, polars, DuckDB, a dict of arrays, or a file.

    Raises
    ------
    TypeError
        Where `data` is no table.
    ValueError
        Where a column is missing; the message lists what was found.
    FileNotFoundError, InputRejected
        Where `data` is a path, and there is no file or it cannot be read.
    """
    table = _any_table(data)
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        found = ", ".join(table.column_names) or "none"
        raise ValueError(
            f"the table lacks {', '.join(missing)}; it has {found}; rename its columns"
        )
    return table.select(list(columns)) if columns else table


def _any_table(data: Any) -> pa.Table:
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, str | Path):
        return read_table_file(Path(data))
    try:
        return pa.table(data)
    except (TypeError, ValueError) as error:  # ArrowInvalid is a ValueError
        if isinstance(data, dict):
            raise ValueError(f"the columns make no table: {str(error).splitlines()[0]}") from error
        raise TypeError(
            f"expected a table (pyarrow, pandas, polars, DuckDB, a dict of columns or a path), "
            f"not {type(data).__name__}"
        ) from error


def id_column(table: pa.Table, name: str) -> pa.Array:
    """A column of ids as one array of int64, uint64 or large_string.

    Raises
    ------
    TypeError
        On a column that is neither integers nor strings: a float cannot name an account.
    ValueError
        On a missing id; the message gives its row.
    """
    column = table[name]
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if len(column) == 0 and (pa.types.is_null(kind) or pa.types.is_floating(kind)):
        return pa.array([], pa.large_string())  # what an empty frame of pandas is made of
    if pa.types.is_unsigned_integer(kind):
        column = column.cast(pa.uint64())
    elif pa.types.is_signed_integer(kind):
        column = column.cast(pa.int64())
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        column = column.cast(pa.large_string())
    else:
        raise TypeError(f"{name} is {kind}; ids must be strings or integers")
    if column.null_count:
        row = pc.index(column.is_null(), True).as_py()
        raise ValueError(f"{name} is missing in row {row} ({column.null_count} rows in all)")
    return one_array(column)


@dataclass(frozen=True)
class Codes:
    """Ids as dense numbers, in the order of the sorted ids."""

    codes: npt.NDArray[np.uint32]
    ids: pa.Array  # sorted, distinct; ids[code] is the id

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, codes: npt.NDArray[np.uint32]) -> pa.Array:
        """The ids of some codes."""
        return self.ids.take(pa.array(codes))


def encode(column: pa.Array) -> Codes:
    """Numbers distinct ids from 0 in their own order, so that code order is id order."""
    encoded = one_array(pa.chunked_array([column]).dictionary_encode())
    order = pc.sort_indices(encoded.dictionary).to_numpy(zero_copy_only=False)
    rank = np.empty(len(order), dtype=np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    codes = rank[encoded.indices.to_numpy(zero_copy_only=False)]
    return Codes(codes, encoded.dictionary.take(pa.array(order)))


def encode_together(*columns: pa.Array) -> tuple[list[npt.NDArray[np.uint32]], pa.Array]:
    """Like `encode`, over several columns that share their ids.

    Raises
    ------
    TypeError
        Where some columns hold strings and others integers.
    """
    kinds = {str(column.type) for column in columns}
    if len(kinds) > 1:
        raise TypeError(f"ids must all be of one type, not {' and '.join(sorted(kinds))}")
    together = encode(pa.concat_arrays(columns))
    bounds = np.cumsum([len(column) for column in columns])[:-1]
    return [np.ascontiguousarray(part) for part in np.split(together.codes, bounds)], together.ids


def places_of(table: pa.Table, name: str, ids: pa.Array) -> npt.NDArray[np.uint32]:
    """Where the ids in a column are among `ids`, those of the log.

    Raises
    ------
    TypeError
        Where the column and `ids` are of different types.
    ValueError
        On an id that is not there.
    """
    given = id_column(table, name)
    if given.type != ids.type:
        raise TypeError(f"{name} is {given.type} but the log's accounts are {ids.type}")
    place = pc.index_in(given, ids)
    if place.null_count:
        row = pc.index(place.is_null(), True).as_py()
        raise ValueError(f"{name} is {given[row].as_py()!r} in row {row}, which the log lacks")
    return np.ascontiguousarray(place.to_numpy().astype(np.uint32))


def as_seconds(table: pa.Table, name: str, time_unit: str = "s") -> npt.NDArray[np.int64]:
    """A column of times as whole UTC seconds, floored.

    Raises
    ------
    TypeError
        On a column that holds no times.
    ValueError
        On missing or not finite times, an unknown `time_unit`, or numbers too large for it.
    """
    if time_unit not in _UNITS_PER_SECOND:
        raise ValueError(f"time_unit is {time_unit!r}; give one of s, ms, us, ns")
    column = table[name]
    if len(column) == 0 and pa.types.is_null(column.type):
        return np.empty(0, dtype=np.int64)
    if column.null_count:
        row = pc.index(column.is_null(), True).as_py()
        raise ValueError(f"{name} is missing in row {row} ({column.null_count} rows in all)")
    kind = column.type
    unit = kind.unit if pa.types.is_timestamp(kind) else time_unit
    if pa.types.is_timestamp(kind) or pa.types.is_integer(kind):
        if kind == pa.uint64():
            # Numbers past int64 stay large, which is all that the check below asks of them.
            column = pc.min_element_wise(column, pa.scalar(2**63 - 1, pa.uint64()))
        values = one_array(column.cast(pa.int64())).to_numpy(zero_copy_only=False)
    elif pa.types.is_floating(kind):
        raw = one_array(column.cast(pa.float64())).to_numpy(zero_copy_only=False)
        if not np.isfinite(raw).all():
            row = int(np.flatnonzero(~np.isfinite(raw))[0])
            raise ValueError(f"{name} is not finite in row {row}")
        values = np.floor(np.clip(raw, -(2.0**62), 2.0**62)).astype(np.int64)
    else:
        raise TypeError(f"{name} is {kind}; times must be integers, floats or timestamps")
    seconds = values // _UNITS_PER_SECOND[unit] if unit != "s" else values
    for extreme in (seconds.argmin(), seconds.argmax()) if len(seconds) else ():
        if not -_LATEST_SECOND <= int(seconds[extreme]) <= _LATEST_SECOND:
            given = table[name][int(extreme)]
            shown = given.value if isinstance(given, pa.TimestampScalar) else given.as_py()
            raise ValueError(
                f"{name} holds {shown}, which is no time in {unit}; "
                f"pass time_unit='ms' (or 'us', 'ns')"
            )
    return np.ascontiguousarray(seconds)


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """The chunks of a column as one array; without a copy where there is but one."""
    whole = column.combine_chunks()
    if not isinstance(whole, pa.ChunkedArray):
        return whole
    if whole.num_chunks == 0:
        return pa.array([], type=column.type)
    return whole.chunk(0) if whole.num_chunks == 1 else pa.concat_arrays(whole.chunks)
