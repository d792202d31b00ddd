"""`lockstep partners`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import any_path, emit_json, example, json_option, print_table


@click.group(epilog=example("lockstep partners list store"))
def partners() -> None:
    """Show what became of partners' referrals."""


@partners.command("list", epilog=example("lockstep partners list store"))
@click.argument("store", type=any_path)
@json_option
def list_partners(store: Path, as_json: bool) -> None:
    """List the sources of STORE's referrals: confirmed, rejected, open, and how reliable."""
    from lockstep.partners import partner_records
    from lockstep.store import Store

    with Store(store) as opened:
        rows = partner_records(opened).to_pylist()
    if as_json:
        emit_json({"partners": rows})
    elif rows:
        print_table(rows, {name: name for name in rows[0]})
    else:
        click.echo("No referrals yet; `lockstep sweep STORE --referrals FILE` takes them.")


@partners.command("report", epilog=example('lockstep partners report store "partner a" a.csv'))
@click.argument("store", type=any_path)
@click.argument("source")
@click.argument("file", type=any_path)
def report(store: Path, source: str, file: Path) -> None:
    """Write SOURCE's own referrals with their outcome to FILE, as CSV for that partner alone."""
    from lockstep.partners import partner_report
    from lockstep.store import Store
    from lockstep.sweep.export import write_csv

    with Store(store) as opened:
        rows = write_csv(partner_report(opened, source), file)
    click.echo(f"{file}: {rows:,} referrals of {source}")
