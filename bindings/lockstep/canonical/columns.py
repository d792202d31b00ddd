"""Columns of text, looked at once for each distinct value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["map_distinct", "text_column"]


def text_column(values: Any) -> pa.Array:
    """Any column of strings as one Arrow array of large_string.

    Raises
    ------
    TypeError
        Where it holds anything but strings and nulls.
    """
    column = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of no chunk at all
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise TypeError(f"values are {kind}; give strings")
    return column.cast(pa.large_string())


def map_distinct(values: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """`function` of each value, called once for each distinct one; null stays null."""
    encoded = pc.dictionary_encode(values)
    mapped = [function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(mapped, pa.large_string()).take(encoded.indices)
