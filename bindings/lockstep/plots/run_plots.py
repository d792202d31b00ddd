"""Figures of a whole run: what was found, and what taking accounts away would change."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lockstep.plots.style import ACCENT, COLOURS, calm, finished, new_figure, utc_axis

__all__ = ["draw_overview", "draw_takedown"]

_NAMED = 12


def draw_overview(
    title: str, tables: dict[str, pa.Table], summary: dict[str, Any], path: str | Path | None
) -> Any:
    """Clusters by size and score, meetings by time, edges by layer, weights of pairs."""
    figure = new_figure(10, 6.6)
    (sizes, times), (layers, weights) = figure.subplots(2, 2)
    _draw_clusters(sizes, tables["clusters"])
    _draw_times(times, tables["evidence"])
    _draw_layers(layers, summary["layers"])
    _draw_weights(weights, tables["pairs"])
    for axes in (sizes, times, layers, weights):
        calm(axes)
    figure.suptitle(title, fontsize=11)
    return finished(figure, path)


def _draw_clusters(axes: Any, clusters: pa.Table) -> None:
    members, score = (clusters[name].to_numpy() for name in ("members", "score"))
    axes.scatter(members, score, s=28, color=ACCENT, alpha=0.8)
    rows = clusters.slice(0, _NAMED).to_pylist()
    for row in rows:
        axes.annotate(
            row["cluster_id"],
            (row["members"], row["score"]),
            xytext=(4, 3),
            textcoords="offset points",
            fontsize=7,
        )
    if len(members) and members.max() > 30 * members.min():
        axes.set_xscale("log")
    axes.set(xlabel="members", ylabel="score", title=f"{len(members):,} clusters")


def _draw_times(axes: Any, evidence: pa.Table) -> None:
    times = evidence["source_time_s"].to_numpy()
    if len(times):
        moments = [datetime.datetime.fromtimestamp(int(t), datetime.UTC) for t in times]
        axes.hist(moments, bins=60, color=ACCENT)
        utc_axis(axes)
    axes.set(ylabel="meetings", title=f"{len(times):,} meetings behind edges")


def _draw_layers(axes: Any, layers: dict[str, dict[str, int]]) -> None:
    names = list(layers)
    axes.barh(names, [layers[name]["edges"] for name in names], color=ACCENT)
    axes.invert_yaxis()
    axes.set(xlabel="edges", title="by layer")


def _draw_weights(axes: Any, pairs: pa.Table) -> None:
    axes.hist(pairs["weight"].to_numpy(), bins=40, color=ACCENT)
    axes.set(xlabel="weight, -log10 p (at most 50)", ylabel="pairs", title="certainty of pairs")


def draw_takedown(title: str, curve: pa.Table, path: str | Path | None) -> Any:
    """What is left of the graph, and of the audience where the curve has it."""
    figure = new_figure(6.4, 4)
    axes = figure.subplots()
    removed = curve["removed"].to_numpy()
    for name, label, colour in (
        ("weight_left", "weight of pairs", COLOURS[0]),
        ("pairs_left", "pairs", COLOURS[2]),
        ("largest_component", "largest component", COLOURS[1]),
        ("reach_left", "audience", COLOURS[3]),
        ("cascade_left", "audience of cascades", COLOURS[4]),
    ):
        if name not in curve.column_names:
            continue
        axes.plot(removed, 100 * curve[name].to_numpy(), color=colour, label=label)
    axes.set(xlabel="accounts taken away", ylabel="% left", ylim=(0, 102), xlim=(0, None))
    axes.set_title(title, fontsize=10)
    axes.legend(frameon=False)
    calm(axes)
    at_half = int(np.argmax(curve["weight_left"].to_numpy() <= 0.5))
    if at_half:
        axes.axvline(removed[at_half], color="0.7", linewidth=1, zorder=0)
    return finished(figure, path)
