"""What must hold before a night's sweep is worth anything."""

from __future__ import annotations

from typing import Any

from lockstep.errors import InputRejected
from lockstep.moments import DATE, utc_text
from lockstep.nightly.config import NightConfig
from lockstep.nightly.outcome import free_bytes
from lockstep.store import Store
from lockstep.sweep.identity import kinds_of
from lockstep.sweep.options import SweepOptions

__all__ = ["check_disk", "check_input", "check_lag"]


def check_disk(config: NightConfig) -> None:
    """InputRejected where the disks of store or runs are too full."""
    least, free = config.gates.min_free_bytes, free_bytes(config)
    if free < least:
        raise InputRejected(
            f"the disk of {config.sweep.store} or of {config.out} has {free >> 20:,} MiB free, "
            f"less than gates.min_free_bytes ({least >> 20:,} MiB); make room, or keep fewer runs"
        )


def check_lag(config: NightConfig, store: Store, options: SweepOptions, now_s: int) -> None:
    """InputRejected where the last action is too long ago."""
    most, kinds = config.gates.max_lag, kinds_of(store, options)
    last = max(kind["last_s"] for kind in store.info()["kinds"] if kind["name"] in kinds)
    if most is not None and now_s - last > most:
        raise InputRejected(
            f"the last action is {now_s - last:,} s old, more than gates.max_lag "
            f"({most:,} s); has an export stopped?"
        )


def check_input(config: NightConfig, read: dict[str, Any]) -> None:
    """InputRejected where what the sweep read (`input` of a run) is too little or too odd.

    The sweep calls it as soon as it has read the log, so that nothing is read twice.
    """
    gates, count = config.gates, read["actions"]
    if count < gates.min_actions:
        raise InputRejected(
            f"{count:,} actions in the time that counts, fewer than gates.min_actions "
            f"({gates.min_actions:,}); is an export missing?"
        )
    repeated = read["duplicates"] + read["duplicates_in_files"]
    share = repeated / max(count + repeated, 1)
    if gates.max_duplicate_rate is not None and share > gates.max_duplicate_rate:
        raise InputRejected(
            f"{100 * share:.3g}% of the rows repeat others, more than gates.max_duplicate_rate "
            f"({100 * gates.max_duplicate_rate:.3g}%); is an export written twice?"
        )
    usual, last = read["usual_day_actions"], read["last_day_actions"]
    if gates.max_volume_change is not None and usual:
        change = last / usual - 1
        if abs(change) > gates.max_volume_change:
            raise InputRejected(
                f"{last:,} actions on {utc_text(read['last_s'], DATE)}, {abs(change):.0%} "
                f"{'more' if change > 0 else 'fewer'} than on the median day before "
                f"({usual:,.0f}); gates.max_volume_change is {gates.max_volume_change:.0%}; "
                f"is an export missing, or not whole?"
            )
