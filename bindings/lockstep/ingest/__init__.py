"""Export files into the store: CSV, NDJSON, Parquet and Arrow, plain, gzip or zstd."""

from lockstep.ingest.container import check_path
from lockstep.ingest.job import IngestOptions, IngestResult, ingest_file, is_loaded
from lockstep.ingest.layers import DERIVED
from lockstep.ingest.mapping import PRESETS, ColumnMap, map_from, parse_map, read_map_file

__all__ = [
    "DERIVED",
    "PRESETS",
    "ColumnMap",
    "IngestOptions",
    "IngestResult",
    "check_path",
    "ingest_file",
    "is_loaded",
    "map_from",
    "parse_map",
    "read_map_file",
]
