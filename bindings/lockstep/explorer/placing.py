"""Where vertices are drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lockstep import _core

__all__ = ["place"]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
_NOWHERE = np.zeros(0, np.uint32), np.zeros(0), np.zeros(0)
# Of a graph so large that a page waits for it, fewer: it is drawn in a second all the same.
_ITERATIONS = ((1_000, _core.LAYOUT_ITERATIONS), (2_000, 150), (2**32, 60))


def place(n: int, source: I64, target: I64, weight: F64) -> F64:
    """Positions of n vertices in the unit square, shape (n, 2); the same for the same graph."""
    graph = _core.Graph(n, source.astype(np.uint32), target.astype(np.uint32), weight)
    iterations = next(steps for most, steps in _ITERATIONS if n <= most)
    x, y = _core.force_layout(graph, *_NOWHERE, iterations=iterations)
    return np.stack([x, y], axis=1)
