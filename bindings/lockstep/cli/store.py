"""`lockstep store`: what a store holds, whether it is whole, and its upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    forgotten_names,
    json_option,
    key_option,
    note,
    print_table,
    progress_bar,
    read_accounts,
    watched,
)
from lockstep.moments import DATE, MINUTE, utc_text

if TYPE_CHECKING:
    from lockstep.upkeep import Freed


@click.group(epilog=example("lockstep store info store", "lockstep store verify store --json"))
def store() -> None:
    """Look at a store, read every byte of it back, drop old days, or write graphs as files."""


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
    if details["erased"]:
        click.echo(f"{details['erased']:,} of the accounts erased; their ids are not given again")
    rows = [
        {
            **kind,
            "first": utc_text(kind["first_s"], MINUTE) if kind["actions"] else None,
            "last": utc_text(kind["last_s"], MINUTE) if kind["actions"] else None,
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


@store.command(
    epilog=example(
        "lockstep store retain store --days 90 --dry-run",
        "lockstep store retain store --days 90 --compact",
    )
)
@click.argument("path", metavar="STORE", type=any_path)
@click.option(
    "--days",
    required=True,
    type=click.IntRange(min=1),
    help="Days to keep, up to the day of the last action.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be dropped, and change nothing.")
@click.option("--compact", is_flag=True, help="Give back the disk space too.")
@key_option
@json_option
def retain(
    path: Path, days: int, dry_run: bool, compact: bool, key_file: Path | None, as_json: bool
) -> None:
    """Drop all days of STORE but the last DAYS, for ever; noted in its audit.

    Whole UTC days of all kinds go, and then the names of accounts and objects that no action has
    any more, but for accounts with a label, in the ledger or in a case. The receipts of files stay:
    what was loaded once is not loaded again. Readers beside it see the days until they look again;
    killed, it dropped all or nothing.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.store import Store
    from lockstep.upkeep import days_before, rows_to_drop

    control = _core.RunControl()
    with Store(path, key=read_key(key_file) if key_file else None) as opened:
        if dry_run:
            dropped = rows_to_drop(opened.core, days_before(opened.core, days))
        else:
            with progress_bar("dropping", quiet=as_json) as say, watched(control, say):
                dropped = opened.retain(days, compact=compact, control=control)
    if as_json:
        emit_json({"store": str(path), "dry_run": dry_run, **dropped.to_dict()})
        return
    what = "would be dropped" if dry_run else "dropped"
    click.echo(f"{path}: {dropped.rows:,} actions before {utc_text(dropped.before_s, DATE)} {what}")
    if not dry_run:
        click.echo(f"{path}: {forgotten_names(dropped.to_dict())}")
    if dropped.freed is not None:
        _tell_freed(path, dropped.freed)


@store.command(
    epilog=example(
        "lockstep store erase store 2244994945",
        "lockstep store erase store --accounts requests.csv --json",
    )
)
@click.argument("path", metavar="STORE", type=any_path)
@click.argument("account", nargs=-1)
@click.option("--accounts", type=any_path, help="Erase these too: a file with account_id.")
@key_option
@json_option
def erase(
    path: Path,
    account: tuple[str, ...],
    accounts: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Erase accounts from STORE for ever, down to the bytes; noted in its audit without a name.

    Their actions, lists of neighbours and names go, and STORE's graph files. An action of another
    account upon one stays without its target, or goes where its object is the account itself.
    Later files' rows of them are left out. Accounts in a label, the ledger or a case are refused.
    Rewrites most of the store beside itself. Runs made before keep names.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.erasure import erase_accounts

    names = [*account, *(read_accounts(accounts, None, None) if accounts else [])]
    key = read_key(key_file) if key_file else b""
    control = _core.RunControl()
    with progress_bar("erasing", quiet=as_json) as say, watched(control, say):
        erased = erase_accounts(path, names, key=key, control=control)
    if as_json:
        emit_json({"store": str(path), **erased.to_dict()})
    else:
        click.echo(
            f"{path}: {erased.accounts:,} accounts erased, {erased.already:,} were before; "
            f"{erased.rows:,} actions went, {erased.targets:,} of others lost their target"
        )
        click.echo(
            f"{path}: {erased.snapshots:,} graph files and {erased.quarantined:,} rows in "
            f"quarantine removed"
        )
        _tell_freed(path, erased.freed)
    if erased.freed.why_not is not None:
        note("Bytes of the accounts are on the disk until the same command has room to compact.")
    note("Runs made before keep names of accounts; `lockstep runs gc` removes old runs.")


@store.command(epilog=example("lockstep store compact store"))
@click.argument("path", metavar="STORE", type=any_path)
@key_option
@json_option
def compact(path: Path, key_file: Path | None, as_json: bool) -> None:
    """Give back the disk space of what was dropped from STORE, and join the files of small jobs.

    Rewrites most of the store beside itself, and needs about as much free space. Readers go on.
    """
    from lockstep import _core
    from lockstep.arguments import read_key
    from lockstep.errors import StorageError
    from lockstep.upkeep import compact_store

    control = _core.RunControl()
    key = read_key(key_file) if key_file else b""
    with progress_bar("compacting", quiet=as_json) as say, watched(control, say):
        freed = compact_store(path, key=key, control=control)
    if freed.why_not is not None:
        raise StorageError(freed.why_not)
    if as_json:
        emit_json({"store": str(path), "freed_bytes": freed.bytes})
    else:
        _tell_freed(path, freed)


def _tell_freed(path: Path, freed: Freed) -> None:
    if freed.why_not is not None:
        note(f"{path} was not compacted: {freed.why_not}")
    else:
        click.echo(f"{path}: {freed.bytes / 1e6:,.1f} MB given back")
