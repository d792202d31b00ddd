"""`lockstep sweep --config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lockstep.arguments import parse_duration
from lockstep.cli.common import (
    emit_json,
    event_log,
    forgotten_names,
    note,
    stage_bars,
    visible,
)
from lockstep.errors import ConfigError
from lockstep.moments import DATE, utc_text

__all__ = ["show_night", "show_schema"]

_EXIT_CODES = {"ok": 0, "noop": 0, "alarms": 4, "rejected": 3}


def show_schema() -> int:
    """Prints the JSON schema of a configuration."""
    from lockstep.nightly.config import config_schema

    emit_json(config_schema())
    return 0


def show_night(
    path: Path,
    store: Path | None,
    *,
    dry_run: bool,
    wait: str,
    force: bool,
    log_format: str,
    as_json: bool,
) -> int:
    """Runs a night, or says what it would do."""
    from lockstep.nightly import load_config, plan_night, run_night

    if store is not None:
        raise ConfigError("give STORE or --config, not both: the config names the store")
    config = load_config(path)
    if dry_run:
        plan = plan_night(config)
        if as_json:
            emit_json(plan)
        else:
            _tell_plan(plan)
        return 0

    machines = log_format == "json"
    result = run_night(
        config,
        wait_s=parse_duration(wait),
        force=force,
        say=stage_bars(quiet=as_json or machines),
        log=event_log(log_format),
    )
    if as_json:
        emit_json(result.to_dict())
        return _EXIT_CODES[result.status]
    for file in result.files:
        what = file.get("fault") or f"{file['accepted']:,} actions, {file['rejected']:,} rejected"
        click.echo(visible(f"{file['path']}: {what}"))
    for file in result.refused:
        since = utc_text(file["first_s"], DATE)
        click.echo(visible(f"{file['path']}: refused since {since}, not tried: {file['reason']}"))
    if result.dropped:
        before = utc_text(result.dropped["before_s"], DATE)
        click.echo(f"{result.dropped['rows']:,} actions before {before} dropped from the store")
        click.echo(forgotten_names(result.dropped))
    click.echo(f"{result.status}: {result.message}")
    for alarm in [] if machines else result.alarms:
        note(f"alarm: {visible(alarm)}")
    if result.run:
        click.echo(f"Report: {Path(result.run) / 'report.html'}")
        click.echo("A review queue, not a verdict: a person reads the evidence and decides.")
    return _EXIT_CODES[result.status]


def _tell_plan(plan: dict[str, Any]) -> None:
    for file in plan["files"]:
        state = file.get("fault") or ("loaded before" if file["loaded"] else "would be loaded")
        click.echo(visible(f"{file['path']} ({file['bytes']:,} bytes): {state}"))
    for path in plan["referral_files"]:
        click.echo(visible(f"{path}: referrals would be read"))
    click.echo(f"then sweep {plan['store']} into {plan['out']}, compare with {plan['previous']}")
    if plan["last_seconds"] is not None:
        click.echo(f"the last night ended as {plan['last_status']} after {plan['last_seconds']} s")
