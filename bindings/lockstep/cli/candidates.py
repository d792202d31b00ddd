"""`lockstep candidates`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.cli.common import emit_json, example, json_option, print_table


@click.command(epilog=example("lockstep candidates store-runs --top 50"))
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--top",
    default=20,
    show_default=True,
    type=click.IntRange(min=1),
    help="Rows to show; --json gives all.",
)
@json_option
def candidates(run: Path, top: int, as_json: bool) -> None:
    """List accounts near referred ones in RUN, closest first, with the strongest path.

    RUN is a run folder, or a folder of runs, whose latest is taken. The score is closeness in
    the coordination graph, and no probability of anything.
    """
    from lockstep.sweep.run import Run

    opened = Run.open(run)
    table = opened.candidates
    if as_json:
        emit_json({"run": opened.id, "candidates": table.to_pylist()})
        return
    if table.num_rows == 0:
        counts = opened.summary["referrals"]
        click.echo(
            f"No candidates: {counts['in_graph']} of {counts['referred']} referred accounts have "
            f"an edge. Give referrals with `lockstep sweep --referrals FILE`."
        )
        return
    rows = [
        {**row, "path": " > ".join(row["path"]), "sources": ", ".join(row["sources"])}
        for row in table.slice(0, top).to_pylist()
    ]
    print_table(
        rows,
        {
            "rank": "rank",
            "account_id": "account",
            "score": "score",
            "cluster_id": "cluster",
            "path": "strongest path",
            "sources": "referred by",
        },
    )
    if table.num_rows > top:
        click.echo(f"and {table.num_rows - top} more in {opened.path / 'candidates.parquet'}")
