"""`lockstep simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lockstep.cli.common import any_path, emit_json, example, json_option
from lockstep.errors import ConfigError


@click.command(
    epilog=example(
        "lockstep simulate log.parquet --truth truth.csv --seed 7",
        "lockstep simulate --config herculean.toml --accounts 20000 --groups 300",
    )
)
@click.argument("out", type=click.Path(path_type=Path), required=False)
@click.option(
    "--config",
    type=any_path,
    help="Of a night: what its [simulate] says goes into its inbox, with truth and waves.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="CSV to write: who was planted. Beside OUT, as NAME-truth.csv, where not given.",
)
@click.option("--accounts", default=2_000, show_default=True, help="Organic accounts.")
@click.option("--days", default=7, show_default=True, help="Length of the log.")
@click.option("--groups", default=8, show_default=True, help="Planted groups.")
@click.option("--group-size", default=12, show_default=True, help="Members of each.")
@click.option("--group-objects", default=15, show_default=True, help="Objects each pushes.")
@click.option(
    "--difficulty",
    type=float,
    help="Of all groups: 0 (within 5 s, 95% take part) to 2 (95 s, 25%). Graded if not given.",
)
@click.option(
    "--camouflage",
    default=0.0,
    show_default=True,
    help="Share of a group's objects that organic accounts share too.",
)
@click.option(
    "--shared-members",
    default=0,
    show_default=True,
    help="Members that each second group has in common with the one before.",
)
@click.option(
    "--bursts",
    default=0,
    show_default=True,
    help="Organic bursts: news shared by many within minutes, planned by nobody.",
)
@click.option(
    "--start", default="2020-09-14", show_default=True, help="First day, ISO 8601 or UTC seconds."
)
@click.option("--seed", default=0, show_default=True, help="Same seed, same log.")
@json_option
@click.pass_context
def simulate(
    context: click.Context,
    /,
    out: Path | None,
    config: Path | None,
    truth: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Write a made-up log with planted groups to OUT (Parquet), and who was planted beside it.

    With --config the configuration of a night says what to make, and options given here go before.
    """
    if (out is None) == (config is None):
        raise ConfigError("give OUT or --config")
    if config is not None:
        if truth is not None:
            raise ConfigError("--truth is for OUT; with --config it is simulate.truth")
        given = click.core.ParameterSource.COMMANDLINE
        changes = {k: v for k, v in options.items() if context.get_parameter_source(k) == given}
        made, log, others = _platform(config, changes)
    else:
        assert out is not None
        made, log, others = _log(out, truth, options)
    facts = {
        "log": str(log),
        "truth": str(others[0]),
        "waves": [str(path) for path in others[1:]],
        "actions": made.log.num_rows,
        "planted_accounts": len(made.truth["account_id"].unique()),
        "groups": made.campaigns.num_rows,
        "campaigns": made.campaigns.to_pylist(),
    }
    if as_json:
        emit_json(facts)
        return
    click.echo(
        f"{log}: {facts['actions']:,} actions, {facts['planted_accounts']} planted accounts "
        f"in {facts['groups']} groups; who they are is in {', '.join(map(str, others))}"
    )


def _platform(config: Path, changes: dict[str, Any]) -> tuple[Any, Path, list[Path]]:
    from lockstep.nightly.config import load_config
    from lockstep.nightly.platform import make_platform

    return make_platform(load_config(config), **changes)


def _log(out: Path, truth: Path | None, options: dict[str, Any]) -> tuple[Any, Path, list[Path]]:
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    from lockstep.simulation import simulate as make

    made = make(**options)
    truth = out.with_name(f"{out.stem}-truth.csv") if truth is None else truth
    pq.write_table(made.log, out)
    pa_csv.write_csv(made.truth, truth)
    return made, out, [truth]
