"""A made-up platform in the inbox of a night, with its truth and the waves of a takedown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lockstep.errors import ConfigError
from lockstep.nightly.config import NightConfig, Wave
from lockstep.simulation import Simulation, simulate

__all__ = ["make_platform"]

_FILES = {"log", "truth", "waves"}


def make_platform(config: NightConfig, **changes: Any) -> tuple[Simulation, Path, list[Path]]:
    """Make up what `[simulate]` of a configuration describes.

    Parameters
    ----------
    config : NightConfig
    changes : any
        Options of `lockstep.simulate` in the place of those of the configuration.

    Returns
    -------
    made, log, others
        What was made up; the log in the inbox; the truth and a ledger file a wave: the planted
        accounts in order of their ids, one wave after another.

    Raises
    ------
    ConfigError
        Where the configuration has no `[simulate]` or no `[ingest]`.
    """
    given = config.simulate
    if given is None or config.ingest is None:
        raise ConfigError("the configuration needs [simulate], and [ingest] for where the log goes")
    made = simulate(**{**given.model_dump(exclude=_FILES), **changes})
    config.ingest.inbox.mkdir(parents=True, exist_ok=True)
    given.truth.parent.mkdir(parents=True, exist_ok=True)
    log = config.ingest.inbox / given.log
    part = log.with_name(f"{log.name}.part")  # a night that looks now must not take half of it
    pq.write_table(made.log, part)
    part.replace(log)
    pa_csv.write_csv(made.truth, given.truth)
    planted = sorted(set(made.truth["account_id"].to_pylist()))
    others = [given.truth]
    for number, (wave, accounts) in enumerate(_split(planted, given.waves), start=1):
        path = given.truth.with_name(f"wave-{number}.csv")
        pa_csv.write_csv(_entries(wave, accounts), path)
        others.append(path)
    return made, log, others


def _split(planted: list[str], waves: list[Wave]) -> list[tuple[Wave, list[str]]]:
    """Each wave's accounts: as many as it says, or its proportion of fewer."""
    whole = sum(wave.accounts for wave in waves)
    parts, end, asked = [], 0, 0
    for wave in waves:
        begin, asked = end, asked + wave.accounts
        end = min(asked, len(planted) * asked // whole)
        parts.append((wave, planted[begin:end]))
    return parts


def _entries(wave: Wave, accounts: list[str]) -> pa.Table:
    """Entries of the ledger."""
    same = {"event": "suspended", "wave": wave.name, "reason": wave.reason, "time": wave.time}
    columns = {name: [text] * len(accounts) for name, text in same.items()}
    return pa.table({"account": accounts, **columns, "source": ["sweep"] * len(accounts)})
