"""Figures of a cluster as bytes that are the same each time."""

from __future__ import annotations

import io
import threading
from typing import Any

from lockstep.cluster import Cluster

__all__ = ["figure_files"]

_settings = threading.Lock()  # those of matplotlib are one for all threads
_DRAFT = "DRAFT: not signed by a second person"


def figure_files(cluster: Cluster, *, draft: bool) -> dict[str, bytes]:
    """`graph`, `timeline` and `lags`, as SVG and PNG; a draft says so across each."""
    files = {}
    for name, draw in (
        ("graph", cluster.plot),
        ("timeline", cluster.timeline),
        ("lags", cluster.lags),
    ):
        figure = draw()
        if draft:
            _mark(figure)
        for form in ("svg", "png"):
            files[f"figures/{name}.{form}"] = _written(figure, form)
    return files


def _mark(figure: Any) -> None:
    figure.text(*(0.5, 0.5, _DRAFT), rotation=25, alpha=0.35, fontsize=20, ha="center", va="center")


def _written(figure: Any, form: str) -> bytes:
    """Without the moment and the random names that matplotlib would put in."""
    import matplotlib

    silent: dict[str, Any] = {"Date": None} if form == "svg" else {"Software": None}
    out = io.BytesIO()
    with _settings, matplotlib.rc_context({"svg.hashsalt": "lockstep"}):
        figure.savefig(out, format=form, dpi=150, metadata=silent)
    return out.getvalue()
