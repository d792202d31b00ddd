"""What a sweep read, counted over all layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from lockstep.moments import DAY_S
from lockstep.store import Store
from lockstep.sweep.layers import Scan
from lockstep.sweep.options import SweepOptions

__all__ = ["input_of"]


def input_of(store: Store, scans: list[Scan], options: SweepOptions) -> dict[str, Any]:
    """Actions, accounts, times and repeats; and the last day's actions beside the usual ones."""
    times = [scan.log.times for scan in scans if len(scan.log)]
    active = np.zeros(max(scan.log.account_count for scan in scans), dtype=np.bool_)
    for scan in scans:
        active[scan.log.accounts] = True
    first = int(min(t.min() for t in times)) if times else None
    last, usual = _days(times)
    return {
        "actions": sum(len(scan.log) for scan in scans),
        "accounts": int(active.sum()),
        "first_s": first,
        "last_s": int(max(t.max() for t in times)) if times else None,
        "duplicates": sum(scan.duplicates for scan in scans),
        "duplicates_in_files": _repeated_in_files(store, options),
        "last_day_actions": last,
        "usual_day_actions": usual,
    }


def _days(times: list[Any]) -> tuple[int, float | None]:
    """Actions of the last day, and the median of the days before it that have any."""
    if not times:
        return 0, None
    days = [column // DAY_S for column in times]
    first, last = min(int(d.min()) for d in days), max(int(d.max()) for d in days)
    counts = np.zeros(last - first + 1, dtype=np.int64)
    for column in days:
        counts += np.bincount(column - first, minlength=len(counts))
    before = counts[:-1][counts[:-1] > 0]
    return int(counts[-1]), float(np.median(before)) if len(before) else None


def _repeated_in_files(store: Store, options: SweepOptions) -> int:
    """Rows equal to another of their file, of all files that reach into the time that counts."""
    return sum(
        job.duplicates
        for job in store.core.jobs()
        if (options.since_s is None or job.last_s >= options.since_s)
        and (options.until_s is None or job.first_s < options.until_s)
    )
