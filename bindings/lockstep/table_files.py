"""Tables in files: CSV, NDJSON, Parquet and Arrow."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from lockstep.errors import InputRejected

__all__ = ["read_table_file"]

# Columns of ids are text whatever they look like: 007 is not 7.
_IDS = ("account_id", "object_id", "source", "target", "vertex", "group", "cluster_id")


def read_table_file(path: Path, *more_ids: str) -> pa.Table:
    """A whole file as a table; its kind is told by the content, gzip by the name.

    Columns of ids in CSV are text: the usual ones, and those in `more_ids`.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
        if head.startswith(b"PAR1"):
            return pq.read_table(path)
        if head.startswith(b"ARROW1"):
            return pa.ipc.open_file(path).read_all()
        if head.startswith(b"\xff\xff\xff\xff"):
            return pa.ipc.open_stream(path).read_all()
        if head.lstrip().startswith(b"{"):
            return pa_json.read_json(path)
        as_text = dict.fromkeys((*_IDS, *more_ids), pa.string())
        return pa_csv.read_csv(path, convert_options=pa_csv.ConvertOptions(column_types=as_text))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file; give a CSV or Parquet file") from None
    except OSError as error:
        raise InputRejected(f"{path}: {error.strerror or error}; give a readable file") from error
    except pa.ArrowInvalid as error:
        raise InputRejected(f"{path}: {str(error).splitlines()[0]}; mend the file") from error
