"""`lockstep explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lockstep.arguments import parse_duration
from lockstep.cli.common import (
    emit_json,
    example,
    json_option,
    key_option,
    print_table,
    stored_names,
    visible,
)
from lockstep.errors import ConfigError
from lockstep.moments import utc_text
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
    """Show every object on which ACCOUNT and OTHER acted together.

    One row an object: the closest pair of times, and how many pairs of actions there are within
    the window. From a run: the edge's counts, what chance would give, p and q, and its evidence.
    From a store: what the two did together at any window, whether it passed a test or not.
    """
    if account == other:
        raise ConfigError(f"{account!r} is given twice; give two accounts")
    if (where / "FORMAT").exists():
        found = _from_store(where, account, other, parse_duration(window), key_file)
    else:
        found = _from_run(where, account, other, key_file)
    if as_json:
        emit_json(found)
    else:
        _tell(found)


def _timed(edge: dict[str, Any]) -> str:
    """What the timing test said; nothing where it was not asked for."""
    if edge.get("common") is None:
        return ""
    return (
        f"; in all layers they met on {edge['met']} of {edge['common']} objects in common where "
        f"others would on {edge['timing_expected']:.3g}, p {edge['timing_p_value']:.2g}"
    )


def _combined(edge: dict[str, Any]) -> str:
    """What the layers say together; nothing where there is one."""
    if (edge.get("combined_layers") or 1) == 1:
        return ""
    return f", with all {edge['combined_layers']} layers {edge['combined_p_value']:.2g}"


def _tell(found: dict[str, Any]) -> None:
    for edge in found["edges"]:
        click.echo(
            f"{edge['layer']}: {edge['objects']} shared objects within {edge['window_s']} s "
            f"({edge['pairs']} pairs of actions); chance would give {edge['expected']:.3g}; "
            f"p {edge['p_value']:.2g}{_combined(edge)}, q {edge['q_value']:.2g}{_timed(edge)}"
        )
    if found["nothing"]:
        click.echo(visible(found["nothing"]))
        return
    rows = [
        {**row, "account": utc_text(row["source_time_s"]), "other": utc_text(row["target_time_s"])}
        for row in found["evidence"]
    ]
    headings = {
        "layer": "layer",
        "object_id": "object",
        "account": found["accounts"][0],
        "other": found["accounts"][1],
        "lag_s": "lag s",
        "pairs": "pairs",
    }
    if "object_actions" in rows[0]:
        headings["object_actions"] = "actions on it"
    print_table(rows, headings)


def _from_run(where: Path, account: str, other: str, key_file: Path | None) -> dict[str, Any]:
    from lockstep.sweep.run import Run

    run = Run.open(where)
    if key_file:
        account, other = stored_names(run, [account, other], key_file)
    evidence = run.why(account, other).to_pylist()
    layers, window_s = run.summary["layers"], run.summary["options"]["window_s"]
    edges = [
        {**edge, "window_s": layers[edge["layer"]].get("window_s", window_s)}
        for edge in run.edge(account, other).to_pylist()
    ]
    first = evidence[0] if evidence else {"source": account, "target": other}
    return {
        "accounts": [first["source"], first["target"]],
        "window_s": window_s,
        "edges": edges,
        "evidence": evidence,
        "nothing": None if evidence else _no_edge(run, account, other),
    }


def _no_edge(run: Any, account: str, other: str) -> str:
    import pyarrow as pa
    import pyarrow.compute as pc

    edges = run.edges
    ends = pa.chunked_array(edges["source"].chunks + edges["target"].chunks, pa.string())
    names = pc.unique(ends)
    reasons = [
        f"{name} has no edge there at all{_suggestion(names, name)}."
        for name in (account, other)
        if not pc.any(pc.equal(names, name)).as_py()
    ] or [
        f"They met on fewer than {run.summary['options']['min_objects']} objects, or no more "
        f"often than chance gives."
    ]
    return " ".join(
        [
            f"{account} and {other} have no edge in run {run.id}.",
            *reasons,
            f"`lockstep explain STORE {account} {other}` shows what they did together.",
        ]
    )


def _from_store(
    where: Path, account: str, other: str, window_s: int, key_file: Path | None
) -> dict[str, Any]:
    from lockstep.arguments import read_key
    from lockstep.store import Store
    from lockstep.sweep.meetings import meetings

    with Store(where, key=read_key(key_file) if key_file else None) as store:
        for name in (account, other):
            _check_known(store, name)
        shared = meetings(store, account, other, window_s)
    evidence = sorted(
        (row for row in shared if abs(row["lag_s"]) <= window_s),
        key=lambda row: (row["source_time_s"], row["layer"], row["object_id"]),
    )
    nothing = f"{account} and {other} never acted on one object."
    if shared:
        closest = shared[0]
        nothing = (
            f"{account} and {other} share {len(shared)} objects, but never acted on one within "
            f"{window_s} s; the closest is {closest['object_id']} ({closest['layer']}), "
            f"{abs(closest['lag_s'])} s apart."
        )
    return {
        "accounts": [account, other],
        "window_s": window_s,
        "edges": [],
        "evidence": evidence,
        "nothing": None if evidence else nothing,
    }


def _check_known(store: Any, name: str) -> None:
    import numpy as np

    if store.core.find_id("account", name) is not None:
        return
    info = store.info()
    hint = ""
    if not info["pseudonymous"]:
        hint = _suggestion(store.names("account", np.arange(info["accounts"], dtype="u4")), name)
    raise ConfigError(f"account {name!r} is not in {store.path}{hint}; ids are exact")


def _suggestion(names: Any, wanted: str) -> str:
    from lockstep.sweep.meetings import nearest_names

    near = nearest_names(names, wanted)
    return f" (nearest: {', '.join(near)})" if near else ""
