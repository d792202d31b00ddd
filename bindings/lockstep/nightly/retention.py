"""Runs that are kept, and those that go."""

from __future__ import annotations

import shutil
from pathlib import Path

from lockstep.errors import CorruptData
from lockstep.sweep.run import Run

__all__ = ["remove_old_runs", "runs_in"]


def runs_in(out: Path) -> list[Run]:
    """The runs of a folder, the latest finished last; folders that are no runs are passed over."""
    found = []
    for path in out.iterdir() if out.is_dir() else ():
        if path.is_dir() and not path.is_symlink() and not path.name.startswith("."):
            try:
                found.append(Run(path))
            except (FileNotFoundError, CorruptData):
                continue
    return sorted(found, key=lambda run: (run.summary["finished_s"], run.id))


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
