"""`lockstep backbone`."""

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
)
from lockstep.sweep.options import SweepOptions

_DEFAULTS = SweepOptions()


@click.command(
    epilog=example(
        "lockstep backbone store --kind retweet --method bicm --out edges.parquet",
        "lockstep backbone store --method quantile --level 0.9 --window 10s --out edges.csv",
    )
)
@click.argument("store", type=any_path)
@click.option("--kind", help="Kind of action. [the only one of the store]")
@click.option(
    "--method",
    required=True,
    help="count, quantile, disparity, noise_corrected, tfidf, hypergeometric or bicm.",
)
@click.option("--level", type=float, help="2, 0.5, 0.05, 1.64, 0.995, 0.05, 0.05 if not given.")
@click.option("--window", default=f"{_DEFAULTS.window_s}s", show_default=True, help="As in sweep.")
@click.option("--min-objects", default=_DEFAULTS.min_objects, show_default=True)
@click.option("--max-object-actions", default=_DEFAULTS.max_object_actions, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="CSV or Parquet of the edges kept.")
@key_option
@json_option
def backbone(
    store: Path,
    kind: str | None,
    method: str,
    level: float | None,
    window: str,
    min_objects: int,
    max_object_actions: int,
    out: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Choose edges among the co-acting pairs of STORE by a rule of the literature, to compare.

    The pairs are those of a sweep: within the window, on enough objects. A weight is the number
    of objects. Most of these rules promise no error rate; `lockstep sweep` does.
    """
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    from lockstep.api import coaction
    from lockstep.arguments import read_key
    from lockstep.backbones import backbone as choose
    from lockstep.errors import ConfigError
    from lockstep.store import Store

    with Store(store, key=read_key(key_file) if key_file else None) as opened:
        kinds = opened.kinds
        if kind is None and len(kinds) != 1:
            raise ConfigError(f"{store} has the kinds {', '.join(kinds)}; give --kind")
        if kind is not None and kind not in kinds:
            raise ConfigError(f"kind {kind!r} is not in {store}; it has {', '.join(kinds)}")
        log = opened.scan(kind or kinds[0])
    pairs = coaction(
        log,
        window_s=parse_duration(window),
        min_objects=min_objects,
        max_object_actions=max_object_actions,
    )
    table = choose(pairs, method, level=level, log=log, min_objects=min_objects)
    kept = table.filter(table["kept"]).drop_columns(["kept"])
    if out is not None and out.suffix == ".csv":
        pa_csv.write_csv(kept, out)
    elif out is not None:
        pq.write_table(kept, out)
    facts = {
        "kind": kind or kinds[0],
        "method": method,
        "pairs": table.num_rows,
        "kept": kept.num_rows,
        "accounts": len({*kept["source"].to_pylist(), *kept["target"].to_pylist()}),
        "out": str(out) if out else None,
    }
    if as_json:
        emit_json(facts)
        return
    click.echo(
        f"{facts['kind']}: {method} keeps {facts['kept']:,} of {facts['pairs']:,} pairs, of "
        f"{facts['accounts']:,} accounts{f'; {out}' if out else '; --out writes them'}"
    )
