"""What stages usually take, by the runs that are still there."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

__all__ = ["usual_seconds"]

_RUNS = 14


def usual_seconds(out: Path) -> dict[str, float]:
    """The median seconds of each stage over the latest 14 runs in a folder; {} where none is."""
    found = sorted(filter(None, map(_timings, out.glob("[!.]*/run.json"))), key=lambda run: run[0])
    seconds: dict[str, list[float]] = defaultdict(list)
    for _, timings in found[-_RUNS:]:
        for stage, took in timings.items():
            seconds[stage].append(took)
    return {stage: round(median(took), 3) for stage, took in seconds.items()}


def _timings(path: Path) -> tuple[int, dict[str, float]] | None:
    """When a run ended and what its stages took; None where its file says neither."""
    if path.parent.is_symlink():
        return None
    try:
        summary: dict[str, Any] = json.loads(path.read_bytes())
        return int(summary["finished_s"]), dict(summary["timings_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
