"""Timelines: one line an account, one tick an action, so that acting in lockstep can be seen."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.moments import utc_text
from lockstep.report.figures import label

__all__ = ["COLOURS", "MOST_ROWS", "Ticks", "busiest_moment", "ticks_of", "timeline_figure"]

COLOURS = 6  # of objects; what has none of its own is drawn as "other"
MOST_ROWS = 30

I64 = npt.NDArray[np.int64]

_WIDTH, _LEFT, _RIGHT, _LINE = 940, 230, 16, 16
_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800]
_STEPS_S += [3600 * hours for hours in (1, 2, 3, 6, 12)]
_STEPS_S += [86_400 * days for days in (1, 2, 4, 7, 14, 28, 91, 182, 365, 730, 1826, 3652)]


@dataclass(frozen=True)
class Ticks:
    """Actions of a cluster that met another member's, each once, by time."""

    row: I64  # place of the account among the members
    time_s: I64
    object: I64  # place of the object in `objects`
    objects: list[str]
    named: int  # that many objects, the first, have a colour of their own

    def where(self, kept: npt.NDArray[Any]) -> Ticks:
        """Those that a mask or positions choose."""
        return replace(self, row=self.row[kept], time_s=self.time_s[kept], object=self.object[kept])


def ticks_of(evidence: pa.Table, members: list[str], top: list[str]) -> Ticks:
    """The ticks of a cluster's evidence; the objects in `top` come first."""
    accounts = pa.array(members, pa.string())
    objects = [*top, *sorted(set(pc.unique(evidence["object_id"]).to_pylist()) - set(top))]
    object_ = pc.index_in(evidence["object_id"], pa.array(objects, pa.string())).to_numpy()
    rows = []
    for end in ("source", "target"):
        account = pc.index_in(evidence[end], accounts).to_numpy()
        rows.append(np.stack([evidence[f"{end}_time_s"].to_numpy(), account, object_], axis=1))
    time_s, row, object_ = np.unique(np.concatenate(rows).astype(np.int64), axis=0).T
    return Ticks(row, time_s, object_, objects, min(len(top), COLOURS))


def busiest_moment(ticks: Ticks, window_s: int) -> tuple[Ticks, str]:
    """The window in which most members acted on one object, and the name of that object."""
    order = np.lexsort((ticks.time_s, ticks.object))
    object_, time_s = ticks.object[order].astype(np.int64), ticks.time_s[order]
    # Objects one after another on one line of time, too far apart to meet.
    line = object_ * (int(np.ptp(time_s)) + window_s + 1) + time_s - time_s.min()
    ends = np.searchsorted(line, line + window_s, side="right")
    best, best_members = order[:1], 0
    # A window has at most as many members as ticks: most need no closer look.
    for first in np.argsort(np.arange(len(line)) - ends, kind="stable"):
        chosen = order[first : ends[first]]
        if len(chosen) <= best_members:
            break
        members = len(np.unique(ticks.row[chosen]))
        if members > best_members:
            best, best_members = chosen, members
    return ticks.where(best), ticks.objects[ticks.object[best[0]]]


def timeline_figure(
    ticks: Ticks, members: list[str], shown: I64, span: tuple[int, int], *, relative: bool = False
) -> str:
    """The ticks of the members in `shown`, a line each, over `span` (first and last second).

    With `relative`, times are written as seconds after the first.
    """
    first, last = span
    scale = (_WIDTH - _LEFT - _RIGHT) / max(last - first, 1)
    height = _LINE * len(shown) + 34
    line_of = np.full(len(members), -1)
    line_of[shown] = np.arange(len(shown))
    seen = (line_of[ticks.row] >= 0) & (ticks.time_s >= first) & (ticks.time_s <= last)
    ticks = ticks.where(seen)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" class="figure" '
        f'aria-label="Timeline: {len(ticks.row)} actions of {len(shown)} accounts">'
    ]
    for line, member in enumerate(shown.tolist()):
        y = line * _LINE + 12
        name = html.escape(label(members[member], 24), quote=True)
        parts.append(
            f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" class="rule"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{name} {member + 1}</text>'
        )
    left = _LEFT + (ticks.time_s - first) * scale
    top = line_of[ticks.row] * _LINE + 6
    colours = np.where(ticks.object < ticks.named, ticks.object, COLOURS)
    for colour in range(COLOURS, -1, -1):
        own = np.flatnonzero(colours == colour)
        # One path a colour: on a busy cluster a tenth of the bytes of one element a tick.
        marks = dict.fromkeys(f"M{left[i]:.1f} {top[i]}v12" for i in own)
        if marks:
            parts.append(f'<path d="{"".join(marks)}" class="tick k{colour}"/>')
    parts += _axis(first, last, scale, height, relative)
    return "".join([*parts, "</svg>"])


def _axis(first: int, last: int, scale: float, height: int, relative: bool) -> list[str]:
    span = max(last - first, 1)
    step = next((step for step in _STEPS_S if span / step <= 6), _STEPS_S[-1])
    start = first if relative else -(-first // step) * step
    parts = []
    for time_s in range(start, last + 1, step):
        x = _LEFT + (time_s - first) * scale
        text = f"+{time_s - first} s" if relative else _moment(time_s, step)
        anchor = "middle" if x < _WIDTH - 60 else "end"
        parts.append(
            f'<path d="M{x:.1f} {height - 22}v5" class="axis"/>'
            f'<text x="{min(x + 6, _WIDTH) if anchor == "end" else x:.0f}" y="{height - 5}" '
            f'text-anchor="{anchor}">{text}</text>'
        )
    return parts


def _moment(time_s: int, step_s: int) -> str:
    pattern = "%H:%M:%S" if step_s < 60 else "%d %b %H:%M" if step_s < 86_400 else "%d %b %Y"
    return utc_text(time_s, pattern)
