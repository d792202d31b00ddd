"""`lockstep takedown`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lockstep import _core
from lockstep.arguments import parse_duration
from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    print_table,
    read_accounts,
)
from lockstep.errors import ConfigError

_SHOWN = 10


@click.command(
    epilog=example(
        "lockstep takedown store-runs --cluster C-0001",
        "lockstep takedown store-runs --cluster C-0001 --by cascades",
        "lockstep takedown store-runs --accounts wave.csv --kind retweet --json",
    )
)
@click.argument("run", type=any_path)
@click.option("--cluster", help="Take away all members of this cluster.")
@click.option("--accounts", type=any_path, help="Take away these: a file with account_id.")
@click.option("--kind", help="Kind of action that makes audience and cascades. [all]")
@click.option(
    "--horizon",
    default=f"{_core.CASCADE_HORIZON_S}s",
    show_default=True,
    help="How long after an action on an object another one still follows it.",
)
@click.option(
    "--by",
    type=click.Choice(("followers", "cascades")),
    default="followers",
    show_default=True,
    help="Whose audience orders the accounts: who acted upon them, or that of their cascades.",
)
@click.option("--out", type=any_path, help="A CSV file for what is left after each account.")
@click.option("--draws", default=50, show_default=True, help="Random choices to compare with.")
@click.option("--seed", default=0, show_default=True, help="Of those choices.")
@key_option
@json_option
def takedown(
    run: Path,
    cluster: str | None,
    accounts: Path | None,
    kind: str | None,
    horizon: str,
    by: str,
    out: Path | None,
    draws: int,
    seed: int,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Say what would be left of RUN's graph and audience without some accounts. Nobody is touched.

    Beside it: as many accounts by their ties, by their audience, and at random. The audience acted
    upon accounts with an edge; that of cascades acted after one of them on the same object.
    """
    from lockstep.arguments import read_key
    from lockstep.reach import takedown_effect
    from lockstep.store import Store
    from lockstep.sweep.export import write_csv
    from lockstep.sweep.run import Run

    if (cluster is None) == (accounts is None):
        raise ConfigError("give --cluster or --accounts")
    opened = Run.open(run)
    if cluster is not None:
        gone = opened.cluster(cluster).accounts
    else:
        assert accounts is not None
        gone = read_accounts(accounts, opened, key_file)
    key = read_key(key_file) if key_file else None
    options: dict[str, Any] = {"kind": kind, "by": by, "draws": draws, "seed": seed}
    options["horizon_s"] = parse_duration(horizon)
    with Store(opened.summary["store"], key=key) as store:
        effect = takedown_effect(opened, gone, store=store, **options)
    if out is not None:
        write_csv(effect.curve, out)
    strategies, order = effect.strategies.to_pylist(), effect.order.to_pylist()
    if as_json:
        emit_json(
            {
                "run": opened.id,
                "before": effect.before,
                "strategies": strategies,
                "order": order[: effect.enough],
                "enough": effect.enough,
                "by": by,
            }
        )
        return
    print_table(
        strategies,
        {
            "strategy": "strategy",
            "removed": "removed",
            "pairs_left": "pairs left",
            "weight_left": "weight left",
            "largest_component": "largest component",
            "reach_left": "audience left",
            "cascade_left": "of cascades left",
        },
    )
    before = effect.before
    click.echo(
        f"\nOf {before['audience']:,} accounts in the audience, {before['cascade_audience']:,} in "
        f"that of cascades, {before['largest_component']:,} in the largest component."
    )
    whose = "audience" if by == "followers" else "audience of cascades"
    click.echo(f"{effect.enough:,} accounts have most of the {whose}; the first of them:")
    print_table(
        order[: min(effect.enough, _SHOWN)],
        {"account_id": "account", "audience": "audience", "added": "added", "reach": "reach"},
    )
    click.echo(
        "A count of what was observed; whom it would hit wrongly, and who would step in, it "
        "cannot say."
    )
