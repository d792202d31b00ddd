"""`lockstep ingest`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    note,
    progress_bar,
)


@click.command(
    epilog=example(
        "lockstep ingest store actions.parquet",
        "lockstep ingest store day.csv.gz --map account=user,object=url,time=at --kind share_url",
        "lockstep ingest store tweets.csv --preset x-io --max-rejects 1%",
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
    help="Which column is account, object, time [, kind, target].",
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
    max_rejects: str | None,
    key_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Take export FILES into STORE: CSV, NDJSON, Parquet or Arrow, plain, gzip or zstd.

    Each file is one job, all of its good rows or nothing. Rows that cannot be read go to
    STORE/quarantine with line and reason. A file that was loaded before changes nothing.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.errors import ConfigError
    from lockstep.ingest import (
        PRESETS,
        IngestOptions,
        check_path,
        ingest_file,
        parse_map,
        read_map_file,
    )

    if sum(value is not None for value in (preset, map_text, map_file)) > 1:
        raise ConfigError("give one of --preset, --map and --map-file")
    chosen = PRESETS[preset] if preset else None
    chosen = parse_map(map_text) if map_text else chosen
    chosen = read_map_file(map_file) if map_file else chosen
    options = IngestOptions(
        chosen,
        kind,
        format_,
        "\t" if delimiter in ("\\t", "TAB") else delimiter,
        time_unit,
        tz,
        max_rejects,
    )
    for file in files:
        check_path(file)
    key = read_key(key_file) if key_file else b""
    core = _core.Store(str(store), write=True, pseudonym_key=key)
    results = []
    try:
        for file in files:
            with progress_bar(f"reading {file.name}", quiet=quiet or as_json) as say:
                result = ingest_file(core, store, file, options, progress=say)
            results.append(result)
            if not as_json:
                _tell(result)
    except Exception:
        if results and len(files) > 1:
            note(f"{len(results)} of {len(files)} files were loaded before the fault")
        raise
    finally:
        core.close()
    if as_json:
        emit_json({"store": str(store), "files": [result.to_dict() for result in results]})


def _tell(result: object) -> None:
    from lockstep.ingest import IngestResult

    assert isinstance(result, IngestResult)
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
    if result.rejected:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in result.reasons.items())
        click.echo(f"  rejected by reason: {reasons}; rows are in {result.quarantine}")
