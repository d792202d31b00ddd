"""Edge lists in files: CSV (plain, gzip or zstd) and Parquet."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lockstep.errors import InputRejected
from lockstep.ingest.container import Container, inspect

__all__ = ["EdgeColumns", "read_edges"]

_PARTS = ("source", "target", "weight", "time")


@dataclass(frozen=True)
class EdgeColumns:
    """Names of the columns in a file; weight and time are taken if they are there."""

    source: str = "source"
    target: str = "target"
    weight: str = "weight"
    time: str = "time"

    def named(self) -> dict[str, str]:
        """Part by name in the file."""
        return {getattr(self, part): part for part in _PARTS}


def read_edges(
    path: Path,
    columns: EdgeColumns | None = None,
    *,
    dense: bool = False,
    delimiter: str = ",",
    header: bool = True,
) -> pa.Table:
    """The edges of a file, its columns renamed to source, target and, if any, weight and time.

    Parameters
    ----------
    path : Path
        CSV or Parquet, told by its first bytes.
    columns : EdgeColumns, optional
        What they are called in the file.
    dense : bool
        Whether ids of a CSV file are read as integers; otherwise they are text as it stands.
    delimiter : str
        Between the values of a CSV file.
    header : bool
        Whether a CSV file begins with names; otherwise its columns are in the order above.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no file, or none that can be read; lacking columns are named.
    """
    container = inspect(path)
    wanted = (columns or EdgeColumns()).named()
    try:
        if container.format == "parquet":
            table = _read_parquet(container, wanted)
        elif container.format == "csv":
            table = _read_csv(container, wanted, dense, delimiter, header)
        else:
            raise InputRejected(f"{path} is {container.format}; give CSV or Parquet")
    except (pa.ArrowException, OSError) as error:
        raise InputRejected(f"{path}: {error}; mend it, or check the options") from error
    missing = [name for name in list(wanted)[:2] if name not in table.column_names]
    if missing:
        raise InputRejected(
            f"{path} lacks {', '.join(missing)}; it has {', '.join(table.column_names)}; name its "
            f"columns with --source and --target"
        )
    table = table.select([name for name in wanted if name in table.column_names])
    return table.rename_columns([wanted[name] for name in table.column_names])


def _read_parquet(container: Container, wanted: dict[str, str]) -> pa.Table:
    file = pq.ParquetFile(container.path)
    there = file.schema_arrow.names
    return file.read([name for name in wanted if name in there] or there)


def _read_csv(
    container: Container, wanted: dict[str, str], dense: bool, delimiter: str, header: bool
) -> pa.Table:
    ids = pa.int64() if dense else pa.large_string()
    types = {name: ids for name, part in wanted.items() if part in ("source", "target")}
    types |= {name: pa.float64() for name, part in wanted.items() if part == "weight"}
    names = None if header else list(wanted)[: _count_columns(container, delimiter)]
    with container.open() as stream:
        return pa_csv.read_csv(
            io.BufferedReader(stream, 1 << 20),
            read_options=pa_csv.ReadOptions(column_names=names),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter),
            # An account may be called NA or null: only nothing at all is missing.
            convert_options=pa_csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True
            ),
        )


def _count_columns(container: Container, delimiter: str) -> int:
    with container.open() as stream:
        line = stream.read(1 << 16).split(b"\n", 1)[0]
    count = line.count(delimiter.encode()) + 1
    if not 2 <= count <= len(_PARTS):
        raise InputRejected(
            f"{container.path} has {count} columns; without a header it must have 2 to 4: source, "
            f"target, weight, time; check --delimiter"
        )
    return count
