"""`lockstep ingest`."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    note,
    progress_bar,
    visible,
)

if TYPE_CHECKING:
    from lockstep import _core
    from lockstep.ingest import ColumnMap, IngestResult


@click.command(
    epilog=example(
        "lockstep ingest store actions.parquet",
        "lockstep ingest store day.csv.gz --map account=user,object=url,time=at --kind share_url",
        "lockstep ingest store tweets.csv --preset x-io --derive domain,hashtag_sequence,fast,text",
    )
)
@click.argument("store", type=any_path)
@click.argument("files", nargs=-1, required=True, type=any_path)
@click.option("--kind", help="Kind of every row, such as retweet or share_url.")
@click.option("--preset", type=click.Choice(["coortweet", "x-io"]), help="A known layout.")
@click.option(
    "--map",
    "map_text",
    metavar="PART=COLUMN,...",
    help="Which column is account, object, time [, kind, target, post, text, origin_time].",
)
@click.option("--map-file", type=any_path, help="The same as a TOML file.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "ndjson", "parquet", "arrow"]),
    help="Told by the content where not given.",
)
@click.option("--delimiter", default=",", show_default=True, help="Of a CSV file.")
@click.option(
    "--time-unit",
    type=click.Choice(["s", "ms", "us", "ns"]),
    help="What numbers count; told by their size where not given.",
)
@click.option("--tz", help="Zone of ISO times that name none, such as UTC.")
@click.option(
    "--derive",
    metavar="LAYER,...",
    help="Further layers: domain (of links), hashtag_sequence (3 of one post or more), fast "
    "(repeats within 10 s of the original), text (near-duplicates; no text is stored).",
)
@click.option(
    "--as-given", is_flag=True, help="Store links and hashtags as spelt, not in canonical form."
)
@click.option(
    "--max-rejects", metavar="N|N%", help="Load nothing of a file with more bad rows than this."
)
@key_option
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar.")
def ingest(
    store: Path,
    files: tuple[Path, ...],
    kind: str | None,
    preset: str | None,
    map_text: str | None,
    map_file: Path | None,
    format_: str | None,
    delimiter: str,
    time_unit: str | None,
    tz: str | None,
    derive: str | None,
    as_given: bool,
    max_rejects: str | None,
    key_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Take export FILES into STORE: CSV, NDJSON, Parquet or Arrow, plain, gzip or zstd.

    Each file is one job, all of its good rows or nothing. Rows that cannot be read go to
    STORE/quarantine with line and reason. A file that was loaded before changes nothing. Objects of
    kind share_url, url, link and hashtag are stored in canonical form.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.errors import ConfigError, InputRejected
    from lockstep.ingest import IngestOptions, check_path, ingest_file

    chosen = _chosen_map(preset, map_text, map_file)
    options = IngestOptions(
        chosen,
        kind,
        format_,
        "\t" if delimiter in ("\\t", "TAB") else delimiter,
        time_unit,
        tz,
        tuple(derive.split(",")) if derive else (),
        as_given,
        max_rejects,
    )
    for file in files:
        check_path(file)
    key = read_key(key_file) if key_file else b""
    fresh = not _has_entries(store)
    core = _core.Store(str(store), write=True, pseudonym_key=key)
    results: list[IngestResult] = []
    try:
        for file in files:
            with progress_bar(f"reading {file.name}", quiet=quiet or as_json) as say:
                results.append(ingest_file(core, store, file, options, progress=say))
            if not as_json:
                _tell(results[-1])
    except BaseException as error:
        if fresh and isinstance(error, InputRejected | ConfigError):
            _remove_if_empty(core, store)
        if results and len(files) > 1:
            note(f"{len(results)} of {len(files)} files were loaded before the fault")
            if as_json:
                return _fail_in_part(error, _as_dict(store, results))
        raise
    finally:
        core.close()
    if as_json:
        emit_json(_as_dict(store, results))
    return 0


def _chosen_map(preset: str | None, text: str | None, file: Path | None) -> ColumnMap | None:
    from lockstep.errors import ConfigError
    from lockstep.ingest import PRESETS, parse_map, read_map_file

    if sum(value is not None for value in (preset, text, file)) > 1:
        raise ConfigError("give one of --preset, --map and --map-file")
    if preset is not None:
        return PRESETS[preset]
    if text is not None:
        return parse_map(text)
    return read_map_file(file) if file is not None else None


def _has_entries(folder: Path) -> bool:
    with contextlib.suppress(OSError):  # the store says what is wrong with it
        return any(folder.iterdir())
    return False


def _remove_if_empty(core: _core.Store, store: Path) -> None:
    """Takes away a store that this command made and put nothing into, not even rejected rows.

    The lock goes last, so that no other writer sees half a store as its own.
    """
    if core.epoch > 0 or _has_entries(store / "quarantine"):
        return
    lock = store / "LOCK.ingest"
    with contextlib.suppress(OSError):
        for entry in store.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry != lock:
                entry.unlink()
        lock.unlink()
        store.rmdir()


def _as_dict(store: Path, results: list[IngestResult]) -> dict[str, Any]:
    return {"store": str(store), "files": [result.to_dict() for result in results]}


def _fail_in_part(error: BaseException, done: dict[str, Any]) -> int:
    """Says what went wrong beside what was done before; gives the exit code."""
    from lockstep.errors import exit_code, one_line

    text = one_line(error) or "interrupted; run the same command again"
    details = {"type": type(error).__name__, "message": text, "exit_code": exit_code(error)}
    emit_json({**done, "error": details})
    note(f"lockstep: error: {visible(text)}")
    return exit_code(error)


def _tell(result: IngestResult) -> None:
    for warning in result.warnings:
        note(f"warning: {warning}")
    if result.already_loaded:
        click.echo(f"{result.path}: already loaded in epoch {result.epoch}; nothing changed")
        return
    click.echo(
        f"{result.path}: {result.accepted:,} actions stored, {result.duplicates:,} duplicates, "
        f"{result.rejected:,} rejected, of {result.rows:,} rows in {result.seconds:.1f} s"
    )
    for line in result.detections:
        click.echo(f"  {line}")
    click.echo(
        f"  new: {result.new_accounts:,} accounts, {result.new_objects:,} objects; "
        f"epoch {result.epoch}"
    )
    if result.erased:
        click.echo(f"  {result.erased:,} actions of accounts that were erased: not stored")
    if result.canonical:
        click.echo(f"  {result.canonical:,} links and hashtags were put in canonical form")
    if result.derived:
        layers = ", ".join(f"{kind} {count:,}" for kind, count in result.derived.items())
        click.echo(f"  derived: {layers}")
    for why, count in result.without.items():
        click.echo(f"  no action for {count:,} {why}")
    if result.rejected:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in result.reasons.items())
        click.echo(f"  rejected by reason: {reasons}; rows are in {result.quarantine}")
