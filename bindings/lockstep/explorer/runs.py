"""The folder of runs that a server reads, and what it keeps of the runs asked for last."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow.parquet as pq

from lockstep.explorer.run_index import RunIndex
from lockstep.sweep.evolution import known_of
from lockstep.sweep.run import Run

__all__ = ["Runs"]

_KEPT_INDEXES = 3  # with their tables
_KEPT_LINEAGES = 100
_KEPT_FIGURES = 1_000

T = TypeVar("T")


class _Kept(Generic[T]):
    """What was made of the runs asked for last, until a run is made anew (`--force`)."""

    def __init__(self, folder: Path, make: Callable[[Run], T], most: int) -> None:
        self._folder, self._make, self._most = folder, make, most
        self._kept: OrderedDict[str, tuple[tuple[int, int], T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> T:
        """Of one run; FileNotFoundError where it is no more there."""
        made = (self._folder / name / "run.json").stat()
        stamp = (made.st_ino, made.st_mtime_ns)
        with self._lock:
            known = self._kept.pop(name, None)
            if known is None or known[0] != stamp:
                known = stamp, self._make(Run(self._folder / name))
            self._kept[name] = known
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return known[1]


class Runs:
    """The runs of a folder. Names come from its listing: what is asked for opens no other path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._indexes = _Kept(folder, RunIndex, _KEPT_INDEXES)
        self._lineages = _Kept(folder, _lineage, _KEPT_LINEAGES)
        self._summaries = _Kept(folder, _few_figures, _KEPT_FIGURES)

    def names(self) -> list[str]:
        """Names of the runs, the latest first."""
        if not self.folder.is_dir():
            return []
        found = [
            entry
            for entry in self.folder.iterdir()
            if not entry.name.startswith(".")
            and not entry.is_symlink()
            and (entry / "run.json").is_file()
        ]
        return [entry.name for entry in sorted(found, key=_when, reverse=True)]

    def get(self, name: str) -> RunIndex:
        """A run by its name, or the latest; KeyError where there is none such."""
        names = self.names()
        if name == "latest" and names:
            name = names[0]
        if name not in names:
            raise KeyError(name)
        return self._indexes.get(name)

    def figures(self, name: str) -> dict[str, Any]:
        """What a list of runs tells of one."""
        return self._summaries.get(name)

    def membership(self, name: str, account: str) -> dict[str, Any] | None:
        """cluster_id and membership of an account in a run; None where it is in no cluster."""
        rows = pq.read_table(
            self.folder / name / "members.parquet",
            columns=["cluster_id", "membership"],
            filters=[("account_id", "=", account)],
        ).to_pylist()
        return rows[0] if rows else None

    def become(self, name: str, cluster_id: str) -> dict[str, Any] | None:
        """What became of a cluster in a run, with when it last met: its row of evolution."""
        return self._lineages.get(name).by_cluster.get(cluster_id)

    def lasting(self, name: str, lasting_id: str) -> dict[str, Any] | None:
        """The same by the lasting name, be the cluster in that run or gone."""
        return self._lineages.get(name).by_lasting.get(lasting_id)


@dataclass(frozen=True)
class _Lineage:
    """Rows of evolution of a run."""

    by_lasting: dict[str, dict[str, Any]]
    by_cluster: dict[str, dict[str, Any]]  # those that it still has


def _few_figures(run: Run) -> dict[str, Any]:
    summary, counts = run.summary, run.summary["coordination"]
    return {
        "run_id": run.id,
        "finished_s": summary["finished_s"],
        "clusters": counts["clusters"],
        "clustered_accounts": counts["clustered_accounts"],
        "previous": summary["previous"],
        "alarms": len(summary["alarms"]),
    }


def _lineage(run: Run) -> _Lineage:
    columns = ["cluster_id", "members", "last_s"]
    clusters = {row["cluster_id"]: row for row in run.clusters.select(columns).to_pylist()}
    rows = run.evolution.to_pylist()
    if not rows:  # compared with no run before
        lasting = known_of(run).lasting
        rows = [
            {
                "lasting_id": lasting_id,
                "cluster_id": cluster_id,
                "change": None,
                "members": clusters[cluster_id]["members"],
                "members_before": None,
                "joined": [],
                "left": [],
                "others": [],
            }
            for cluster_id, lasting_id in lasting.items()
        ]
    rows = [{**row, "last_s": clusters.get(row["cluster_id"], {}).get("last_s")} for row in rows]
    return _Lineage(
        {row["lasting_id"]: row for row in rows},
        {row["cluster_id"]: row for row in rows if row["cluster_id"] is not None},
    )


def _when(folder: Path) -> tuple[str, float]:
    """A run's date is the first part of its name; of one date the last made is the latest."""
    return folder.name[:10], (folder / "run.json").stat().st_mtime
