"""Figures of the report, as inline SVG. Text in them goes through `label`, which makes it inert."""

from __future__ import annotations

import html
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep.graph_layout import place_members, strongest_pairs

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
    pairs = strongest_pairs(names, edges)
    where = place_members(len(names), pairs)
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
