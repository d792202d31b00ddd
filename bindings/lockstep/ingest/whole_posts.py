"""Batches that never part the rows of one post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.ingest.batch import Batch, Reject

__all__ = ["whole_posts"]


def whole_posts(batches: Iterable[Batch], key: list[str]) -> Iterator[Batch]:
    """The same rows in the same order; those of the last post of a batch wait for the next one.

    Rows of one post stand one after another and are alike in the columns `key`.
    """
    held: Batch | None = None
    for batch in batches:
        joined = batch if held is None else _joined(held, batch)
        begin = _last_post(joined, key)
        held = _rows(joined, begin, len(joined), [])
        yield _rows(joined, 0, begin, joined.rejects)
    if held is not None:
        yield held


def _last_post(batch: Batch, key: list[str]) -> int:
    """First row of the last post."""
    if len(batch) == 0:
        return 0
    same = np.ones(len(batch) - 1, dtype=np.bool_)
    for name in key:
        column = batch.columns[name]
        # Null equals null here: what names no post goes with its neighbours.
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column, null_encoding="encode")
        codes = column.indices.to_numpy(zero_copy_only=False)
        same &= codes[1:] == codes[:-1]
    changes = np.flatnonzero(~same)
    return int(changes[-1]) + 1 if len(changes) else 0


def _joined(first: Batch, second: Batch) -> Batch:
    columns = {
        name: pa.concat_arrays([column, second.columns[name].cast(column.type)])
        for name, column in first.columns.items()
    }
    lines = np.concatenate([first.lines, second.lines])
    return Batch(columns, lines, [*first.rejects, *second.rejects])


def _rows(batch: Batch, begin: int, end: int, rejects: list[Reject]) -> Batch:
    columns = {name: column.slice(begin, end - begin) for name, column in batch.columns.items()}
    return Batch(columns, batch.lines[begin:end], rejects)
