"""The layer of texts: nearly the same texts become one object."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.canonical.texts import near_duplicates

__all__ = ["TEXT", "grouped", "leaders_of"]

TEXT = "text"  # kind of actions whose objects are signatures of texts
_SIGNATURE = re.compile(r"[0-9a-f]{16}")


def leaders_of(
    names: list[str], weights: list[int], max_bits: int, control: _core.RunControl | None = None
) -> list[str]:
    """The name of the group of each of some distinct signatures, by how often each occurs.

    What is no signature, as in a store of pseudonyms, stays alone.
    """
    known = [number for number, name in enumerate(names) if _SIGNATURE.fullmatch(name)]
    repeated = np.repeat(
        np.array([int(names[number], 16) for number in known], dtype=np.uint64),
        [weights[number] for number in known],
    )
    leaders = near_duplicates(repeated, max_bits=max_bits, control=control)
    first = np.cumsum([0, *(weights[number] for number in known)])[:-1]
    result = list(names)
    for number, leader in zip(known, leaders[first].tolist(), strict=True):
        result[number] = f"{leader:016x}"
    return result


def grouped(
    log: _core.ActionLog, names: pa.Array, max_bits: int, control: _core.RunControl | None = None
) -> _core.ActionLog:
    """The log with the leader of its group for each text; `names` are those of its objects."""
    counts = np.diff(log.offsets).astype(np.int64)
    name_list = names.to_pylist()
    leaders = leaders_of(name_list, counts.tolist(), max_bits, control)
    id_of = dict(zip(name_list, log.objects.tolist(), strict=True))
    objects: npt.NDArray[np.uint32] = np.array([id_of[name] for name in leaders], dtype=np.uint32)
    return _core.ActionLog(
        log.accounts, np.repeat(objects, counts), log.times, account_count=log.account_count
    )
