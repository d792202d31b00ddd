"""`lockstep propagate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    print_table,
    read_table,
)


@click.command(
    epilog=example(
        "lockstep propagate store-runs referred.csv",
        "lockstep propagate follows.parquet known.csv --method gang --out scores.parquet",
    )
)
@click.argument("edges", type=any_path)
@click.argument("labels", type=any_path)
@click.option(
    "--method",
    default="ppr",
    show_default=True,
    help="ppr, forward_push, sybilrank, lbp, sybilscar, sybilscar_c or gang (of follows).",
)
@click.option("--damping", type=float, help="Share of score passed on per step (ppr).")
@click.option(
    "--strength", type=float, help="How far beliefs spread. Chosen on the labels if not given."
)
@click.option("--log-base", type=float, help="Of the number of steps of sybilrank.")
@click.option(
    "--reliability",
    type=any_path,
    help="CSV or Parquet: source, confirmed, rejected. Labels then need a source.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Parquet file for all scores.")
@click.option(
    "--top", default=20, show_default=True, type=click.IntRange(min=1), help="Rows to show."
)
@json_option
def propagate(
    edges: Path,
    labels: Path,
    method: str,
    reliability: Path | None,
    out: Path | None,
    top: int,
    as_json: bool,
    **options: float | None,
) -> None:
    """Spread what LABELS says of some accounts over EDGES to all others.

    EDGES is a run folder, or a CSV or Parquet file with source, target and, if any, weight.
    LABELS is a CSV or Parquet file with vertex and, if any, label (1 suspicious, 0 benign),
    confidence and source. A score is closeness in the graph, and no probability of anything.
    """
    import pyarrow.parquet as pq

    from lockstep.network import propagate as spread

    given: dict[str, Any] = {key: value for key, value in options.items() if value is not None}
    if reliability is not None:
        given["reliability"] = read_table(reliability, "source")
    table = spread(_edges(edges), read_table(labels, "vertex", "source"), method=method, **given)
    if out is not None:
        pq.write_table(table, out)
    said = {key.decode(): json.loads(value) for key, value in (table.schema.metadata or {}).items()}
    rows: list[dict[str, Any]] = table.sort_by(
        [("score", "descending"), ("vertex", "ascending")]
    ).to_pylist()
    if as_json:
        emit_json({"method": method, **said, "scores": rows})
        return
    print_table(rows[:top], {"vertex": "vertex", "score": "score"})
    if len(rows) > top:
        click.echo(f"and {len(rows) - top:,} more{f' in {out}' if out else '; --out keeps all'}")
    for key, value in said.items():
        click.echo(f"{key.replace('_', ' ')}: {value}")


def _edges(path: Path) -> Any:
    """The edges of a run, those of all layers together, or of a file."""
    if path.is_dir():
        from lockstep.sweep.run import Run

        return Run.open(path).pairs.select(["source", "target", "weight"])
    from lockstep.edge_files import read_edges

    return read_edges(path)
