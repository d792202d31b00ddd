"""What the report shows of one cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.report.figures import graph_figure, lag_figure
from lockstep.report.timeline import (
    COLOURS,
    MOST_ROWS,
    Ticks,
    busiest_moment,
    ticks_of,
    timeline_figure,
)

__all__ = ["MOST_EDGES", "MOST_EVIDENCE", "MOST_MEMBERS", "cluster_detail"]

MOST_EDGES = 5
MOST_EVIDENCE = 12
MOST_MEMBERS = 100


def cluster_detail(
    tables: dict[str, pa.Table], cluster: dict[str, Any], window_s: int
) -> dict[str, Any]:
    """Figures, members and strongest edges of a cluster."""
    is_own = pc.equal(tables["members"]["cluster_id"], cluster["cluster_id"])
    rows = tables["members"].filter(is_own)
    members = rows["account_id"].to_pylist()
    edges = tables["edges"].filter(
        pc.equal(tables["edges"]["cluster_id"], cluster["cluster_id"]).fill_null(False)
    )
    accounts = pa.array(members, pa.string())
    evidence = tables["evidence"]
    evidence = evidence.filter(
        pc.and_(pc.is_in(evidence["source"], accounts), pc.is_in(evidence["target"], accounts))
    )
    ticks = ticks_of(evidence, members, cluster["top_objects"])
    whole = int(ticks.time_s.min()), int(ticks.time_s.max())
    return {
        "cluster": cluster,
        "members": rows.slice(0, MOST_MEMBERS).to_pylist(),
        "legend": cluster["top_objects"][:COLOURS],
        "timeline": timeline_figure(ticks, members, np.arange(min(len(members), MOST_ROWS)), whole),
        "moment": _moment(ticks, members, window_s),
        "graph": graph_figure(members, edges.to_pylist()),
        "lags": lag_figure(evidence["lag_s"].to_numpy(), window_s),
        "edge_count": edges.num_rows,
        "edges": [_with_evidence(edge, evidence) for edge in _strongest(edges).to_pylist()],
    }


def _strongest(edges: pa.Table) -> pa.Table:
    order = [
        ("weight", "descending"),
        ("log10_p", "ascending"),
        ("source", "ascending"),
        ("target", "ascending"),
    ]
    return edges.sort_by(order).slice(0, MOST_EDGES)


def _with_evidence(edge: dict[str, Any], evidence: pa.Table) -> dict[str, Any]:
    own = evidence.filter(
        pc.and_(
            pc.and_(
                pc.equal(evidence["source"], edge["source"]),
                pc.equal(evidence["target"], edge["target"]),
            ),
            pc.equal(evidence["layer"], edge["layer"]),
        )
    )
    # What is rare says more than what everybody shares.
    own = own.sort_by(
        [
            ("object_actions", "ascending"),
            ("source_time_s", "ascending"),
            ("object_id", "ascending"),
        ]
    )
    return {**edge, "evidence": own.slice(0, MOST_EVIDENCE).to_pylist()}


def _moment(ticks: Ticks, members: list[str], window_s: int) -> dict[str, Any]:
    """The closest look: the window in which most members met on one object."""
    meeting, object_ = busiest_moment(ticks, window_s)
    acting, first_tick = np.unique(meeting.row, return_index=True)
    # In the order in which they acted, so that the eye can follow them.
    shown = acting[np.argsort(first_tick, kind="stable")][:MOST_ROWS]
    first, last = int(meeting.time_s[0]), int(meeting.time_s[-1])
    span = first, max(first + min(window_s, 4 * (last - first)), first + 10)
    return {
        "object": object_,
        "members": len(acting),
        "first_s": first,
        "seconds": last - first,
        "figure": timeline_figure(ticks, members, shown, span, relative=True),
        "shown": len(shown),
    }
