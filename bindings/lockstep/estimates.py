"""What a projection will cost, before it is run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from lockstep import _core
from lockstep.api import action_log

__all__ = ["Estimate", "estimate"]

# Measured on two cores of an AMD EPYC, in bench/README.md: pairs of actions a second and core.
_PAIRS_A_SECOND = 140e6
_ROWS_A_SECOND = 30e6
_BYTES_A_ROW = 40  # the log and its ranks
_BYTES_A_PAIR = 24  # of accounts, at most as many as there are pairs of actions


@dataclass(frozen=True)
class Estimate:
    """Cost of `coaction` or `significance` on a log."""

    rows: int
    pair_instances: int  # pairs of actions within the window, counted; the work is linear in it
    testable: int  # pairs of accounts active enough to be tested, counted
    memory_bytes: int  # at most, about
    seconds: float  # roughly, on this machine

    def __repr__(self) -> str:
        return (
            f"<lockstep.Estimate: {self.rows:,} rows, {self.pair_instances:,} pairs of actions, "
            f"at most {self.memory_bytes / 2**20:,.0f} MiB, about {self.seconds:.2g} s>"
        )


def estimate(
    log: Any,
    *,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
    time_unit: str = "s",
) -> Estimate:
    """Say what `coaction` and `significance` would cost, from one pass over the log.

    Parameters
    ----------
    log, window_s, min_objects, max_object_actions, time_unit
        As in `coaction`.

    Returns
    -------
    Estimate
        Counts are exact; memory is an upper bound but for a constant, and bounded further by the
        `memory_bytes` of those functions; seconds are those of another machine, scaled by cores.

    Raises
    ------
    ValueError, TypeError
        As in `coaction`.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.simulate(accounts=100, groups=1, seed=0)
    >>> ls.estimate(made.log, window_s=60).rows == made.log.num_rows
    True
    """
    actions, _, _ = action_log(log, time_unit)
    profile = _core.layer_profile(actions, window_s=window_s, max_object_actions=max_object_actions)
    rows, close = len(actions), profile.close_pairs
    cores = os.cpu_count() or 1
    return Estimate(
        rows,
        close,
        profile.testable(min_objects),
        rows * _BYTES_A_ROW + min(close // min_objects, profile.testable(1)) * _BYTES_A_PAIR,
        close / (_PAIRS_A_SECOND * cores) + rows / _ROWS_A_SECOND,
    )
