"""Places for nights: an inbox, a configuration, and the log of some days."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import lockstep as ls
from lockstep.nightly import NightResult, load_config, run_night

__all__ = ["CONFIG", "NOW_S", "arrives", "log_of_days", "make_place", "night"]

NOW_S = 1_700_000_000
CONFIG = """
[sweep]
store = "store"
out = "runs"
controls = 10
bootstraps = 3
[ingest]
inbox = "inbox"
map = {account = "account_id", object = "object_id", time = "timestamp", kind = "action"}
"""


def log_of_days() -> list[pa.Table]:
    """A log of six days, one table a day."""
    log = ls.simulate(accounts=400, days=6, groups=5, seed=8).log
    day = pc.divide(log["timestamp"], 86_400)
    return [log.filter(pc.equal(day, number)) for number in sorted(set(day.to_pylist()))]


def make_place(folder: Path, config: str = CONFIG) -> Path:
    """The folder with an empty inbox and the configuration."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "sweep.toml").write_text(config)
    return folder


def arrives(place: Path, days: list[pa.Table], numbers: Iterable[int]) -> None:
    """Puts the logs of some days into the inbox."""
    for number in numbers:
        pq.write_table(days[number], place / "inbox" / f"day{number}.parquet")


def night(place: Path, *, force: bool = False) -> NightResult:
    """One night, at a time that does not move."""
    return run_night(load_config(place / "sweep.toml"), now_s=NOW_S, force=force)
