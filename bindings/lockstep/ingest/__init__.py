"""Export files into the store: CSV, NDJSON, Parquet and Arrow, plain, gzip or zstd."""

from lockstep.ingest.container import check_path
from lockstep.ingest.job import IngestOptions, IngestResult, ingest_file
from lockstep.ingest.layers import DERIVED
from lockstep.ingest.mapping import PRESETS, ColumnMap, parse_map, read_map_file

__all__ = [
    "DERIVED",
    "PRESETS",
    "ColumnMap",
    "IngestOptions",
    "IngestResult",
    "check_path",
    "ingest_file",
    "parse_map",
    "read_map_file",
]
