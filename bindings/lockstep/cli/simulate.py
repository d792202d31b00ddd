"""`lockstep simulate`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import emit_json, example, json_option


@click.command(epilog=example("lockstep simulate log.parquet --truth truth.csv --seed 7"))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--truth", type=click.Path(path_type=Path), help="CSV to write: who was planted.")
@click.option("--accounts", default=2_000, show_default=True, help="Organic accounts.")
@click.option("--days", default=7, show_default=True, help="Length of the log.")
@click.option("--groups", default=8, show_default=True, help="Planted groups.")
@click.option("--group-size", default=12, show_default=True, help="Members of each.")
@click.option("--seed", default=0, show_default=True, help="Same seed, same log.")
@json_option
def simulate(
    out: Path,
    truth: Path | None,
    accounts: int,
    days: int,
    groups: int,
    group_size: int,
    seed: int,
    as_json: bool,
) -> None:
    """Write a made-up log with planted groups to OUT (Parquet)."""
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    from lockstep.simulation import simulate as make

    made = make(accounts=accounts, days=days, groups=groups, group_size=group_size, seed=seed)
    pq.write_table(made.log, out)
    if truth is not None:
        pa_csv.write_csv(made.truth, truth)
    facts = {
        "log": str(out),
        "truth": str(truth) if truth else None,
        "actions": made.log.num_rows,
        "planted_accounts": made.truth.num_rows,
        "groups": groups,
    }
    if as_json:
        emit_json(facts)
    else:
        click.echo(
            f"{out}: {facts['actions']:,} actions, {facts['planted_accounts']} planted accounts "
            f"in {groups} groups"
        )
