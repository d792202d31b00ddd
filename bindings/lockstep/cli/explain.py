"""`lockstep explain`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from lockstep.cli.common import (
    emit_json,
    example,
    json_option,
    key_option,
    parse_duration,
    print_table,
)
from lockstep.sweep.options import SweepOptions


@click.command(
    epilog=example(
        "lockstep explain store-runs user_1 user_2",
        "lockstep explain store user_1 user_2 --window 10m",
    )
)
@click.argument("where", metavar="RUN|STORE", type=click.Path(path_type=Path))
@click.argument("account")
@click.argument("other")
@click.option(
    "--window",
    default=f"{SweepOptions().window_s}s",
    show_default=True,
    help="Where a STORE is given; a run has its own.",
)
@key_option
@json_option
def explain(
    where: Path, account: str, other: str, window: str, key_file: Path | None, as_json: bool
) -> None:
    """Show every co-action of ACCOUNT and OTHER.

    From a run: the edge's counts, what chance would give, p and q, and its evidence. From a
    store: what the two did together at any window, whether it passed a test or not.
    """
    if (where / "FORMAT").exists():
        found = _from_store(where, account, other, parse_duration(window), key_file)
    else:
        found = _from_run(where, account, other)
    if as_json:
        emit_json(found)
        return
    for edge in found["edges"]:
        click.echo(
            f"{edge['layer']}: {edge['objects']} shared objects within {found['window_s']} s "
            f"({edge['pairs']} pairs of actions); chance would give {edge['expected']:.3g}; "
            f"p {edge['p_value']:.2g}, q {edge['q_value']:.2g}"
        )
    if not found["evidence"]:
        click.echo(found["nothing"])
        return
    rows = [
        {**row, "account": _utc(row["source_time_s"]), "other": _utc(row["target_time_s"])}
        for row in found["evidence"]
    ]
    headings = {
        "layer": "layer",
        "object_id": "object",
        "account": found["accounts"][0],
        "other": found["accounts"][1],
        "lag_s": "lag s",
    }
    if "object_actions" in rows[0]:
        headings["object_actions"] = "actions on it"
    print_table(rows, headings)


def _from_run(where: Path, account: str, other: str) -> dict[str, Any]:
    from lockstep.sweep.run import Run

    run = Run.open(where)
    edges, evidence = run.edge(account, other).to_pylist(), run.why(account, other).to_pylist()
    first = evidence[0] if evidence else {"source": account, "target": other}
    return {
        "accounts": [first["source"], first["target"]],
        "window_s": run.summary["options"]["window_s"],
        "edges": edges,
        "evidence": evidence,
        "nothing": (
            f"{account} and {other} have no edge in run {run.id}: they met on fewer than "
            f"{run.summary['options']['min_objects']} objects, or no more often than chance gives. "
            f"`lockstep explain STORE {account} {other}` shows what they did together."
        ),
    }


def _from_store(
    where: Path, account: str, other: str, window_s: int, key_file: Path | None
) -> dict[str, Any]:
    from lockstep.store import Store, read_key

    with Store(where, key=read_key(key_file) if key_file else None) as store:
        ours, theirs = (store.actions(name).to_pylist() for name in (account, other))
    meetings: dict[tuple[str, str], dict[str, Any]] = {}
    by_object: dict[tuple[str, str], list[int]] = {}
    for action in theirs:
        by_object.setdefault((action["kind"], action["object_id"]), []).append(action["timestamp"])
    for action in ours:
        place = action["kind"], action["object_id"]
        for time_s in by_object.get(place, []):
            lag = time_s - action["timestamp"]
            if abs(lag) > window_s:
                continue
            known = meetings.get(place)
            if known is None or abs(lag) < abs(known["lag_s"]):
                meetings[place] = {
                    "layer": place[0],
                    "object_id": place[1],
                    "source_time_s": action["timestamp"],
                    "target_time_s": time_s,
                    "lag_s": lag,
                }
    return {
        "accounts": [account, other],
        "window_s": window_s,
        "edges": [],
        "evidence": sorted(meetings.values(), key=lambda row: (row["source_time_s"], row["layer"])),
        "nothing": f"{account} and {other} never acted on one object within {window_s} s.",
    }


def _utc(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
