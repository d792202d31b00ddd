"""Distinct values of large arrays, and the rows that have each."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["RowsByNumber", "distinct", "starts_of_runs"]


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


class RowsByNumber:
    """Rows by a number that each has, 0 to `numbers` - 1; those with one below 0 are left out.

    >>> RowsByNumber(np.array([1, -1, 0, 1]), 2).of(1).tolist()
    [0, 3]
    """

    def __init__(self, number: npt.NDArray[np.int64], numbers: int) -> None:
        self._order = np.argsort(number, kind="stable")
        self._bounds = np.searchsorted(number[self._order], np.arange(numbers + 1))

    def of(self, number: int) -> npt.NDArray[np.int64]:
        """Positions of the rows with a number, ascending."""
        return self._order[self._bounds[number] : self._bounds[number + 1]]
