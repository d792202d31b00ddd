"""Figures of the report, as inline SVG. Text in them goes through `label`, which makes it inert."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_VERTICES", "graph_figure", "label", "lag_figure"]

MOST_VERTICES = 60

_LONGEST = 28


def label(text: object, longest: int = _LONGEST) -> str:
    r"""An id as it may stand in a page: not longer than that, its hidden characters named.

    >>> label("a\u202eb")
    'a\\u{202e}b'
    """
    letters = str(text)
    shown = "".join(
        letter if letter.isprintable() else f"\\u{{{ord(letter):x}}}"
        for letter in letters[: longest + 1]
    )
    return shown if len(letters) <= longest else shown[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def lag_figure(lags: npt.NDArray[np.int64], window_s: int) -> str:
    """How many seconds apart members were, over all meetings."""
    bins = min(30, window_s + 1)
    counts, bounds = np.histogram(np.abs(lags), bins=bins, range=(0, window_s + 1))
    width, height, base = 420, 160, 120
    step = (width - 60) / bins
    most = max(int(counts.max(initial=1)), 1)
    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" class="figure small" '
        f'aria-label="Histogram of lags: {len(lags)} meetings, up to {window_s} seconds">'
    ]
    for i, count in enumerate(counts):
        bar = base * 0.9 * count / most
        parts.append(
            f'<rect x="{50 + i * step:.1f}" y="{base - bar:.1f}" width="{max(step - 1, 1):.1f}" '
            f'height="{bar:.1f}" class="bar"><title>{int(count)} meetings, '
            f"{bounds[i]:.0f} to {bounds[i + 1]:.0f} s</title></rect>"
        )
    parts.append(
        f'<line x1="50" x2="{width - 8}" y1="{base}" y2="{base}" class="axis"/>'
        f'<text x="46" y="{base * 0.1 + 8:.0f}" text-anchor="end">{most:,}</text>'
        f'<text x="50" y="{base + 16}">0 s</text>'
        f'<text x="{width - 8}" y="{base + 16}" text-anchor="end">{window_s:,} s</text>'
        f'<text x="{width / 2}" y="{base + 32}" text-anchor="middle">seconds apart</text></svg>'
    )
    return "".join(parts)


def graph_figure(members: list[str], edges: list[dict[str, Any]]) -> str:
    """The cluster drawn: numbered as in the list of members, the strongest where there are many."""
    names = members[:MOST_VERTICES]
    pairs = _pairs(names, edges)
    where = _layout(len(names), list(pairs), list(pairs.values()))
    size = 420
    xy = 20 + where * (size - 40)
    heaviest = max(pairs.values(), default=1.0)
    parts = [
        f'<svg viewBox="0 0 {size} {size}" role="img" class="figure small" '
        f'aria-label="Graph of {len(names)} accounts and {len(pairs)} edges">'
    ]
    # One path a width: a clique of 60 has 1,770 edges.
    lines: dict[int, list[str]] = {}
    for (a, b), weight in pairs.items():
        line = f"M{xy[a, 0]:.0f} {xy[a, 1]:.0f}L{xy[b, 0]:.0f} {xy[b, 1]:.0f}"
        lines.setdefault(round(4 * weight / heaviest), []).append(line)
    for width, drawn in sorted(lines.items()):
        path = "".join(drawn)
        parts.append(f'<path d="{path}" class="edge" stroke-width="{0.4 + width / 2:.1f}"/>')
    for i, name in enumerate(names):
        parts.append(
            f"<g><title>{i + 1}: {html.escape(label(name), quote=True)}</title>"
            f'<circle cx="{xy[i, 0]:.0f}" cy="{xy[i, 1]:.0f}" r="9" class="vertex"/>'
            f'<text x="{xy[i, 0]:.0f}" y="{xy[i, 1] + 3:.0f}" text-anchor="middle" '
            f'class="number">{i + 1}</text></g>'
        )
    return "".join([*parts, "</svg>"])


def _pairs(names: list[str], edges: list[dict[str, Any]]) -> dict[tuple[int, int], float]:
    """Pairs of the names with the weight of their strongest layer."""
    place = {name: i for i, name in enumerate(names)}
    pairs: dict[tuple[int, int], float] = {}
    for edge in edges:
        if edge["source"] in place and edge["target"] in place:
            ends = place[edge["source"]], place[edge["target"]]
            pairs[ends] = max(pairs.get(ends, 0.0), edge["weight"])
    return pairs


def _layout(n: int, pairs: list[tuple[int, int]], weights: list[float]) -> npt.NDArray[np.float64]:
    """Spring layout (Fruchterman and Reingold 1991) in the unit square, from a circle."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # A vertex a little off the circle: perfect symmetry would never unfold.
    at[::2] *= 0.9
    pull = np.zeros((n, n))
    heaviest = max(weights, default=1.0)
    for (a, b), weight in zip(pairs, weights, strict=True):
        pull[a, b] = pull[b, a] = 0.5 + 0.5 * weight / heaviest
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
