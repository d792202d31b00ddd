"""Columns of ids as the core takes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["NO_ID", "Mask", "has_id", "ids_of", "is_text", "plain", "same_ids", "true_where"]

NO_ID = pa.array(["", "null", "none", "nan"])
Mask = npt.NDArray[np.bool_]


def plain(column: pa.Array) -> pa.Array:
    """Whole numbers or text, without a dictionary."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column if pa.types.is_integer(column.type) else column.cast(pa.string())


def has_id(column: pa.Array) -> Mask:
    """Where there is an id."""
    ids = plain(column)
    if pa.types.is_integer(ids.type):
        return true_where(ids.is_valid())
    text = pc.utf8_lower(pc.utf8_trim_whitespace(ids))
    return ~true_where(pc.is_in(text, NO_ID)) & true_where(ids.is_valid())


def same_ids(a: pa.Array, b: pa.Array) -> Mask:
    """Where two columns name the same."""
    return true_where(pc.equal(plain(a).cast(pa.string()), plain(b).cast(pa.string())))


def ids_of(
    column: pa.Array,
) -> npt.NDArray[np.int64] | tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """A column of ids as the core takes it: int64, or offsets and text; copied where it must."""
    column = plain(column) if pa.types.is_dictionary(column.type) else column
    if pa.types.is_integer(column.type):
        try:
            numbers = column.cast(pa.int64())
        except pa.ArrowInvalid:  # ids past 2^63 go as text
            return ids_of(column.cast(pa.string()))
        return np.ascontiguousarray(numbers.to_numpy(zero_copy_only=False))
    large = column.cast(pa.large_binary())
    _, offsets, data = large.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    text = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    return bounds, text


def is_text(kind: pa.DataType) -> bool:
    """Text, or bytes that may be text."""
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or kind == pa.string_view()
    )


def true_where(mask: pa.Array) -> Mask:
    """A mask without nulls."""
    return pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
