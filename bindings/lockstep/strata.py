"""The test of activity, under a null that may keep the rhythm of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.moments import DAY_S

__all__ = ["STRATA", "SharedPairs", "stratum_numbers", "test_pairs"]

STRATA = ("none", "day", "hour_of_week")


@dataclass
class SharedPairs:
    """Pairs and how many objects they share, where no projection gave them."""

    source: npt.NDArray[np.uint32]
    target: npt.NDArray[np.uint32]
    objects: npt.NDArray[np.uint32]


def test_pairs(
    log: _core.ActionLog, pairs: _core.CoactionResult | SharedPairs, strata: str, **options: Any
) -> _core.SignificanceResult:
    """Tests the pairs of a projection; `strata` says over which actions accounts may be exchanged.

    Raises
    ------
    ValueError
        On strata that there are not.
    """
    if strata not in STRATA:
        raise ValueError(f"strata is {strata!r}; give one of {', '.join(STRATA)}")
    columns = pairs.source, pairs.target, pairs.objects
    if strata == "none":
        return _core.significance(log, *columns, **options)
    return _core.stratified_significance(log, *columns, strata=strata, **options)


def stratum_numbers(times: npt.NDArray[np.int64], strata: str) -> npt.NDArray[np.int64]:
    """The stratum of each action, by its time."""
    if strata == "day":
        return times // DAY_S
    return times // 3600 % 168 if strata == "hour_of_week" else np.zeros(len(times), np.int64)
