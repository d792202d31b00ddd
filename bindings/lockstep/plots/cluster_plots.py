"""Figures of one cluster: who is tied to whom, who acted when, how many seconds apart."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lockstep.graph_layout import place_members, strongest_pairs
from lockstep.plots.style import (
    ACCENT,
    COLOURS,
    OTHER,
    calm,
    finished,
    new_figure,
    shortened,
    utc_axis,
)
from lockstep.report.timeline import Ticks

__all__ = ["draw_cluster", "draw_lags", "draw_timeline"]

MOST_VERTICES = 300
_NAMED = 40  # beyond, names would cover each other
_BINS = 30


def draw_cluster(
    title: str,
    members: list[str],
    edges: list[dict[str, Any]],
    community: dict[str, str],
    path: str | Path | None,
) -> Any:
    """The members as a graph; colours tell the communities in `community`, width the weight."""
    from matplotlib.collections import LineCollection

    names = members[:MOST_VERTICES]
    pairs = strongest_pairs(names, edges)
    at = place_members(len(names), pairs)
    figure = new_figure(6.4, 6.4)
    axes = figure.subplots()
    heaviest = max(pairs.values(), default=1.0)
    lines = LineCollection(
        [(at[a], at[b]) for a, b in pairs],
        linewidths=[0.3 + 2.2 * weight / heaviest for weight in pairs.values()],
        colors="#b8c4d0",
        zorder=1,
    )
    axes.add_collection(lines)
    groups = sorted(
        {community.get(name, "") for name in names}, key=lambda group: (not group, group)
    )
    colour = dict(zip(groups, COLOURS, strict=False))
    if len(groups) > 1 and "" in groups:
        colour[""] = OTHER
    strength = np.zeros(len(names))
    for (a, b), weight in pairs.items():
        strength[[a, b]] += weight
    size = 30 + 120 * strength / max(strength.max(initial=0.0), 1e-9)
    for group in groups:
        own = [i for i, name in enumerate(names) if community.get(name, "") == group]
        axes.scatter(
            *at[own].T, s=size[own], c=colour.get(group, OTHER), label=group or None, zorder=2
        )
    if len(names) <= _NAMED:
        for name, (x, y) in zip(names, at, strict=True):
            axes.annotate(
                shortened(name), (x, y), xytext=(4, 4), textcoords="offset points", fontsize=7
            )
    if len(groups) > 1:
        axes.legend(frameon=False, fontsize=8)
    left_out = len(members) - len(names)
    rest = f", the {len(names)} strongest of {len(members):,}" if left_out else ""
    axes.set_title(f"{title}: {len(names):,} accounts, {len(pairs):,} edges{rest}", fontsize=10)
    axes.set_axis_off()
    axes.margins(0.08)
    return finished(figure, path)


def draw_timeline(
    title: str, ticks: Ticks, members: list[str], most: int, path: str | Path | None
) -> Any:
    """One line an account, one tick an action that met another member's; colours tell objects."""
    shown = members[:most]
    figure = new_figure(9.5, 1.4 + 0.19 * max(len(shown), 4))
    axes = figure.subplots()
    times = np.array(
        [datetime.datetime.fromtimestamp(t, datetime.UTC) for t in ticks.time_s.tolist()]
    )
    named = np.where(ticks.object < ticks.named, ticks.object, len(COLOURS))
    for number in range(len(COLOURS), -1, -1):
        own = np.flatnonzero((named == number) & (ticks.row < len(shown)))
        if len(own):
            other = number == len(COLOURS)
            label = "other objects" if other else shortened(ticks.objects[number], 28)
            axes.plot(
                times[own],
                ticks.row[own],
                "|",
                markersize=9,
                markeredgewidth=1.4,
                color=OTHER if other else COLOURS[number],
                label=label,
            )
    axes.set_yticks(range(len(shown)), [shortened(name) for name in shown], fontsize=7)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    utc_axis(axes)
    left_out = len(members) - len(shown)
    rest = f" (the {len(shown)} strongest of {len(members):,} accounts)" if left_out else ""
    axes.set_title(f"{title}: what members did together, and when{rest}", fontsize=10)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1],
        labels[::-1],
        frameon=False,
        fontsize=7,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
    )
    calm(axes)
    return finished(figure, path)


def draw_lags(
    title: str, evidence: pa.Table, expected: float, window_s: int, path: str | Path | None
) -> Any:
    """Seconds between two members on one object, beside chance spread evenly."""
    lags = np.abs(evidence["lag_s"].to_numpy())
    bins = min(_BINS, window_s + 1)
    figure = new_figure(6.4, 3.6)
    axes = figure.subplots()
    axes.hist(lags, bins=bins, range=(0, window_s + 1), color=ACCENT, label="observed")
    axes.axhline(
        expected / bins,
        color=COLOURS[1],
        linestyle="--",
        label=f"by chance: {expected:,.3g} in all",
    )
    axes.set(xlabel="seconds apart", ylabel="meetings (pair and object)", xlim=(0, window_s + 1))
    axes.set_title(f"{title}: {len(lags):,} meetings", fontsize=10)
    axes.legend(frameon=False)
    calm(axes)
    return finished(figure, path)
