"""`lockstep store info`, `lockstep store verify` and `lockstep store snapshot`."""

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
    print_table,
    progress_bar,
    watched,
)
from lockstep.moments import MINUTE, utc_text


@click.group(epilog=example("lockstep store info store", "lockstep store verify store --json"))
def store() -> None:
    """Look at a store, read every byte of it back, or write its graphs as files."""


@store.command(epilog=example("lockstep store info store"))
@click.argument("path", metavar="STORE", type=any_path)
@key_option
@json_option
def info(path: Path, key_file: Path | None, as_json: bool) -> None:
    """Count what STORE holds, by kind."""
    from lockstep.arguments import read_key
    from lockstep.store import Store

    with Store(path, key=read_key(key_file) if key_file else None) as opened:
        details = opened.info()
    if as_json:
        emit_json(details)
        return
    click.echo(
        f"{details['path']}: {details['actions']:,} actions, {details['accounts']:,} accounts, "
        f"{details['objects']:,} objects, {details['disk_bytes'] / 1e6:,.1f} MB"
    )
    click.echo(
        f"epoch {details['epoch']}, schema {details['schema']}, "
        f"{'pseudonymous ids' if details['pseudonymous'] else 'ids as they came'}"
    )
    rows = [
        {
            **kind,
            "first": utc_text(kind["first_s"], MINUTE),
            "last": utc_text(kind["last_s"], MINUTE),
        }
        for kind in details["kinds"]
    ]
    print_table(rows, {"name": "kind", "actions": "actions", "first": "first", "last": "last"})


@store.command(epilog=example("lockstep store verify store"))
@click.argument("path", metavar="STORE", type=any_path)
@key_option
@json_option
@click.pass_context
def verify(ctx: click.Context, path: Path, key_file: Path | None, as_json: bool) -> int:
    """Read every byte of STORE back: checksums, counts, names, audit. Exit code 5 on damage."""
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.store import Store

    control = _core.RunControl()
    with (
        Store(path, key=read_key(key_file) if key_file else None) as opened,
        progress_bar("verifying", quiet=as_json) as say,
        watched(control, say),
    ):
        actions = opened.info()["actions"]
        problems = opened.verify(control=control)
    if as_json:
        emit_json({"store": str(path), "actions": actions, "problems": problems})
    elif not problems:
        click.echo(f"{path}: all well, {actions:,} actions read back")
    for problem in [] if as_json else problems:
        click.echo(f"{path}: {problem}")
    if problems:
        note(
            "The store is damaged. Put a copy of the folder back from before, or ingest the files "
            "anew into another store; its LEDGER names them."
        )
    return 5 if problems else 0


@store.command(epilog=example("lockstep store snapshot store --kind retweet"))
@click.argument("path", metavar="STORE", type=click.Path(path_type=Path))
@click.option("--kind", help="Kind of action. [the only one of the store]")
@click.option("--out", type=click.Path(path_type=Path), help="[STORE/snap/kind=KIND/EPOCH.csr]")
@click.option("--compress", is_flag=True, help="Smaller file, without weights and times.")
@key_option
@json_option
def snapshot(
    path: Path,
    kind: str | None,
    out: Path | None,
    compress: bool,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Write who acted upon whom in STORE as a graph file, named by the store's epoch.

    A vertex is an account, by its number in the store; an arc weighs as many actions as there
    were, and has the time of the first.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.cli.graph import tell
    from lockstep.errors import ConfigError
    from lockstep.graphs import open_graph
    from lockstep.store import Store

    control = _core.RunControl()
    with Store(path, key=read_key(key_file) if key_file else None) as opened:
        kinds = opened.kinds
        if kind is None and len(kinds) != 1:
            raise ConfigError(f"{path} has the kinds {', '.join(kinds)}; give --kind")
        written = opened.snapshot(kind or kinds[0], out, compress=compress, control=control)
    tell(open_graph(written, check="header"), written, as_json, kind=kind or kinds[0])
