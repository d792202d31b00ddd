"""`lockstep graph build` and `lockstep graph info`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lockstep.cli.common import emit_json, example, json_option

if TYPE_CHECKING:
    from lockstep.graphs import Graph


@click.group(epilog=example("lockstep graph build edges.csv graph.csr --directed"))
def graph() -> None:
    """Make a graph file of an edge list, or look at one."""


@graph.command(
    epilog=example(
        "lockstep graph build follows.parquet follows.csr --directed --self-loops drop",
        "lockstep graph build edges.txt.gz graph.csr --delimiter ' ' --no-header --dense",
        "lockstep graph build shares.csv graph.csr --source from --target to --weight count",
    )
)
@click.argument("edges", type=click.Path(path_type=Path))
@click.argument("path", metavar="GRAPH", type=click.Path(path_type=Path))
@click.option("--directed", is_flag=True, help="An edge leads from source to target alone.")
@click.option("--dense", is_flag=True, help="Ids are vertex numbers from 0: keep no table of them.")
@click.option("--vertices", type=int, help="Number of vertices, with --dense. [largest id + 1]")
@click.option(
    "--self-loops",
    type=click.Choice(["refuse", "drop"]),
    default="refuse",
    show_default=True,
    help="Edges from a vertex to itself; those dropped are counted.",
)
@click.option("--source", default="source", show_default=True, help="Column of one end.")
@click.option("--target", default="target", show_default=True, help="Column of the other.")
@click.option("--weight", default="weight", show_default=True, help="Column of weights, if any.")
@click.option("--time", default="time", show_default=True, help="Column of times, if any.")
@click.option("--time-unit", type=click.Choice(["s", "ms", "us", "ns"]), default="s")
@click.option("--delimiter", default=",", show_default=True, help="Of a CSV file; \\t for a tab.")
@click.option("--no-header", is_flag=True, help="A CSV of source, target[, weight[, time]] alone.")
@click.option("--compress", is_flag=True, help="Smaller file; not with weights or times.")
@json_option
def build(
    edges: Path,
    path: Path,
    directed: bool,
    dense: bool,
    vertices: int | None,
    self_loops: str,
    source: str,
    target: str,
    weight: str,
    time: str,
    time_unit: str,
    delimiter: str,
    no_header: bool,
    compress: bool,
    as_json: bool,
) -> None:
    """Write the graph of the edge list EDGES (CSV or Parquet) as the file GRAPH.

    Ids may be any strings or integers: they are numbered in order, and the file keeps them.
    Repeated edges become one; their weights add up, and the earliest time is kept.
    """
    from lockstep.edge_files import EdgeColumns, read_edges
    from lockstep.errors import ConfigError, InputRejected
    from lockstep.graphs import graph as build_graph

    delimiter = "\t" if delimiter in ("\\t", "TAB") else delimiter
    if len(delimiter) != 1:
        raise ConfigError(f"--delimiter {delimiter!r} is not one character")
    if vertices is not None and not dense:
        raise ConfigError("--vertices is for --dense; other ids count themselves")
    columns = EdgeColumns(source, target, weight, time)
    table = read_edges(edges, columns, dense=dense, delimiter=delimiter, header=not no_header)
    try:
        made = build_graph(
            table,
            directed=directed,
            dense=dense,
            vertices=vertices,
            self_loops=self_loops,
            time_unit=time_unit,
        )
    except (TypeError, ValueError) as error:
        raise InputRejected(f"{edges}: {error}") from error
    made.save(path, compress=compress)
    tell(made, path, as_json, rows=table.num_rows)


@graph.command(epilog=example("lockstep graph info graph.csr"))
@click.argument("path", metavar="GRAPH", type=click.Path(path_type=Path))
@click.option(
    "--check",
    type=click.Choice(["full", "header"]),
    default="full",
    show_default=True,
    help="Every byte, or header and lengths alone.",
)
@json_option
def info(path: Path, check: str, as_json: bool) -> None:
    """Check the graph file GRAPH and count what it holds. Exit code 5 on damage."""
    from lockstep.graphs import open_graph

    tell(open_graph(path, check=check), path, as_json)


def tell(made: Graph, path: Path, as_json: bool, **more: Any) -> None:
    """What a graph file holds, for people or as JSON."""
    details = {
        "path": str(path),
        **more,
        "epoch": made.epoch,
        "directed": made.directed,
        "vertices": len(made),
        "edges": made.edge_count,
        "weights": made.weights is not None,
        "times": made.times is not None,
        "ids": None if made.ids is None else str(made.ids.type),
        "self_loops": made.self_loops,
        "repeats": made.repeats,
        "bytes": path.stat().st_size,
    }
    if as_json:
        emit_json(details)
        return
    click.echo(f"{path}: {str(made)[len('<lockstep.Graph: ') : -1]}")
    ids = "dense vertex numbers" if made.ids is None else f"ids of type {made.ids.type}"
    click.echo(f"{details['bytes'] / 1e6:,.1f} MB, epoch {made.epoch}, {ids}")
