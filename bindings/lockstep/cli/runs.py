"""`lockstep runs`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lockstep.cli.common import any_path, emit_json, example, json_option, print_table
from lockstep.errors import ConfigError


@click.group(epilog=example("lockstep runs list store-runs"))
def runs() -> None:
    """List, compare, export and remove runs."""


@runs.command("list", epilog=example("lockstep runs list store-runs"))
@click.argument("out", type=any_path)
@json_option
def list_runs(out: Path, as_json: bool) -> None:
    """List the runs of folder OUT, the latest first."""
    from lockstep.sweep.run import runs_in

    rows = [
        {
            "run": run.id,
            "clusters": run.summary["coordination"]["clusters"],
            "accounts": run.summary["coordination"]["clustered_accounts"],
            "pairs": run.summary["coordination"]["pairs"],
            "alarms": len(run.summary["alarms"]),
            "previous": run.summary["previous"],
        }
        for run in reversed(runs_in(out))
    ]
    if as_json:
        emit_json({"runs": rows})
    elif rows:
        print_table(rows, {name: name for name in rows[0]})
    else:
        click.echo(f"{out} holds no runs; `lockstep sweep` makes one")


@runs.command("show", epilog=example("lockstep runs show store-runs"))
@click.argument("run", type=any_path)
def show(run: Path) -> None:
    """Print all that run.json says of RUN."""
    from lockstep.sweep.run import Run

    emit_json(Run.open(run).summary)


@runs.command("report", epilog=example("lockstep runs report store-runs"))
@click.argument("run", type=any_path)
def report(run: Path) -> None:
    """Print the report of RUN in short, in Markdown: for mails and tickets."""
    from lockstep.sweep.run import Run

    click.echo(Run.open(run).to_markdown(), nl=False)


@runs.command("diff", epilog=example("lockstep runs diff store-runs/A store-runs/B"))
@click.argument("earlier", type=any_path)
@click.argument("later", type=any_path)
@json_option
def diff(earlier: Path, later: Path, as_json: bool) -> None:
    """Say what became of the clusters of run EARLIER in run LATER."""
    from lockstep.sweep.evolution import compare_runs
    from lockstep.sweep.run import Run

    before, after = Run.open(earlier), Run.open(later)
    rows = compare_runs(before, after)
    options = {
        name: [before.summary["options"][name], value]
        for name, value in after.summary["options"].items()
        if before.summary["options"].get(name) != value
    }
    if as_json:
        emit_json({"earlier": before.id, "later": after.id, "options": options, "clusters": rows})
        return
    for name, (old, new) in options.items():
        click.echo(f"option {name}: {old} then, {new} now")
    shown: list[dict[str, Any]] = [
        {**row, "joined": len(row["joined"]), "left": len(row["left"])}
        for row in rows
        if row["change"] not in ("same", "absent")
    ]
    if not shown:
        click.echo("the same clusters in both")
        return
    headings = {
        "lasting_id": "lasting name",
        "previous_cluster_id": "then",
        "cluster_id": "now",
        "change": "change",
        "members_before": "members then",
        "members": "members now",
        "joined": "joined",
        "left": "left",
        "others": "with",
    }
    print_table(shown, headings)


@runs.command("export", epilog=example("lockstep runs export store-runs clusters clusters.csv"))
@click.argument("run", type=any_path)
@click.argument("table")
@click.argument("file", type=any_path)
def export(run: Path, table: str, file: Path) -> None:
    """Write a TABLE of RUN as CSV: clusters, members, edges, evidence, candidates, evolution,
    recovery, returners, left_out.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    from lockstep.sweep.export import write_csv
    from lockstep.sweep.run import Run
    from lockstep.sweep.schema import TABLES

    if table not in TABLES:
        raise ConfigError(f"{table!r} is no table; give one of {', '.join(TABLES)}")
    rows = write_csv(getattr(Run.open(run), table), file)
    click.echo(f"{file}: {rows:,} rows")


@runs.command("gc", epilog=example("lockstep runs gc store-runs --keep 30"))
@click.argument("out", type=any_path)
@click.option("--keep", required=True, type=click.IntRange(min=1), help="Runs to keep.")
@json_option
def gc(out: Path, keep: int, as_json: bool) -> None:
    """Remove all runs of folder OUT but the latest; store, labels and audit log stay."""
    from lockstep.nightly.lock import night_lock
    from lockstep.nightly.retention import remove_old_runs

    if not out.is_dir():
        raise ConfigError(f"{out} is no folder of runs")
    with night_lock(out):
        gone = remove_old_runs(out, keep)
    if as_json:
        emit_json({"removed": gone})
    else:
        click.echo(f"{len(gone)} runs removed{': ' + ', '.join(gone) if gone else ''}")
