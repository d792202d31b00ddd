"""`lockstep robustness`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import any_path, emit_json, example, json_option, print_table


@click.command(epilog=example("lockstep robustness store-runs --cluster C-0001"))
@click.argument("run", type=any_path)
@click.option("--cluster", required=True, help="Which cluster of RUN.")
@click.option(
    "--shuffles",
    default=5,
    show_default=True,
    type=click.IntRange(min=1),
    help="Times that the times of actions are shuffled.",
)
@click.option("--seed", default=0, show_default=True, help="Of the shuffles.")
@json_option
def robustness(run: Path, cluster: str, shuffles: int, seed: int, as_json: bool) -> None:
    """Say in which windows a cluster of RUN holds together, beside what shuffled times tie.

    The run's windows are taken a quarter to ten times as long. A pair is tied where it meets on as
    many objects as the run asked for; this counts, and tests nothing.
    """
    from lockstep.store import Store
    from lockstep.sweep.run import Run

    opened = Run.open(run)
    chosen = opened.cluster(cluster)
    with Store(opened.summary["store"]) as store:
        rows = chosen.robustness(store, shuffles=shuffles, seed=seed).to_pylist()
    held = sum(row["holds"] for row in rows)
    if as_json:
        emit_json({"run": opened.id, "cluster": chosen.id, "held": held, "settings": rows})
        return
    print_table(
        rows,
        {
            "factor": "window, times",
            "pairs": "pairs tied",
            "largest_component": "largest part",
            "shuffled_pairs": "pairs, shuffled",
            "shuffled_component": "largest part, shuffled",
            "holds": "holds",
        },
    )
    click.echo(
        f"\n{chosen.id} ({len(chosen):,} accounts) holds in {held} of {len(rows)} settings: half "
        "of it or more is connected, and shuffled times tie at most half as many pairs."
    )
