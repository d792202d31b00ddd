"""The report of a run: one HTML page that needs nothing else."""

from __future__ import annotations

import datetime
from typing import Any

import jinja2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.report.figures import (
    COLOURS,
    MOST_ROWS,
    MOST_VERTICES,
    OTHER,
    graph_figure,
    label,
    lag_figure,
    timeline_figure,
)

__all__ = ["render_report"]

MOST_CLUSTERS = 20
MOST_LISTED = 200
MOST_EDGES = 5
MOST_CANDIDATES = 50


def render_report(tables: dict[str, pa.Table], summary: dict[str, Any]) -> str:
    """Renders the report of a run's tables and summary.

    What is too long for a page is cut, and the page says so and names the file that has it all.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lockstep", "report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(id=label, utc=_utc, number=_number, small=_small)
    clusters = tables["clusters"].to_pylist()
    return environment.get_template("report.html.j2").render(
        run=summary,
        command=_command(summary),
        clusters=clusters[:MOST_LISTED],
        cluster_count=len(clusters),
        details=[_detail(tables, row, summary) for row in clusters[:MOST_CLUSTERS]],
        edge_count=tables["edges"].num_rows,
        candidates=tables["candidates"].slice(0, MOST_CANDIDATES).to_pylist(),
        candidate_count=tables["candidates"].num_rows,
        most_vertices=MOST_VERTICES,
        most_rows=MOST_ROWS,
        other=OTHER,
    )


def _command(summary: dict[str, Any]) -> str:
    """The call that makes this run again."""
    options = summary["options"]
    words = ["lockstep", "sweep", summary["store"], f"--window {options['window_s']}s"]
    words += [f"--kind {kind}" for kind in options["kinds"]]
    for name in ("min_objects", "fdr", "resolution", "seed", "min_cluster_size", "damping"):
        words.append(f"--{name.replace('_', '-')} {options[name]}")
    for name in ("since", "until"):
        if options[f"{name}_s"] is not None:
            words.append(f"--{name} {options[f'{name}_s']}")
    return " ".join(words)


def _detail(
    tables: dict[str, pa.Table], cluster: dict[str, Any], summary: dict[str, Any]
) -> dict[str, Any]:
    """What the page shows of one cluster."""
    name = cluster["cluster_id"]
    members = _where(tables["members"], "cluster_id", name).to_pylist()
    edges = _where(tables["edges"], "cluster_id", name)
    accounts = pa.array([row["account_id"] for row in members], pa.string())
    evidence = tables["evidence"]
    inside = evidence.filter(
        pc.and_(pc.is_in(evidence["source"], accounts), pc.is_in(evidence["target"], accounts))
    )
    strongest = edges.sort_by(
        [("log10_p", "ascending"), ("source", "ascending"), ("target", "ascending")]
    ).slice(0, MOST_EDGES)
    rows = inside.to_pylist()
    window_s = summary["options"]["window_s"]
    return {
        "cluster": cluster,
        "members": members,
        "timeline": timeline_figure(
            rows, [row["account_id"] for row in members], cluster["top_objects"]
        ),
        "legend": list(zip(cluster["top_objects"], COLOURS, strict=False)),
        "graph": graph_figure(members, edges.to_pylist()),
        "lags": lag_figure(np.array([row["lag_s"] for row in rows], dtype=np.int64), window_s),
        "edges": [{**edge, "evidence": _of_edge(rows, edge)} for edge in strongest.to_pylist()],
        "edge_count": edges.num_rows,
    }


def _of_edge(rows: list[dict[str, Any]], edge: dict[str, Any]) -> list[dict[str, Any]]:
    ends = edge["source"], edge["target"], edge["layer"]
    own = [row for row in rows if (row["source"], row["target"], row["layer"]) == ends]
    # What is rare says more than what everybody shares.
    return sorted(own, key=lambda row: (row["object_actions"], row["source_time_s"]))


def _where(table: pa.Table, column: str, value: str) -> pa.Table:
    return table.filter(pc.equal(table[column], value))


def _utc(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _number(value: float) -> str:
    return f"{value:,.0f}" if isinstance(value, int) else f"{value:,.3g}"


def _small(value: float) -> str:
    """A probability for people."""
    return f"{value:.2g}" if value > 1e-300 else "below 1e-300"
