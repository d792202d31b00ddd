"""The page of a pack: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from typing import Any

from lockstep.cases.state import DISPOSITIONS, Case, told
from lockstep.cluster import Cluster
from lockstep.report import templates
from lockstep.report.figures import label

__all__ = ["case_page"]

MOST_ROWS = 200  # of a table on the page; the CSV files have all
_FIGURES = {
    "graph": "Members and the edges between them.",
    "timeline": "What members did together, and when.",
    "lags": "Seconds between two members on one object, beside what chance would give.",
}


def case_page(
    case: Case,
    cluster: Cluster,
    parameters: dict[str, Any],
    files: dict[str, bytes],
    *,
    draft: bool,
) -> bytes:
    """The page; whatever comes from the data is escaped, and figures are inside it."""
    environment = templates("cases", autoescape=True)
    environment.filters.update(id=label, long=lambda text: label(text, 10_000))
    page = environment.get_template("page.html.j2").render(
        case=case,
        draft=draft,
        found=None if case.disposition is None else DISPOSITIONS[case.disposition],
        cluster=cluster,
        figures=[
            (name, said, base64.b64encode(files[f"figures/{name}.svg"]).decode())
            for name, said in _FIGURES.items()
        ],
        members=cluster.members.slice(0, MOST_ROWS).to_pylist(),
        evidence=cluster.evidence.slice(0, MOST_ROWS).to_pylist(),
        evidence_count=cluster.evidence.num_rows,
        most=MOST_ROWS,
        history=[(entry, told(entry)) for entry in case.entries],
        parameters=parameters,
    )
    return page.encode()
