"""Stores for tests, made in this process."""

from pathlib import Path
from typing import Any

import pyarrow as pa

import lockstep as ls
from lockstep import _core
from lockstep.ingest import ColumnMap, IngestOptions, ingest_file

__all__ = ["make_store", "parquet_bytes", "truth_of"]

COLUMNS = ("timestamp", "account_id", "action", "object_id")


def make_store(path: Path, log: Any) -> ls.Store:
    """A store at `path` with the log: a table, or rows in the order of COLUMNS."""
    if not isinstance(log, pa.Table):
        log = pa.table(dict(zip(COLUMNS, map(list, zip(*log, strict=True)), strict=True)))
    file = path.with_name(path.name + ".arrow")
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, log.schema) as out:
        out.write_table(log)
    core = _core.Store(str(path), write=True)
    try:
        columns = ColumnMap("account_id", "object_id", "timestamp", "action")
        result = ingest_file(core, path, file, IngestOptions(columns))
    finally:
        core.close()
    assert result.rejected == 0
    return ls.open(path)


def parquet_bytes(run: ls.Run) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(run.path.glob("*.parquet"))}


def truth_of(made: Any) -> dict[str, str]:
    """Group by planted account of a simulation."""
    return dict(
        zip(made.truth["account_id"].to_pylist(), made.truth["group"].to_pylist(), strict=True)
    )
