"""Parquet files and Arrow streams: tables already, read a few columns and rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lockstep.errors import InputRejected
from lockstep.ingest.batch import Batch
from lockstep.ingest.container import Container

__all__ = ["read_table", "table_columns"]

_ROWS = 1 << 20
_MOST_ROWS = 1 << 40


def table_columns(container: Container) -> list[str]:
    """The columns of a table file."""
    return list(_schema(container).names)


def _schema(container: Container) -> pa.Schema:
    try:
        if container.format == "parquet":
            return pq.ParquetFile(_source(container)).schema_arrow
        with pa.ipc.open_stream(_source(container)) as reader:
            return reader.schema
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(container, error) from error


def _source(container: Container) -> pa.NativeFile | pa.BufferReader:
    if container.compression is None:
        return pa.memory_map(str(container.path))
    with container.open() as stream:
        return pa.BufferReader(stream.read())


def _unreadable(container: Container, error: BaseException) -> InputRejected:
    name = {"parquet": "Parquet file", "arrow": "Arrow stream"}[container.format]
    return InputRejected(f"{container.path}: unreadable {name} ({error}); write it again")


def read_table(
    container: Container,
    columns: list[str],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Batch]:
    """Batches of rows with their row numbers, from 0.

    Raises
    ------
    InputRejected
        On bytes that are no such file, and on nested columns.
    """
    schema = _schema(container)
    for name in columns:
        if pa.types.is_nested(schema.field(name).type):
            raise InputRejected(f"{container.path}: column {name} is {schema.field(name).type}")
    row = 0
    try:
        for record, share in _records(container, columns):
            arrays = {name: _plain(record.column(name)) for name in columns}
            yield Batch(arrays, np.arange(row, row + record.num_rows, dtype=np.int64))
            row += record.num_rows
            if progress is not None:
                progress(int(share * container.size))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(container, error) from error


def _plain(column: pa.Array) -> pa.Array:
    """Without views, which pyarrow can neither take from nor compare."""
    if column.type == pa.string_view():
        return column.cast(pa.large_string())
    return column.cast(pa.large_binary()) if column.type == pa.binary_view() else column


def _records(container: Container, columns: list[str]) -> Iterator[tuple[pa.RecordBatch, float]]:
    """Record batches, and the share of the file that is read with each."""
    if container.format == "parquet":
        file = pq.ParquetFile(_source(container))
        total = file.metadata.num_rows
        if total > _MOST_ROWS:
            raise InputRejected(f"{container.path} declares {total} rows; no file holds so many")
        done = 0
        for record in file.iter_batches(batch_size=_ROWS, columns=columns):
            done += record.num_rows
            yield record, done / max(total, 1)
        return
    source = _source(container)
    with pa.ipc.open_stream(source) as reader:
        for record in reader:
            yield record.select(columns), source.tell() / max(container.size, 1)
