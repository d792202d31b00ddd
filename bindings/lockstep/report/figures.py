"""Figures of the report, as inline SVG. Text in them goes through `label`, which makes it inert."""

from __future__ import annotations

import datetime
import html
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["graph_figure", "label", "lag_figure", "timeline_figure"]

# Okabe and Ito's colours, told apart by colour-blind readers too; the last is for "other".
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"]
OTHER = "#8a8f98"
MOST_ROWS = 30
MOST_VERTICES = 60

_HIDDEN = {
    *range(0x00, 0x20), 0x7F, 0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x2028, 0x202F),
    *range(0x2060, 0x2070), 0xFEFF,
}  # fmt: skip
_LONGEST = 28


def label(text: object, longest: int = _LONGEST) -> str:
    """An id as it may stand in a page: hidden characters named, and not longer than that."""
    shown = "".join(
        f"\\u{{{ord(letter):x}}}" if ord(letter) in _HIDDEN else letter
        for letter in str(text)[: longest + 1]
    )
    return shown if len(str(text)) <= longest else shown[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _text(text: object) -> str:
    return html.escape(label(text), quote=True)


def _when(seconds: float, form: str = "%d %b %H:%M") -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime(form)


def timeline_figure(rows: list[dict[str, Any]], members: list[str], top: list[str]) -> str:
    """Who met others on what, when: one line an account, one tick a meeting, coloured by object."""
    shown = members[:MOST_ROWS]
    place = {account: row for row, account in enumerate(shown)}
    colour = dict(zip(top, COLOURS, strict=False))
    ticks = {
        (row[end], row[f"{end_name}_time_s"], row["object_id"])
        for row in rows
        for end, end_name in (("source", "source"), ("target", "target"))
        if row[end] in place
    }
    times = [time for _, time, _ in ticks]
    first, last = min(times), max(times)
    width, left, line = 900, 190, 16
    height = line * len(shown) + 30
    scale = (width - left - 16) / max(last - first, 1)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" class="figure" '
        f'aria-label="Timeline: {len(ticks)} actions of {len(shown)} accounts">'
    ]
    for account, row in place.items():
        y = row * line + 12
        parts.append(
            f'<line x1="{left}" x2="{width - 16}" y1="{y}" y2="{y}" class="rule"/>'
            f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{_text(account)}</text>'
        )
    for account, time, object_ in sorted(ticks):
        x = left + (time - first) * scale
        y = place[account] * line + 12
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 6}" y2="{y + 6}" stroke-width="2" '
            f'stroke="{colour.get(object_, OTHER)}"/>'
        )
    bottom = height - 4
    for share, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end")):
        x = left + share * (width - left - 16)
        when = _when(first + share * (last - first))
        parts.append(f'<text x="{x:.0f}" y="{bottom}" text-anchor="{anchor}">{when}</text>')
    return "".join([*parts, "</svg>"])


def lag_figure(lags: npt.NDArray[np.int64], window_s: int) -> str:
    """How many seconds apart members were, over all meetings."""
    bins = int(min(30, window_s + 1))
    counts, bounds = np.histogram(np.abs(lags), bins=bins, range=(0, window_s + 1))
    width, height, base = 420, 150, 120
    step = (width - 50) / bins
    most = max(int(counts.max(initial=1)), 1)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" class="figure small" '
        f'aria-label="Histogram of lags: {len(lags)} meetings, up to {window_s} seconds">'
    ]
    for i, count in enumerate(counts):
        bar = base * 0.9 * count / most
        parts.append(
            f'<rect x="{40 + i * step:.1f}" y="{base - bar:.1f}" width="{max(step - 1, 1):.1f}" '
            f'height="{bar:.1f}" fill="{COLOURS[0]}"><title>{int(count)} meetings, '
            f"{bounds[i]:.0f} to {bounds[i + 1]:.0f} s</title></rect>"
        )
    parts.append(
        f'<line x1="40" x2="{width - 8}" y1="{base}" y2="{base}" class="axis"/>'
        f'<text x="36" y="{base * 0.1 + 8:.0f}" text-anchor="end">{most}</text>'
        f'<text x="40" y="{base + 16}">0 s</text>'
        f'<text x="{width - 8}" y="{base + 16}" text-anchor="end">{window_s} s</text>'
        f'<text x="{width / 2}" y="{base + 28}" text-anchor="middle">seconds apart</text></svg>'
    )
    return "".join(parts)


def graph_figure(members: list[dict[str, Any]], edges: list[dict[str, Any]]) -> str:
    """The cluster drawn; the strongest members where there are too many to see."""
    names = [row["account_id"] for row in members[:MOST_VERTICES]]
    place = {name: i for i, name in enumerate(names)}
    pairs = {
        (place[row["source"]], place[row["target"]]): row["weight"]
        for row in edges
        if row["source"] in place and row["target"] in place
    }
    where = _layout(len(names), list(pairs), list(pairs.values()))
    size = 420
    xy = 48 + where * (size - 96)
    heaviest = max(pairs.values(), default=1.0)
    parts = [
        f'<svg viewBox="0 0 {size} {size}" role="img" class="figure small" '
        f'aria-label="Graph of {len(names)} accounts and {len(pairs)} edges">'
    ]
    for (a, b), weight in pairs.items():
        parts.append(
            f'<line x1="{xy[a, 0]:.1f}" y1="{xy[a, 1]:.1f}" x2="{xy[b, 0]:.1f}" '
            f'y2="{xy[b, 1]:.1f}" class="edge" stroke-width="{0.5 + 2 * weight / heaviest:.2f}"/>'
        )
    for i, name in enumerate(names):
        parts.append(
            f'<circle cx="{xy[i, 0]:.1f}" cy="{xy[i, 1]:.1f}" r="6" fill="{COLOURS[0]}" '
            f'class="vertex"><title>{_text(name)}</title></circle>'
        )
        if len(names) <= 16:
            parts.append(
                f'<text x="{xy[i, 0]:.1f}" y="{xy[i, 1] - 9:.1f}" text-anchor="middle">'
                f"{html.escape(label(name, 14))}</text>"
            )
    return "".join([*parts, "</svg>"])


def _layout(n: int, pairs: list[tuple[int, int]], weights: list[float]) -> npt.NDArray[np.float64]:
    """Spring layout (Fruchterman and Reingold 1991) in the unit square, from a circle."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # A vertex a little off the circle: perfect symmetry would never unfold.
    at[::2] *= 0.9
    pull = np.zeros((n, n))
    for (a, b), weight in zip(pairs, weights, strict=True):
        pull[a, b] = pull[b, a] = 0.5 + 0.5 * weight / max(weights)
    ideal = 1.6 / np.sqrt(max(n, 1))
    for step in np.linspace(0.2, 0.005, 200):
        delta = at[:, None, :] - at[None, :, :]
        distance = np.maximum(np.linalg.norm(delta, axis=2), 1e-3)
        force = (ideal / distance) ** 2 - pull * distance / ideal
        np.fill_diagonal(force, 0.0)
        move = (delta * force[:, :, None]).sum(axis=1)
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at = at + move / length * np.minimum(length, step)
    low, high = at.min(axis=0), at.max(axis=0)
    return (at - low) / np.maximum(high - low, 1e-9)
