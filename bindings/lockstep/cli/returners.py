"""`lockstep returners`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    print_table,
    read_accounts,
)
from lockstep.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

    from lockstep.sweep.run import Run

_SHOWN = 20


@click.command(
    epilog=example(
        "lockstep returners store-runs",
        "lockstep returners store-runs suspended.csv --since 2026-10-01 --out back.csv",
    )
)
@click.argument("run", type=any_path)
@click.argument("suspended", type=any_path, required=False)
@click.option("--since", help="When they were suspended, ISO 8601 or UTC seconds.")
@click.option("--out", type=any_path, help="A CSV file for all of them.")
@key_option
@json_option
def returners(
    run: Path,
    suspended: Path | None,
    since: str | None,
    out: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Rank new accounts of RUN's store by how much they act as SUSPENDED ones did.

    SUSPENDED is a CSV or Parquet file with account_id. New is an account whose first action came
    at --since or later. RUN should reach over the time before and after. Without SUSPENDED: those
    that the sweep itself found, by the waves of the store's ledger.
    """
    from lockstep.sweep.export import write_csv
    from lockstep.sweep.run import Run

    if (suspended is None) != (since is None):
        raise ConfigError("give SUSPENDED and --since, or neither")
    opened = Run.open(run)
    if suspended is None or since is None:
        found = opened.returners
    else:
        found = _ranked(opened, suspended, since, key_file)
    if out is not None:
        write_csv(found, out)
    rows = found.to_pylist()
    if as_json:
        emit_json({"run": opened.id, "returners": rows})
        return
    headings = {
        "rank": "rank",
        "account_id": "account",
        "score": "score",
        "closeness": "closeness",
        "similarity": "similarity",
        "most_like": "most like",
        **({"resembles": "resembles", "wave": "of wave"} if suspended is None else {}),
        "shared": "shared",
        "rhythm": "rhythm",
    }
    if rows:
        print_table(rows[:_SHOWN], headings)
    click.echo(f"{len(rows):,} new accounts have a likeness to suspended ones; it is no proof.")


def _ranked(run: Run, suspended: Path, since: str, key_file: Path | None) -> pa.Table:
    from lockstep.arguments import read_key
    from lockstep.returners import returners as rank
    from lockstep.store import Store

    accounts = read_accounts(suspended, run, key_file)
    key = read_key(key_file) if key_file else None
    with Store(run.summary["store"], key=key) as store:
        return rank(run, accounts, since=since, store=store)
