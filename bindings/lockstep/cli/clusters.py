"""`lockstep clusters`."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from lockstep.cli.common import emit_json, example, json_option, print_table, visible


@click.command(
    epilog=example("lockstep clusters store-runs", "lockstep clusters store-runs C-0001")
)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("cluster", required=False)
@json_option
def clusters(run: Path, cluster: str | None, as_json: bool) -> None:
    """List the clusters of RUN, or the members and edges of one CLUSTER.

    RUN is a run folder, or a folder of runs, whose latest is taken.
    """
    from lockstep.cli.sweep import show_clusters
    from lockstep.sweep.run import Run

    opened = Run.open(run)
    if cluster is None:
        if as_json:
            emit_json({"run": opened.id, "clusters": opened.clusters.to_pylist()})
        else:
            show_clusters(opened)
        return
    chosen = opened.cluster(cluster)
    members = chosen.members.to_pylist()
    order = [("weight", "descending"), ("log10_p", "ascending"), ("source", "ascending")]
    strongest = chosen.edges.sort_by(order).to_pylist()
    if as_json:
        emit_json({**chosen.summary, "member_rows": members, "edge_rows": strongest})
        return
    click.echo(f"{chosen.id}: {chosen.reason}")
    for remark in chosen.remarks:
        click.echo(visible(remark))
    click.echo()
    print_table(
        members,
        {
            "account_id": "account",
            "degree": "edges",
            "strength": "strength",
            "objects": "objects",
            "membership": "membership",
            "stability": "stable",
            "groups": "groups",
        },
    )
    click.echo("\nStrongest edges:")
    print_table(
        strongest[:10],
        {
            "source": "source",
            "target": "target",
            "layer": "layer",
            "objects": "objects",
            "expected": "by chance",
            "p_value": "p",
            "q_value": "q",
            "groups": "groups",
        },
    )
    if strongest:
        first = strongest[0]
        words = [str(run), first["source"], first["target"]]
        click.echo(f"\nWhy: lockstep explain {visible(shlex.join(words))}")
