"""Where vertices are drawn, and in which colour."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lockstep import _core

__all__ = ["COLOURS", "OTHERS", "Places", "place"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
# Of each community, as the pages draw it on white; the last is that of all others.
COLOURS = (
    "#0072b2", "#b84a00", "#00795a", "#a3467f", "#8a6000", "#3a8fc4", "#5b3fa0", "#66707c",
)  # fmt: skip
OTHERS = len(COLOURS) - 1
_NOWHERE = np.zeros(0, np.uint32), np.zeros(0), np.zeros(0)
# Of a graph so large that a page waits for it, fewer: it is drawn in a second all the same.
_ITERATIONS = ((1_000, _core.LAYOUT_ITERATIONS), (2_000, 150), (2**32, 60))


class Places(NamedTuple):
    """Positions in the unit square, and the community of each vertex by size, from 0."""

    x: list[float]
    y: list[float]
    group: list[int]  # OTHERS for all communities but the largest, and for those of one vertex


def place(
    n: int, source: I64, target: I64, weight: F64, *, resolution: float = _core.RESOLUTION
) -> Places:
    """ForceAtlas2 and Leiden on n vertices; the same for the same graph."""
    graph = _core.Graph(n, source.astype(np.uint32), target.astype(np.uint32), weight)
    iterations = next(steps for most, steps in _ITERATIONS if n <= most)
    x, y = _core.force_layout(graph, *_NOWHERE, iterations=iterations)
    return Places(np.round(x, 5).tolist(), np.round(y, 5).tolist(), _groups(graph, n, resolution))


def _groups(graph: _core.Graph, n: int, resolution: float) -> list[int]:
    if n == 0:
        return []
    community = _core.leiden(graph, resolution=resolution).community.astype(np.int64)
    size = np.bincount(community)
    by_size = np.argsort(-size, kind="stable")
    rank = np.empty(len(size), np.int64)
    rank[by_size] = np.minimum(np.arange(len(size)), OTHERS)
    rank[size < 2] = OTHERS
    return rank[community].tolist()
