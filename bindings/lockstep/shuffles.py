"""Values dealt out anew: what a null model exchanges."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["dealt_anew"]

Scalar = TypeVar("Scalar", bound=np.generic)


def dealt_anew(
    random: np.random.Generator, values: npt.NDArray[Scalar], within: npt.NDArray[Any]
) -> npt.NDArray[Scalar]:
    """The values, dealt out anew among the rows that have one number in `within`."""
    drawn = random.random(len(within))
    dealt = np.empty_like(values)
    dealt[np.argsort(within, kind="stable")] = values[np.lexsort((drawn, within))]
    return dealt
