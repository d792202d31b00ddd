"""Runs that are kept, and those that go."""

from __future__ import annotations

import shutil
from pathlib import Path

from lockstep.sweep.run import runs_in

__all__ = ["remove_old_runs"]


def remove_old_runs(out: Path, keep: int, always: str | None = None) -> list[str]:
    """Removes all runs but the latest `keep` and the one named `always`; the names of those gone.

    The store, its labels and its audit log are not touched.
    """
    runs = runs_in(out)
    latest = (out / "latest").resolve().name
    gone = []
    for run in runs[: max(len(runs) - keep, 0)]:
        if run.id not in (always, latest):
            fresh = run.path.with_name(f".gone-{run.id}")
            run.path.rename(fresh)  # a run folder is whole or not there
            shutil.rmtree(fresh)
            gone.append(run.id)
    return gone
