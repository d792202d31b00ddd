"""A finished run: a folder of tables, and the object that reads it."""

from __future__ import annotations

import html
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lockstep.cluster import Cluster
from lockstep.edge import Edge
from lockstep.errors import ConfigError, CorruptData, StorageError
from lockstep.sweep.schema import LATER_KEYS, RUN_JSON, TABLES, empty_table

__all__ = ["Run", "pairs_of", "point_latest", "runs_folder", "runs_in", "write_run"]


class Run:
    """Results of a sweep. Tables are read from the run's folder when they are asked for."""

    def __init__(
        self, path: str | Path, *, fresh: bool = False, alarms: list[str] | None = None
    ) -> None:
        self.path = Path(path)
        try:
            text = (self.path / "run.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(
                f"{path} is no run folder: it has no run.json; `lockstep sweep` makes one"
            ) from None
        self.summary: dict[str, Any] = self._parsed(text)
        self.fresh = fresh  # made by the sweep that returned it, not found
        known = self.summary["alarms"]
        # A run that is found again knows nothing of what was wrong with the call that found it.
        self.alarms: list[str] = known + [text for text in alarms or [] if text not in known]

    def _parsed(self, text: bytes) -> dict[str, Any]:
        try:
            summary = json.loads(text)
        except ValueError as error:
            raise self._damaged(f"run.json: {error}") from None
        if isinstance(summary, dict):
            summary = {**{key: {} for key in LATER_KEYS}, **summary}
        missing = [key for key in RUN_JSON if not (isinstance(summary, dict) and key in summary)]
        if missing:
            raise self._damaged(f"run.json lacks {', '.join(missing)}")
        return summary

    def _damaged(self, what: str) -> CorruptData:
        return CorruptData(f"{self.path} is damaged ({what}); sweep again with --force")

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """A run from its folder, or the latest of a folder of runs.

        Raises
        ------
        FileNotFoundError
            Where there is neither.
        CorruptData
            Where run.json is not what a sweep wrote; the tables are looked at when asked for.
        """
        folder = Path(path)
        if not (folder / "run.json").exists() and (folder / "latest").exists():
            folder = (folder / "latest").resolve()
        return cls(folder)

    @property
    def id(self) -> str:
        """Name of the run: date of its last action and a hash of all that made it."""
        return str(self.summary["run_id"])

    @property
    def report(self) -> Path:
        """The report for people."""
        return self.path / "report.html"

    def _table(self, name: str) -> pa.Table:
        try:
            return pq.read_table(self.path / f"{name}.parquet")
        except (FileNotFoundError, pa.ArrowInvalid) as error:
            raise self._damaged(f"{name}.parquet: {str(error).splitlines()[0]}") from None

    @property
    def clusters(self) -> pa.Table:
        """Ranked clusters; columns in RESULTS.md."""
        return self._table("clusters")

    @property
    def members(self) -> pa.Table:
        """Accounts of clusters."""
        return self._table("members")

    @property
    def edges(self) -> pa.Table:
        """Pairs that passed the test, by layer: a pair has a row for each in which it met."""
        return self._table("edges")

    @property
    def pairs(self) -> pa.Table:
        """Pairs that passed the test, one row each: `source`, `target`, `weight`, `layers`.

        This is the graph that was split into clusters; hand it to whatever takes edges.
        """
        return pairs_of(self.edges)

    @property
    def evidence(self) -> pa.Table:
        """Co-actions behind every edge."""
        return self._table("evidence")

    @property
    def candidates(self) -> pa.Table:
        """Accounts near referred ones."""
        return self._table("candidates")

    @property
    def evolution(self) -> pa.Table:
        """What became of the clusters of the previous run; no rows where there was none."""
        return self._table("evolution")

    @property
    def recovery(self) -> pa.Table:
        """What came back after each wave of the ledger; no rows where there is none."""
        return self._table("recovery")

    @property
    def returners(self) -> pa.Table:
        """New accounts that resemble suspended ones; no rows where the ledger has none."""
        there = self.summary["returners"]  # which runs of an earlier program have not
        return self._table("returners") if there else empty_table("returners")

    @property
    def left_out(self) -> pa.Table:
        """Objects that `max_object_actions` kept out, by layer, the most popular first."""
        return self._table("left_out")

    def why(self, a: str, b: str) -> pa.Table:
        """Evidence of the edges between two accounts, by time; no rows where there is none."""
        return _between(self.evidence, a, b).sort_by("source_time_s")

    def edge(self, a: str, b: str) -> pa.Table:
        """The edges between two accounts, one a layer."""
        return _between(self.edges, a, b)

    def explain(self, a: str, b: str) -> Edge:
        """Why there is an edge between two accounts: tests by layer, and evidence.

        ConfigError where there is none; `lockstep explain STORE A B` shows what they did together.
        """
        layers = self.edge(a, b)
        if layers.num_rows == 0:
            raise ConfigError(
                f"{a!r} and {b!r} have no edge in run {self.id}; `lockstep explain STORE` shows "
                f"what they did together"
            )
        return Edge(self, layers, self.why(a, b))

    def cluster(self, cluster_id: str) -> Cluster:
        """One cluster: its members, evidence and pictures. ConfigError where there is none such."""
        table = self.clusters
        rows = table.filter(pc.equal(table["cluster_id"], cluster_id)).to_pylist()
        if not rows:
            raise ConfigError(
                f"{cluster_id!r} is no cluster of {self.path}; it has C-0001 to "
                f"C-{table.num_rows:04d}"
                if table.num_rows
                else f"{self.path} has no clusters"
            )
        return Cluster(self, rows[0])

    def window_of(self, layer: str) -> int:
        """Seconds between two actions of a pair in a layer, at most."""
        return int(self.summary["layers"][layer]["window_s"])

    def overview(self, path: str | Path | None = None) -> Any:
        """Draw clusters, meetings over time, layers and weights; a matplotlib figure.

        Parameters
        ----------
        path : path, optional
            Where to write it too; PNG, SVG or PDF by its suffix.
        """
        from lockstep.plots import draw_overview

        tables = {name: getattr(self, name) for name in ("clusters", "evidence", "pairs")}
        return draw_overview(self._headline(), tables, self.summary, path)

    def takedown(
        self,
        accounts: Sequence[str] | None = None,
        path: str | Path | None = None,
    ) -> Any:
        """Draw what would be left of the graph if accounts were taken away; see `takedown_curve`.

        Parameters
        ----------
        accounts : sequence of str, optional
            In which order; where not given, at each step the one with most weight left.
        path : path, optional
            As in `overview`.
        """
        from lockstep.plots import draw_takedown
        from lockstep.takedown import takedown_curve

        curve = takedown_curve(self.pairs, accounts)
        return draw_takedown(f"{self.id}: ties of co-action left", curve, path)

    def to_markdown(self) -> str:
        """The report in short, in Markdown, for mails and tickets; ids in it begin no markup."""
        from lockstep.report import render_markdown

        names = ("clusters", "candidates", "evolution", "recovery", "returners")
        tables = {name: getattr(self, name) for name in names}
        return render_markdown(tables, self.summary, str(self.report))

    def _headline(self) -> str:
        counts = self.summary["coordination"]
        return (
            f"{self.id}: {counts['clusters']:,} clusters of {counts['clustered_accounts']:,} "
            f"accounts, {counts['pairs']:,} edges at FDR {self.summary['options']['fdr']:g}"
        )

    def __repr__(self) -> str:
        counts = self.summary["coordination"]
        return (
            f"<lockstep.Run {self.id}: {counts['clusters']} clusters, "
            f"{counts['clustered_accounts']} accounts, {self.path}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{row['cluster_id']}</td><td>{row['network']}</td><td>{row['members']}</td>"
            f"<td>{row['score']:.3g}</td><td>{html.escape(row['reason'])}</td></tr>"
            for row in self.clusters.slice(0, 10).to_pylist()
        )
        rest = self.clusters.num_rows - 10
        more = f"<p>and {rest:,} more in <code>run.clusters</code></p>" if rest > 0 else ""
        alarms = "".join(f"<p><b>Alarm:</b> {html.escape(text)}</p>" for text in self.alarms)
        return (
            f"<p><b>{html.escape(self._headline())}</b></p>{alarms}<table><thead><tr>"
            "<th>cluster</th><th>network</th><th>members</th><th>score</th><th>why</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>{more}"
            "<p><small>A cluster shows co-action, not why: <code>run.cluster('C-0001')</code>"
            "</small></p>"
        )


def runs_folder(store: str | Path) -> Path:
    """Where the runs of a store go, unless it is said otherwise: STORE-runs."""
    return Path(f"{store}-runs")


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


def pairs_of(edges: pa.Table) -> pa.Table:
    """Edges of layers as pairs: `source`, `target`, `weight`, `layers`, in order."""
    grouped = edges.group_by(["source", "target"]).aggregate([("weight", "max"), ("layer", "list")])
    renamed = grouped.rename_columns({"weight_max": "weight", "layer_list": "layers"})
    return renamed.sort_by([("source", "ascending"), ("target", "ascending")])


def _between(table: pa.Table, a: str, b: str) -> pa.Table:
    def ends(first: str, second: str) -> pa.ChunkedArray:
        return pc.and_(pc.equal(table["source"], first), pc.equal(table["target"], second))

    return table.filter(pc.or_(ends(str(a), str(b)), ends(str(b), str(a))))


def write_run(
    out: Path, run_id: str, tables: dict[str, pa.Table], summary: dict[str, Any], report: str
) -> Run:
    """Writes a run beside its place, then moves it there: a run folder is always whole.

    Raises
    ------
    ConfigError, StorageError
        Where `out` can be no folder of runs, or its disk takes no more; nothing is left there.
    """
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{out} cannot be a folder of runs: {error.strerror}; give another --out"
        ) from error
    fresh = out / f".tmp-{run_id}-{os.getpid()}"
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
        _write_files(fresh, tables, summary, report)
        _put_in_place(fresh, out / run_id)
        point_latest(out, run_id)
    except OSError as error:
        raise StorageError(
            f"cannot write the run to {out}: {error.strerror or error}; make room or give "
            f"another --out"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Run(out / run_id, fresh=True)


def _write_files(
    folder: Path, tables: dict[str, pa.Table], summary: dict[str, Any], report: str
) -> None:
    for name in TABLES:
        pq.write_table(tables[name], folder / f"{name}.parquet", compression="zstd")
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8")
    (folder / "report.html").write_text(report, encoding="utf-8")
    for path in (*folder.iterdir(), folder):
        _sync(path)


def _put_in_place(fresh: Path, place: Path) -> None:
    """Moves a whole run to its place; one that was there before goes only then."""
    old = fresh.with_name(f"{fresh.name}-old")
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    _sync(place.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def point_latest(out: Path, run_id: str) -> None:
    """Makes OUT/latest lead to a run, in one step."""
    link = out / f".latest-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(run_id)
    link.replace(out / "latest")
