"""Edges as they come, in tables and arrays, as checked columns that the builder takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.tables import as_table, encode_together, id_column, one_array

__all__ = [
    "dense_ends",
    "edge_table",
    "encoded_ends",
    "ends_of",
    "optional_column",
    "refuse_loops",
    "vertex_count",
    "weight_column",
]

_MOST_VERTICES = 2**32 - 1
_ARRAY_NAMES = ("source", "target", "weight", "time")


def edge_table(edges: Any) -> pa.Table:
    """A table as it is, or a tuple of arrays as one."""
    if not isinstance(edges, tuple | list):
        return as_table(edges)
    if not 2 <= len(edges) <= len(_ARRAY_NAMES):
        raise TypeError(f"edges has {len(edges)} arrays; give source, target[, weight[, time]]")
    lengths = {len(array) for array in edges}
    if len(lengths) > 1:
        raise ValueError(f"the arrays of edges have different lengths: {sorted(lengths)}")
    return pa.table(dict(zip(_ARRAY_NAMES, map(pa.array, edges), strict=False)))


def optional_column(table: pa.Table, wanted: str | None, usual: str) -> str | None:
    """The column asked for, or the usual one if it is there."""
    return wanted or (usual if usual in table.column_names else None)


def weight_column(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    """A column of weights as float64. TypeError, ValueError on what is no number or missing."""
    column = table[name]
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise TypeError(f"{name} is {column.type}; weights must be numbers")
    if column.null_count:
        row = pc.index(column.is_null(), True).as_py()
        raise ValueError(f"{name} is missing in row {row} ({column.null_count} rows in all)")
    return np.ascontiguousarray(one_array(column.cast(pa.float64())).to_numpy())


def encoded_ends(table: pa.Table) -> tuple[list[npt.NDArray[np.uint32]], pa.Array]:
    """Any ids as vertex numbers, and the ids by number."""
    return encode_together(id_column(table, "source"), id_column(table, "target"))


def ends_of(table: pa.Table) -> set[Any]:
    """The ids that edges have at either end."""
    return set(table["source"].to_pylist()) | set(table["target"].to_pylist())


def dense_ends(table: pa.Table) -> tuple[list[npt.NDArray[np.uint32]], None]:
    """Ids that are vertex numbers already."""
    return [_vertex_column(table, "source"), _vertex_column(table, "target")], None


def _vertex_column(table: pa.Table, name: str) -> npt.NDArray[np.uint32]:
    """Checked in the type they came in, and only then narrowed."""
    if not pa.types.is_integer(table[name].type):
        raise TypeError(f"{name} is {table[name].type}; vertex numbers must be integers")
    numbers = one_array(table[name])
    if numbers.null_count:
        row = pc.index(numbers.is_null(), True).as_py()
        raise ValueError(f"{name} is missing in row {row} ({numbers.null_count} rows in all)")
    values = numbers.to_numpy()
    for bad, words in (
        (values < 0, "vertex numbers start at 0"),
        (values >= _MOST_VERTICES, f"and vertex numbers end at {_MOST_VERTICES - 1}"),
    ):
        if bad.any():
            row = int(np.argmax(bad))
            raise ValueError(
                f"{name} is {values[row]} in row {row}; {words}; leave out dense to take any ids"
            )
    return np.ascontiguousarray(values, dtype=np.uint32)


def vertex_count(
    source: npt.NDArray[np.uint32], target: npt.NDArray[np.uint32], vertices: int | None
) -> int:
    """The number asked for, checked, or what the ids need."""
    if vertices is None:
        return 1 + max(int(source.max()), int(target.max())) if len(source) else 0
    if not 0 <= vertices <= _MOST_VERTICES:
        raise ValueError(f"vertices is {vertices}; give 0 to {_MOST_VERTICES}")
    return vertices


def refuse_loops(
    source: npt.NDArray[np.uint32], target: npt.NDArray[np.uint32], ids: pa.Array
) -> None:
    """ValueError, naming the first edge from a vertex to itself."""
    loops = source == target
    if not loops.any():
        return
    row = int(np.argmax(loops))
    raise ValueError(
        f"edge {row} joins {ids[int(source[row])].as_py()!r} to itself ({int(loops.sum())} such "
        f"edges in all); leave them out, or give self_loops='drop'"
    )
