"""The ledger's waves of suspensions beside the whole log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.ledger import Suspensions
from lockstep.likeness import first_times
from lockstep.moments import LATEST_S
from lockstep.store import Store

__all__ = ["Past", "Waves", "read_past"]

I64 = npt.NDArray[np.int64]


@dataclass
class Waves:
    """Waves in order of their first suspension, and the accounts that are still suspended."""

    names: list[str]
    suspended: I64  # accounts of each, seen here or not
    first_s: I64
    last_s: I64
    of_account: I64  # wave of each account of the store, or -1
    since_s: I64  # when each account was suspended; LATEST_S for who was not

    def __len__(self) -> int:
        return len(self.names)


@dataclass
class Past:
    """What the whole log says, where the ledger has suspensions."""

    suspensions: Suspensions
    waves: Waves
    to_s: int  # where the log ends for this sweep
    start_s: int  # of the log, before `to_s`
    end_s: int
    first_s: I64  # when each account acted first; LATEST_S for who did not


def read_past(
    store: Store, suspensions: Suspensions, kinds: list[str], until_s: int | None
) -> Past:
    """Reads the whole log of some kinds once, up to the end of the time that is swept."""
    to_s = LATEST_S if until_s is None else until_s
    first_s, end_s = first_times(store, kinds, to_s)
    waves = _waves(store, suspensions, len(first_s))
    return Past(suspensions, waves, to_s, int(first_s.min(initial=LATEST_S)), end_s, first_s)


def _waves(store: Store, suspensions: Suspensions, accounts: int) -> Waves:
    by_wave: dict[str, list[int]] = {}
    for name, time_s in suspensions.values():
        by_wave.setdefault(name, []).append(time_s)
    names = sorted(by_wave, key=lambda name: (min(by_wave[name]), name))
    number = {name: place for place, name in enumerate(names)}
    known = store.names("account", np.arange(accounts, dtype=np.uint32)).cast(pa.large_string())
    listed = pa.array(list(suspensions), pa.large_string())
    place = pc.index_in(known, listed).fill_null(-1).to_numpy(zero_copy_only=False)
    of = np.array([number[name] for name, _ in suspensions.values()] + [-1], dtype=np.int64)
    since = np.array([time_s for _, time_s in suspensions.values()] + [LATEST_S], dtype=np.int64)
    return Waves(
        names,
        np.array([len(by_wave[name]) for name in names], dtype=np.int64),
        np.array([min(by_wave[name]) for name in names], dtype=np.int64),
        np.array([max(by_wave[name]) for name in names], dtype=np.int64),
        of[place],
        since[place],
    )
