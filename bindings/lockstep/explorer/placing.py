"""Where vertices are drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.layout import force_layout

__all__ = ["place"]

_MOST_BY_FORCE = 300  # springs between all pairs: quadratic

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


def place(n: int, source: I64, target: I64, weight: F64) -> F64:
    """Positions of n vertices in the unit square, shape (n, 2); the same for the same graph."""
    if n <= _MOST_BY_FORCE:
        pairs = list(zip(source.tolist(), target.tolist(), strict=True))
        return force_layout(n, pairs, weight.tolist())
    ends = source.astype(np.uint32), target.astype(np.uint32)
    values, vectors, _ = _core.spectral_embedding(_core.Graph(n, *ends, weight), dimensions=3)
    # The first vector tells the vertices' strengths, not their places.
    return _scaled(vectors.reshape(n, len(values))[:, 1:3])


def _scaled(at: F64) -> F64:
    low, high = at.min(axis=0), at.max(axis=0)
    return (at - low) / np.maximum(high - low, 1e-9)
