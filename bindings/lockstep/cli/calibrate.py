"""`lockstep calibrate`."""

from __future__ import annotations

from pathlib import Path

import click

from lockstep.arguments import parse_duration
from lockstep.cli.common import (
    any_path,
    emit_json,
    example,
    json_option,
    key_option,
    progress_bar,
)
from lockstep.strata import STRATA
from lockstep.sweep.options import SweepOptions

_DEFAULTS = SweepOptions()


@click.command(
    epilog=example(
        "lockstep calibrate store --kind retweet",
        "lockstep calibrate store --timing-test --runs 50 --figure calibration.png",
    )
)
@click.argument("store", type=any_path)
@click.option("--kind", "kinds", multiple=True, help="Layer to take; may be repeated. [all]")
@click.option("--runs", default=200, show_default=True, help="Shuffled copies of each kind.")
@click.option("--window", default=f"{_DEFAULTS.window_s}s", show_default=True, help="As in sweep.")
@click.option("--min-objects", default=_DEFAULTS.min_objects, show_default=True)
@click.option("--max-object-actions", default=_DEFAULTS.max_object_actions, show_default=True)
@click.option("--fdr", default=_DEFAULTS.fdr, show_default=True, help="The rate that is promised.")
@click.option("--strata", type=click.Choice(STRATA), default=_DEFAULTS.strata, show_default=True)
@click.option("--timing-test", is_flag=True, help="Discoveries must pass this test too.")
@click.option("--horizon", default=f"{_DEFAULTS.horizon_s // 3600}h", show_default=True)
@click.option("--seed", default=_DEFAULTS.seed, show_default=True, help="Of the copies.")
@click.option(
    "--figure",
    type=click.Path(path_type=Path),
    help="PNG, SVG or PDF; with several layers, one each, named by the layer.",
)
@key_option
@json_option
def calibrate(
    store: Path,
    kinds: tuple[str, ...],
    runs: int,
    window: str,
    min_objects: int,
    max_object_actions: int,
    fdr: float,
    strata: str,
    timing_test: bool,
    horizon: str,
    seed: int,
    figure: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Count what the tests find in shuffled copies of STORE, where all they find is false.

    The share of copies with any discovery is the false discovery rate that holds; it should not
    be above --fdr.
    """
    from lockstep.arguments import read_key
    from lockstep.errors import ConfigError
    from lockstep.null_calibration import Options, calibrate_log
    from lockstep.store import Store

    options = Options(
        parse_duration(window),
        min_objects,
        max_object_actions,
        fdr,
        strata,
        timing_test,
        parse_duration(horizon),
        runs,
        seed,
    )
    found = {}
    with Store(store, key=read_key(key_file) if key_file else None) as opened:
        known = sorted(opened.kinds)
        for kind in kinds:
            if kind not in known:
                raise ConfigError(f"kind {kind!r} is not in {store}; it has {', '.join(known)}")
        for kind in sorted(set(kinds)) or known:
            log, _ = opened.core.scan(kind)
            with progress_bar(kind, quiet=as_json) as say:
                found[kind] = calibrate_log(log, options, say=say)
    if figure is not None:
        for kind, result in found.items():
            result.plot(_place(figure, kind, len(found)))
    if as_json:
        emit_json({kind: result.summary for kind, result in found.items()})
        return
    for kind, result in found.items():
        click.echo(f"{kind}\n  " + repr(result).replace("\n", "\n  "))
    if figure is not None:
        places = ", ".join(str(_place(figure, kind, len(found))) for kind in found)
        click.echo(f"Figure: {places}")


def _place(figure: Path, kind: str, layers: int) -> Path:
    return figure if layers == 1 else figure.with_name(f"{figure.stem}-{kind}{figure.suffix}")
