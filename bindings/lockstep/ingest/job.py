"""One file into the store: all of its good rows, or nothing."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.errors import ConfigError, InputRejected
from lockstep.ingest.batch import Batch
from lockstep.ingest.container import FORMATS, Container, file_state, inspect, sha256_of
from lockstep.ingest.csv_reader import BrokenCsv, FastCsv, csv_header, read_csv_slowly
from lockstep.ingest.mapping import ColumnMap, choose_map
from lockstep.ingest.ndjson_reader import ndjson_fields, read_ndjson
from lockstep.ingest.quarantine import Quarantine
from lockstep.ingest.stage import Stager
from lockstep.ingest.table_reader import read_table, table_columns
from lockstep.ingest.times import TimeReader

__all__ = ["IngestOptions", "IngestResult", "ingest_file"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class IngestOptions:
    """How to read a file."""

    map: ColumnMap | None = None  # which column is what; told by known names where not given
    kind: str | None = None  # kind of every row, instead of a column
    format: str | None = None  # csv, ndjson, parquet or arrow; told by the content
    delimiter: str = ","
    time_unit: str | None = None  # s, ms, us or ns; told by the size of the numbers
    tz: str | None = None  # zone of ISO times that name none
    max_rejects: str | None = None  # rows, or percent of all rows; more fail the job


@dataclass
class IngestResult:
    """What became of a file."""

    path: str
    job: str  # first 16 digits of the content hash
    already_loaded: bool
    epoch: int
    rows: int = 0  # read
    accepted: int = 0  # actions stored
    duplicates: int = 0  # actions equal to another of this file, stored once
    rejected: int = 0  # entries in quarantine
    reasons: dict[str, int] = field(default_factory=dict)
    quarantine: str | None = None
    self_actions: int = 0  # actions of an account upon itself; stored
    new_accounts: int = 0
    new_objects: int = 0
    times: str | None = None  # what the times turned out to be
    detections: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def ingest_file(
    store: _core.Store,
    store_path: Path,
    path: Path,
    options: IngestOptions,
    *,
    now_s: int | None = None,
    progress: Progress | None = None,
) -> IngestResult:
    """Reads one file into a store that is open for writing.

    Raises
    ------
    FileNotFoundError
        Where there is no such file.
    InputRejected
        On a file that cannot be taken at all, or has more bad rows than allowed.
    ConfigError
        On options that cannot be followed.
    StorageError
        Where the disk is full or fails. Whatever is raised, the store is as it was.
    """
    started = time.monotonic()
    now = int(time.time()) if now_s is None else now_s
    if options.format is not None and options.format not in FORMATS:
        raise ConfigError(f"--format is {options.format!r}; give one of {', '.join(FORMATS)}")
    container = inspect(path, options.format)
    found = _columns_of(container, options)
    map_ = choose_map(options.map, options.kind, found, str(path))
    content_hash = _content_hash(path, map_, options)
    job_name = content_hash[:16]
    known = store.find_job(content_hash)
    if known is not None:
        return IngestResult(
            str(path),
            job_name,
            True,
            known.epoch,
            known.accepted + known.rejected,
            known.accepted,
            known.duplicates,
            known.rejected,
        )
    times = TimeReader(now, options.time_unit, options.tz or map_.tz)
    quarantine = Quarantine(store_path / "quarantine" / f"{job_name}.ndjson", path.name)
    job = store.begin_job(content_hash, path.name, expected_bytes=container.size)
    stager = Stager(job, map_, times, quarantine)
    try:
        for batches in _readings(container, map_, options, progress):
            try:
                for batch in batches:
                    stager.add(batch)
            except BrokenCsv:
                pass
            else:
                if getattr(batches, "lines_exact", True) or quarantine.count == 0:
                    break
            # Broken quotes, or bad rows whose lines are not known: once more, line by line.
            job.abort()
            quarantine.clear()
            job = store.begin_job(content_hash, path.name, expected_bytes=container.size)
            stager = Stager(job, map_, times, quarantine)
        quarantine.close()
        if file_state(path) != container.state:
            raise InputRejected(f"{path} changed while it was read; wait until it is written")
        _check_rejects(options.max_rejects, quarantine, stager.rows, path)
        receipt = job.commit(rejected=quarantine.count, now_s=now)
    except BaseException:
        job.abort()
        quarantine.close()
        raise
    if map_.explode is None:
        assert stager.rows == receipt.accepted + receipt.duplicates + quarantine.count
    return IngestResult(
        str(path),
        job_name,
        False,
        receipt.epoch,
        stager.rows,
        receipt.accepted,
        receipt.duplicates,
        quarantine.count,
        dict(quarantine.reasons),
        str(quarantine.path) if quarantine.count else None,
        stager.self_actions,
        receipt.new_accounts,
        receipt.new_objects,
        times.detected,
        _detections(container, map_, times, options),
        container.warnings,
        round(time.monotonic() - started, 3),
    )


def _columns_of(container: Container, options: IngestOptions) -> list[str]:
    if container.format == "csv":
        if len(options.delimiter) != 1:
            raise ConfigError(f"--delimiter is {options.delimiter!r}; give one character")
        return csv_header(container, options.delimiter)
    if container.format == "ndjson":
        return ndjson_fields(container)
    return table_columns(container)


def _readings(
    container: Container, map_: ColumnMap, options: IngestOptions, progress: Progress | None
) -> Iterable[Iterable[Batch]]:
    """Ways to read a file, the next one for when the one before gave up."""
    columns = map_.columns()
    say = None if progress is None else lambda done: progress(done, container.size)
    if container.format == "csv":
        yield FastCsv(container, columns, options.delimiter, say)
        yield read_csv_slowly(container, columns, options.delimiter, say)
    elif container.format == "ndjson":
        yield read_ndjson(container, columns, say)
    else:
        yield read_table(container, columns, say)


def _content_hash(path: Path, map_: ColumnMap, options: IngestOptions) -> str:
    digest = sha256_of(path)
    reading = {"map": map_.to_dict(), "unit": options.time_unit, "tz": options.tz}
    digest.update(json.dumps(reading, sort_keys=True).encode())
    return hashlib.sha256(digest.digest()).hexdigest()


def _check_rejects(limit: str | None, quarantine: Quarantine, rows: int, path: Path) -> None:
    if limit is None:
        return
    try:
        share = limit.endswith("%")
        number = float(limit.removesuffix("%"))
    except ValueError:
        raise ConfigError(f"--max-rejects is {limit!r}; give a number, or percent as 1%") from None
    allowed = rows * number / 100 if share else number
    if quarantine.count > allowed:
        raise InputRejected(
            f"{path}: {quarantine.count} of {rows} rows are bad, more than --max-rejects {limit}; "
            f"nothing was loaded, see {quarantine.path}"
        )


def _detections(
    container: Container, map_: ColumnMap, times: TimeReader, options: IngestOptions
) -> list[str]:
    packed = f", {container.compression}" if container.compression else ""
    said = [f"format: {container.format}{packed}" + ("" if options.format else " (detected)")]
    kind = f"column {map_.kind}" if map_.kind else map_.constant_kind or "by preset"
    said.append(
        f"columns: account {map_.account}, object {map_.object}, time {map_.time}, kind {kind}"
        + ("" if options.map else " (detected)")
    )
    if times.detected:
        said.append(f"times: {times.detected}" + ("" if options.time_unit else " (detected)"))
    return said
