"""`lockstep sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lockstep.arguments import parse_duration
from lockstep.cli.common import (
    emit_json,
    event_log,
    example,
    json_option,
    key_option,
    log_format_option,
    note,
    parse_bytes,
    print_table,
    stage_bars,
)
from lockstep.strata import STRATA
from lockstep.sweep.options import COMBINATIONS, SweepOptions

if TYPE_CHECKING:
    from lockstep.event_log import EventLog
    from lockstep.sweep.run import Run

_DEFAULTS = SweepOptions()
_SHOWN = 20


@click.command(
    epilog=example(
        "lockstep sweep store",
        "lockstep sweep store --kind retweet --window 60s --min-objects 3 --fdr 0.01",
        "lockstep sweep store --layer-window follow=1d --layer-window hashtag=10m",
        "lockstep sweep store --referrals partners.csv --out runs --json",
        "lockstep sweep --config sweep.toml --dry-run",
    )
)
@click.argument("store", required=False, type=click.Path(path_type=Path))
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="A nightly sweep, in the place of STORE and options: see examples/nightly/sweep.toml.",
)
@click.option("--dry-run", is_flag=True, help="With --config: say what would be done.")
@click.option("--wait", default="0s", help="With --config: wait so long for another night to end.")
@click.option("--config-schema", is_flag=True, help="Print the JSON schema of a config and exit.")
@click.option("--kind", "kinds", multiple=True, help="Layer to take; may be repeated. [all]")
@click.option(
    "--window",
    default=f"{_DEFAULTS.window_s}s",
    show_default=True,
    help="Two actions this far apart, or less, pair up: 60s, 10m, 1h.",
)
@click.option(
    "--layer-window",
    "layer_windows",
    metavar="KIND=WINDOW",
    multiple=True,
    help="Another window for one layer, such as follow=1d; may be repeated.",
)
@click.option(
    "--min-objects",
    default=_DEFAULTS.min_objects,
    show_default=True,
    help="Distinct objects a pair must share.",
)
@click.option(
    "--max-object-actions",
    default=_DEFAULTS.max_object_actions,
    show_default=True,
    help="Leave out objects with more actions, and list them; 0 leaves out none.",
)
@click.option(
    "--fdr",
    default=_DEFAULTS.fdr,
    show_default=True,
    help="False discovery rate of the list of edges.",
)
@click.option(
    "--text-bits",
    default=_DEFAULTS.text_bits,
    show_default=True,
    help="Of kind text: signatures that differ in more of 64 bits are of other texts.",
)
@click.option(
    "--combine",
    type=click.Choice(COMBINATIONS),
    default=_DEFAULTS.combine,
    show_default=True,
    help="Make one test of a pair's layers, or let each list its own pairs.",
)
@click.option(
    "--strata",
    type=click.Choice(STRATA),
    default=_DEFAULTS.strata,
    show_default=True,
    help="Expect more of accounts that were active on the same days, or keep the same hours.",
)
@click.option(
    "--timing-test",
    is_flag=True,
    help="Keep only edges that meet beyond shared interest: more than others who share the "
    "objects would. Leaves out bursts of real interest.",
)
@click.option(
    "--horizon",
    default=f"{_DEFAULTS.horizon_s // 3600}h",
    show_default=True,
    help="Of the timing test: actions this far apart still show the same interest.",
)
@click.option("--since", help="First day or time that counts, ISO 8601.")
@click.option("--until", help="First day or time that counts no more.")
@click.option(
    "--referrals",
    type=click.Path(path_type=Path),
    help="CSV or Parquet: account,source,confidence[,time].",
)
@click.option(
    "--reliability",
    type=click.Path(path_type=Path),
    help="What became of each source's referrals: source,confirmed,rejected; or record, for what "
    "the ledger of STORE says.",
)
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    help="An earlier run to compare with: clusters keep their lasting names.",
)
@click.option(
    "--resolution",
    default=_DEFAULTS.resolution,
    show_default=True,
    help="Of the communities; more gives smaller ones.",
)
@click.option(
    "--min-cluster-size",
    default=_DEFAULTS.min_cluster_size,
    show_default=True,
    help="Members a cluster must have.",
)
@click.option(
    "--damping",
    default=_DEFAULTS.damping,
    show_default=True,
    help="Share passed on per step when referrals spread.",
)
@click.option(
    "--groups",
    type=click.Path(path_type=Path),
    help="Accounts known to act together, to note: account,group[,kind][,note].",
)
@click.option(
    "--controls",
    default=_DEFAULTS.controls,
    show_default=True,
    help="Matched random groups beside each cluster; 0 for none.",
)
@click.option(
    "--bootstraps",
    default=_DEFAULTS.bootstraps,
    show_default=True,
    help="Times that objects are drawn again, for stability; 0 for none.",
)
@click.option("--seed", default=_DEFAULTS.seed, show_default=True, help="Of all that is drawn.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of runs. [STORE-runs]")
@click.option("--threads", type=click.IntRange(min=1), help="Most threads to use. [all]")
@click.option(
    "--memory",
    default="3GiB",
    show_default=True,
    help="Past this, the projection spills to $TMPDIR.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Run even where equal inputs made a run before; try refused files again.",
)
@key_option
@log_format_option
@json_option
def sweep(
    store: Path | None,
    config_file: Path | None,
    dry_run: bool,
    wait: str,
    config_schema: bool,
    kinds: tuple[str, ...],
    window: str,
    layer_windows: tuple[str, ...],
    min_objects: int,
    max_object_actions: int,
    fdr: float,
    text_bits: int,
    combine: str,
    strata: str,
    timing_test: bool,
    horizon: str,
    since: str | None,
    until: str | None,
    referrals: Path | None,
    reliability: Path | None,
    previous: Path | None,
    resolution: float,
    min_cluster_size: int,
    damping: float,
    groups: Path | None,
    controls: int,
    bootstraps: int,
    seed: int,
    out: Path | None,
    threads: int | None,
    memory: str,
    force: bool,
    key_file: Path | None,
    log_format: str,
    as_json: bool,
) -> int:
    """Find clusters in STORE and write a run: tables, run.json and report.html.

    Exit code 4 means that the run is whole but has alarms: read them before the clusters. With
    --config: take in new files and referrals, sweep, compare with the night before, tell, tidy up.
    """
    if config_schema or config_file is not None:
        from lockstep.cli.night import show_night, show_schema

        if config_schema:
            return show_schema()
        assert config_file is not None
        return show_night(
            config_file,
            store,
            dry_run=dry_run,
            wait=wait,
            force=force,
            log_format=log_format,
            as_json=as_json,
        )
    if store is None or dry_run:
        raise click.UsageError("give STORE, or --config (which --dry-run needs)")
    from lockstep.arguments import parse_time, read_key
    from lockstep.partners import as_reliability
    from lockstep.store import Store
    from lockstep.sweep.pipeline import run_sweep
    from lockstep.sweep.run import Run

    options = SweepOptions(
        kinds=kinds or None,
        window_s=parse_duration(window),
        layer_windows=tuple(sorted(map(_layer_window, layer_windows))),
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        fdr=fdr,
        text_bits=text_bits,
        combine=combine,
        strata=strata,
        timing_test=timing_test,
        horizon_s=parse_duration(horizon),
        since_s=None if since is None else parse_time(since, 0),
        until_s=None if until is None else parse_time(until, 0),
        resolution=resolution,
        seed=seed,
        min_cluster_size=min_cluster_size,
        damping=damping,
        controls=controls,
        bootstraps=bootstraps,
    )

    with Store(store, key=read_key(key_file) if key_file else None) as opened:
        run = run_sweep(
            opened,
            options,
            referrals=referrals,
            reliability=as_reliability(opened, reliability),
            previous=Run.open(previous) if previous else None,
            groups=groups,
            out=out,
            memory_bytes=parse_bytes(memory),
            threads=threads,
            force=force,
            say=stage_bars(quiet=as_json or log_format == "json"),
            log=(log := event_log(log_format)),
        )
    if log_format == "json":
        _log_end(run, log)
    if as_json:
        status = "ok" if run.fresh else "noop"
        emit_json({"status": status, "path": str(run.path), **run.summary, "alarms": run.alarms})
    else:
        _tell(run, quiet=log_format == "json")
    return 4 if run.alarms else 0


def _layer_window(text: str) -> tuple[str, int]:
    from lockstep.errors import ConfigError

    kind, equals, window = text.rpartition("=")
    if not equals or not kind:
        raise ConfigError(f"--layer-window is {text!r}; give KIND=WINDOW, such as follow=1d")
    return kind, parse_duration(window)


def _log_end(run: Run, log: EventLog) -> None:
    for alarm in run.alarms:
        log(alarm, level="warning", kind="alarm")
    status = "alarms" if run.alarms else "ok" if run.fresh else "noop"
    log("sweep ends", kind="end", status=status, rows=run.summary["coordination"]["pairs"])


def _tell(run: Run, *, quiet: bool) -> None:
    from lockstep.sweep.notices import (
        changes_notice,
        insufficient_notices,
        left_out_notices,
        timing_notice,
    )

    counts = run.summary["coordination"]
    if not run.fresh and not quiet:
        note("nothing new: equal inputs made this run before (--force runs it again)")
    click.echo(
        f"{counts['clusters']:,} clusters of {counts['clustered_accounts']:,} accounts, from "
        f"{counts['pairs']:,} edges at a false discovery rate of {run.summary['options']['fdr']}"
    )
    if run.summary["previous"]:
        click.echo(f"Since {run.summary['previous']}: {changes_notice(run.summary)}.")
    show_clusters(run)
    timed = timing_notice(run.summary)
    for notice in (
        []
        if quiet
        else [
            *([timed] if timed else []),
            *left_out_notices(run.summary),
            *insufficient_notices(run.summary),
            *(f"alarm: {alarm}" for alarm in run.alarms),
        ]
    ):
        note(notice)
    click.echo(f"\nReport: {run.report}")
    click.echo("A cluster shows co-action, not why; read its evidence before you decide.")


def show_clusters(run: Run) -> None:
    """The ranked clusters as a table, the first of them where there are many."""
    table = run.clusters
    rows = table.slice(0, _SHOWN).to_pylist()
    if not rows:
        click.echo("No cluster: no group of accounts acts together beyond chance at this level.")
        return
    print_table(
        rows,
        {
            "cluster_id": "cluster",
            "members": "members",
            "edges": "edges",
            "score": "score",
            "objects": "objects",
            "median_lag_s": "lag s",
            "median_objects": "shared",
            "median_expected": "by chance",
            "control_percentile": "control %",
            "stability": "stable",
            "layers": "layers",
            "groups": "groups",
        },
    )
    if table.num_rows > _SHOWN:
        click.echo(f"and {table.num_rows - _SHOWN} more in {run.path / 'clusters.parquet'}")
