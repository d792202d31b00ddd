"""`lockstep ledger`."""

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
    visible,
)
from lockstep.moments import DATE, DAY_S, utc_text


@click.group(epilog=example("lockstep ledger show store --by month"))
def ledger() -> None:
    """Record suspensions that people decided, and count them. Nothing here acts on anybody."""


@ledger.command("record", epilog=example("lockstep ledger record store wave.csv"))
@click.argument("store", type=any_path)
@click.argument("file", type=any_path)
@key_option
@json_option
def record(store: Path, file: Path, key_file: Path | None, as_json: bool) -> int:
    """Add FILE to STORE's ledger: account,event[,wave][,reason][,source][,time].

    The event is suspended, appealed, reinstated, or cleared (found harmless). A file that was
    recorded before changes nothing. Exit code 4 means that some rows could not be used.
    """
    from lockstep.arguments import read_key
    from lockstep.ledger import record_ledger
    from lockstep.store import Store

    with Store(store, key=read_key(key_file) if key_file else None) as opened:
        result = record_ledger(opened, file)
    if as_json:
        emit_json(
            {
                "entries": result.entries,
                "already_there": result.already_there,
                "unknown": result.unknown,
                "rejected": result.rejected,
            }
        )
    else:
        said = "recorded before; nothing changed" if result.already_there else "recorded"
        click.echo(f"{result.entries:,} entries {said}; {result.unknown:,} accounts not seen here")
        for row in result.rejected[:10]:
            note(f"line {row['line']}: {visible(row['reason'])}")
    return 4 if result.rejected else 0


@ledger.command("show", epilog=example("lockstep ledger show store --by source"))
@click.argument("store", type=any_path)
@click.option(
    "--by",
    type=click.Choice(["wave", "source", "month", "reason"]),
    default="wave",
    show_default=True,
    help="What to count by.",
)
@json_option
def show(store: Path, by: str, as_json: bool) -> None:
    """Count STORE's ledger, with the running total of suspended accounts."""
    from lockstep.ledger import ledger_tally
    from lockstep.store import Store

    with Store(store) as opened:
        rows = ledger_tally(opened, by=by).to_pylist()
    if as_json:
        emit_json({"by": by, "rows": rows})
        return
    if not rows:
        click.echo("The ledger is empty; `lockstep ledger record` adds to it.")
        return
    shown = [
        {**row, **{end: utc_text(row[f"{end}_s"], DATE) for end in ("first", "last")}}
        for row in rows
    ]
    names = [
        by,
        "suspended",
        "appealed",
        "reinstated",
        "in_force",
        "first",
        "last",
        "running_total",
    ]
    print_table(shown, {name: name.replace("_", " ") for name in names})


@ledger.command("recovery", epilog=example("lockstep ledger recovery store-runs --json"))
@click.argument("run", type=any_path)
@json_option
def recovery(run: Path, as_json: bool) -> None:
    """Say what came back after each wave of the ledger, up to the sweep RUN.

    RUN is a run folder, or a folder of runs, whose latest is taken. A wave's objects are those on
    which two of its accounts or more acted before, and took more than half of all actions.
    """
    from lockstep.sweep.run import Run

    opened = Run.open(run)
    rows = opened.recovery.to_pylist()
    if as_json:
        emit_json({"run": opened.id, "recovery": rows})
        return
    if not rows:
        click.echo(f"No wave was in the ledger when {opened.id} was made.")
        return
    shown = [
        {
            **row,
            "days": row["watched_s"] / DAY_S,
            "clusters": len(row["clusters"]),
            "last": utc_text(row["last_s"], DATE),
        }
        for row in rows
    ]
    print_table(shown, _RECOVERY)
    click.echo("Shares of activity on the wave's objects; objects also fade by themselves.")


_RECOVERY = {
    "wave": "wave",
    "suspended": "suspended",
    "last": "last",
    "days": "days since",
    "objects": "objects",
    "before_per_day": "a day before",
    "after_per_day": "since",
    "recovered": "recovered",
    "by_members": "by suspended",
    "by_others": "by others",
    "by_new": "by new",
    "active": "act again",
    "newcomers": "newcomers",
    "clusters": "clusters",
}


@ledger.command("export", epilog=example("lockstep ledger export store suspended.csv"))
@click.argument("store", type=any_path)
@click.argument("file", type=any_path)
@click.option(
    "--event",
    type=click.Choice(["suspended", "appealed", "reinstated", "cleared"]),
    default="suspended",
    show_default=True,
    help="Accounts whose last entry it is.",
)
def export(store: Path, file: Path, event: str) -> None:
    """Write accounts of STORE's ledger as CSV, for `lockstep returners` say."""
    from lockstep.ledger import ledger_accounts
    from lockstep.store import Store
    from lockstep.sweep.export import write_csv

    with Store(store) as opened:
        rows = write_csv(ledger_accounts(opened, event=event), file)
    click.echo(f"{file}: {rows:,} accounts")
