"""What stages usually take, by the runs that are still there."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from statistics import median

from lockstep.sweep.run import runs_in

__all__ = ["usual_seconds"]

_RUNS = 14


def usual_seconds(out: Path) -> dict[str, float]:
    """The median seconds of each stage over the latest 14 runs in a folder; {} where none is."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for run in runs_in(out)[-_RUNS:]:
        for stage, took in run.summary["timings_s"].items():
            seconds[stage].append(took)
    return {stage: round(median(took), 3) for stage, took in seconds.items()}
