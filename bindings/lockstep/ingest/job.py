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
from lockstep.errors import ConfigError, InputNotYet, InputRejected
from lockstep.ingest.batch import Batch
from lockstep.ingest.container import FORMATS, Container, file_state, inspect, sha256_of
from lockstep.ingest.csv_reader import BrokenCsv, FastCsv, csv_header, read_csv_slowly
from lockstep.ingest.layers import LayerMaker, check_derive
from lockstep.ingest.mapping import ColumnMap, choose_map
from lockstep.ingest.ndjson_reader import ndjson_fields, read_ndjson
from lockstep.ingest.quarantine import Quarantine
from lockstep.ingest.reject_limit import RejectLimit
from lockstep.ingest.stage import Stager
from lockstep.ingest.table_reader import read_table, table_columns
from lockstep.ingest.times import TimeReader
from lockstep.ingest.whole_posts import whole_posts

__all__ = ["IngestOptions", "IngestResult", "ingest_file", "is_loaded"]

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
    derive: tuple[str, ...] = ()  # further layers: domain, hashtag_sequence, fast, text
    as_given: bool = False  # whether links and hashtags stay as they are spelt
    max_rejects: str | None = None  # rows, or percent of all rows; more fail the job
    limit: RejectLimit | None = field(init=False, default=None)  # what max_rejects stands for

    def __post_init__(self) -> None:
        if self.max_rejects is not None:
            object.__setattr__(self, "limit", RejectLimit.parse(self.max_rejects))
        check_derive(self.derive)


@dataclass(repr=False)
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
    canonical: int = 0  # actions whose link or hashtag was stored in its canonical form
    derived: dict[str, int] = field(default_factory=dict)  # actions of derived layers, by kind
    without: dict[str, int] = field(default_factory=dict)  # why some rows gave no such action
    new_accounts: int = 0
    new_objects: int = 0
    times: str | None = None  # what the times turned out to be
    detections: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    erased: int = 0  # actions of accounts that were erased from the store; not stored

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def __repr__(self) -> str:
        if self.already_loaded:
            return f"<lockstep.IngestResult of {self.path}: loaded before, in epoch {self.epoch}>"
        return (
            f"<lockstep.IngestResult of {self.path}: {self.accepted:,} actions stored, "
            f"{self.duplicates:,} duplicates, {self.rejected:,} rejected, of {self.rows:,} rows>"
        )


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
        On a file that cannot be taken at all, or has more bad rows than allowed; InputNotYet, which
        is one, where the same file may be taken later.
    ConfigError
        On options that cannot be followed.
    StorageError
        Where the disk is full or fails. Whatever is raised, the store is as it was.
    """
    started = time.monotonic()
    now = int(time.time()) if now_s is None else now_s
    container, map_, content_hash = _recognised(path, options)
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
            erased=known.erased,
        )
    quarantine = Quarantine(
        store_path / "quarantine" / f"{job_name}.ndjson",
        path.name,
        lambda size: store.require_space(size),
    )
    loading = _Loading(store, container, map_, options, content_hash, quarantine, progress)
    receipt, stager, times = loading.load(now)
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
        stager.layers.canonical,
        dict(stager.layers.derived),
        {why: count for why, count in stager.layers.without.items() if count},
        receipt.new_accounts,
        receipt.new_objects,
        times.detected,
        _detections(container, map_, times, options),
        container.warnings + _warnings(quarantine, stager),
        round(time.monotonic() - started, 3),
        receipt.erased,
    )


def is_loaded(store: _core.Store, path: Path, options: IngestOptions) -> bool:
    """Whether `ingest_file` would change nothing, for the file was loaded before. Raises as it."""
    return store.find_job(_recognised(path, options)[2]) is not None


def _recognised(path: Path, options: IngestOptions) -> tuple[Container, ColumnMap, str]:
    """What a file is, how it is to be read, and the hash of both."""
    if options.format is not None and options.format not in FORMATS:
        raise ConfigError(f"--format is {options.format!r}; give one of {', '.join(FORMATS)}")
    container = inspect(path, options.format)
    found = _columns_of(container, options)
    map_ = choose_map(options.map, options.kind, options.derive, found, str(path))
    return container, map_, _content_hash(path, map_, options)


def _columns_of(container: Container, options: IngestOptions) -> list[str]:
    if container.format == "csv":
        if len(options.delimiter) != 1:
            raise ConfigError(f"--delimiter is {options.delimiter!r}; give one character")
        return csv_header(container, options.delimiter)
    if container.format == "ndjson":
        return ndjson_fields(container)
    return table_columns(container)


@dataclass
class _Loading:
    """A file on its way into the store."""

    store: _core.Store
    container: Container
    map: ColumnMap
    options: IngestOptions
    content_hash: str
    quarantine: Quarantine
    progress: Progress | None

    def load(self, now_s: int) -> tuple[_core.JobReceipt, Stager, TimeReader]:
        """Stages and commits the rows; what was put aside stays only where a message names it."""
        path, quarantine = self.container.path, self.quarantine
        job, keep = None, False
        try:
            times = TimeReader(now_s, self.options.time_unit, self.options.tz or self.map.tz)
            job, stager, times = self._stage(times)
            quarantine.close()
            if file_state(path) != self.container.state:
                raise InputNotYet(f"{path} changed while it was read; wait until it is written")
            refusal = _refusal(self.options, quarantine, stager)
            if refusal is not None:
                keep = True
                # Rows of a time to come are good rows once it has come.
                kind = InputNotYet if times.ahead else InputRejected
                raise kind(f"{path}: {refusal}; nothing was loaded, see {quarantine.path}")
            receipt = job.commit(rejected=quarantine.count, now_s=now_s)
        except BaseException:
            if job is not None:
                job.abort()
            # A disk that fails at the very end may leave the job stored: see IngestJob::commit.
            if not keep and self.store.find_job(self.content_hash) is None:
                quarantine.clear()
            raise
        assert stager.staged == receipt.accepted + receipt.duplicates + receipt.erased
        if self.map.explode is None and not self.options.derive:
            assert stager.rows == stager.staged + quarantine.count
        return receipt, stager, times

    def _stage(self, times: TimeReader) -> tuple[_core.IngestJob, Stager, TimeReader]:
        """Stages all rows in a job, over again where they must be read in another way.

        That is line by line where quotes are broken, or bad rows are in lines that are not known;
        and in another unit of time where that one fits more numbers of the file.
        """
        slowly = False
        while True:
            container = self.container
            job = self.store.begin_job(
                self.content_hash, container.path.name, expected_bytes=container.size
            )
            layers = LayerMaker(self.options.derive, self.options.as_given)
            stager = Stager(job, self.map, times, self.quarantine, layers)
            try:
                whole = self._read(stager, slowly)
            except BaseException:
                job.abort()
                raise
            better = times.for_whole_file() if whole else times.afresh()
            if better is None:
                return job, stager, times
            slowly = slowly or not whole
            times = better
            job.abort()
            self.quarantine.clear()

    def _read(self, stager: Stager, slowly: bool) -> bool:
        """Stages all batches; whether that took the whole file as it should."""
        batches = self._batches(slowly)
        in_order: Iterable[Batch] = batches
        if "hashtag_sequence" in self.options.derive and self.map.explode is None:
            post = [self.map.post] if self.map.post else [self.map.account, self.map.time]
            in_order = whole_posts(batches, post)
        try:
            for batch in in_order:
                stager.add(batch)
        except BrokenCsv:
            return False
        return getattr(batches, "lines_exact", True) or self.quarantine.count == 0

    def _batches(self, slowly: bool) -> Iterable[Batch]:
        container, progress = self.container, self.progress
        columns = self.map.columns()
        say = None if progress is None else lambda done: progress(done, container.size)
        if container.format == "csv":
            read_csv = read_csv_slowly if slowly else FastCsv
            return read_csv(container, columns, self.options.delimiter, say)
        if container.format == "ndjson":
            return read_ndjson(container, columns, say)
        return read_table(container, columns, say)


def _content_hash(path: Path, map_: ColumnMap, options: IngestOptions) -> str:
    digest = sha256_of(path)
    reading: dict[str, Any] = {
        "map": map_.to_dict(),
        "unit": options.time_unit,
        "tz": options.tz,
    }
    if options.derive:
        reading["derive"] = sorted(options.derive)
    if options.as_given:
        reading["as_given"] = True
    digest.update(json.dumps(reading, sort_keys=True).encode())
    return hashlib.sha256(digest.digest()).hexdigest()


def _refusal(options: IngestOptions, quarantine: Quarantine, stager: Stager) -> str | None:
    """Why nothing of a file is taken, for all that it could be read."""
    bad, rows = quarantine.count, stager.rows
    if options.limit is not None and not options.limit.allows(bad, rows):
        return f"{bad} of {rows} rows are bad, more than --max-rejects {options.max_rejects}"
    if rows == 0 or stager.rows_taken > 0:
        return None
    hint = ""
    if options.time_unit and "time_unit" in quarantine.reasons:
        hint = f"; --time-unit {options.time_unit} does not fit, leave it out"
    return f"none of its {rows} rows can be taken ({_by_reason(quarantine)}){hint}"


def _warnings(quarantine: Quarantine, stager: Stager) -> list[str]:
    said = stager.rounded_ids.warnings()
    lost = stager.rows - stager.rows_taken
    if stager.rows == 0:
        said.append("the file has no rows")
    elif lost * 2 > stager.rows:
        said.append(
            f"most rows were rejected: {lost:,} of {stager.rows:,} ({_by_reason(quarantine)})"
        )
    return said


def _by_reason(quarantine: Quarantine) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in quarantine.reasons.most_common())


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
