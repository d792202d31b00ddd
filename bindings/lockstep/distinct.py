"""Distinct values of large arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["distinct", "starts_of_runs"]


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The distinct values, ascending; by sorting, several times as quick as `numpy.unique`.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    ordered = np.sort(values)
    return ordered[starts_of_runs(ordered)]


def starts_of_runs(*ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows of columns in order differ from the row before; the first does.

    >>> starts_of_runs(np.array([1, 1, 2])).tolist()
    [True, False, True]
    """
    first = np.zeros(len(ordered[0]), dtype=np.bool_)
    first[:1] = True
    for column in ordered:
        first[1:] |= column[1:] != column[:-1]
    return first
