"""`lockstep evaluate`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    print_table,
    read_table,
    stored_names,
)


@click.command(
    epilog=example(
        "lockstep evaluate store-runs truth.csv --by network",
        "lockstep evaluate store-runs reviewed.csv --unlabelled ignore --at 100 --json",
    )
)
@click.argument("run", type=any_path)
@click.argument("labels", type=any_path)
@click.option(
    "--by",
    type=click.Choice(["cluster", "network"]),
    default="cluster",
    show_default=True,
    help="What is compared with the groups of LABELS.",
)
@click.option(
    "--unlabelled",
    type=click.Choice(["benign", "ignore"]),
    help="What accounts without a label are. Benign where no label says so of any account.",
)
@click.option(
    "--at",
    type=click.IntRange(min=1),
    multiple=True,
    default=(10, 50, 100),
    show_default=True,
    help="Rank at which to measure precision; may be given again.",
)
@click.option("--resamples", default=200, show_default=True, help="For the intervals.")
@click.option("--seed", default=0, show_default=True, help="Same seed, same intervals.")
@key_option
@json_option
def evaluate(
    run: Path,
    labels: Path,
    by: str,
    unlabelled: str | None,
    at: tuple[int, ...],
    resamples: int,
    seed: int,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Compare the accounts and clusters of RUN with LABELS.

    RUN is a run folder, or a folder of runs, whose latest is taken. LABELS is a CSV or Parquet
    file with account_id and label (1 coordinated, 0 not), group (a name), or both.
    """
    from lockstep.evaluation import evaluate as measure
    from lockstep.sweep.run import Run

    opened = Run.open(run)
    table = read_table(labels, "account_id", "group")
    if key_file and "account_id" in table.column_names:
        import pyarrow as pa

        names = stored_names(opened, table["account_id"].cast("string").to_pylist(), key_file)
        place = table.column_names.index("account_id")
        table = table.set_column(place, "account_id", pa.array(names, pa.string()))
    result = measure(
        opened, table, by=by, unlabelled=unlabelled, at=at, resamples=resamples, seed=seed
    )
    rows = result.metrics.to_pylist()
    if as_json:
        emit_json(
            {"run": opened.id, "metrics": rows, "counts": result.counts, "notes": result.notes}
        )
        return
    print_table(
        [{**row, "interval": f"{row['low']:.3f} to {row['high']:.3f}"} for row in rows],
        {"metric": "measure", "value": "value", "interval": "95% interval", "accounts": "accounts"},
    )
    counted = ", ".join(
        f"{count:,} {word.replace('_', ' ')}" for word, count in result.counts.items()
    )
    click.echo(f"\nAccounts: {counted}.")
    for text in result.notes:
        click.echo(f"Note: {text}.")
