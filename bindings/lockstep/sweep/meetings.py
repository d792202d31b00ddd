"""What two accounts did together, straight from the store."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.canonical.near_texts import TEXT, leaders_of
from lockstep.store import Store

__all__ = ["meetings", "nearest_names"]

I64 = npt.NDArray[np.int64]
Times = dict[tuple[str, str], I64]
_SUGGESTIONS = 3


def meetings(store: Store, account: str, other: str, window_s: int) -> list[dict[str, Any]]:
    """Every object on which both acted, whenever: the closest pair of their times, by lag.

    Rows have `layer`, `object_id`, `source_time_s`, `target_time_s`, `lag_s`, and `pairs`: how
    many pairs of their actions are at most `window_s` apart. Of pairs equally close, the earliest.
    Texts that are nearly the same count as one object. UnknownAccount where the store does not
    know one of them.
    """
    ours, theirs = _without_near_texts(
        *(_times_by_object(store.actions(name)) for name in (account, other))
    )
    rows = []
    for layer, object_ in ours.keys() & theirs.keys():
        source, target = ours[layer, object_], theirs[layer, object_]
        source_time_s, target_time_s = _closest(source, target)
        rows.append(
            {
                "layer": layer,
                "object_id": object_,
                "source_time_s": source_time_s,
                "target_time_s": target_time_s,
                "lag_s": target_time_s - source_time_s,
                "pairs": _pairs_within(source, target, window_s),
            }
        )
    return sorted(rows, key=lambda row: (abs(row["lag_s"]), *row.values()))


def _times_by_object(actions: pa.Table) -> Times:
    times: dict[tuple[str, str], list[int]] = {}
    for kind, object_, time_s in zip(
        *(actions[name].to_pylist() for name in ("kind", "object_id", "timestamp")), strict=True
    ):
        times.setdefault((kind, object_), []).append(time_s)
    return {place: np.sort(np.array(seconds)) for place, seconds in times.items()}


def _without_near_texts(ours: Times, theirs: Times) -> tuple[Times, Times]:
    """Texts of the two that are nearly the same under one signature."""
    names = [name for layer, name in (*ours, *theirs) if layer == TEXT]
    weight = Counter(names)
    leaders = leaders_of(list(weight), list(weight.values()), _core.NEAR_BITS)
    leader_of = dict(zip(weight, leaders, strict=True))
    found: list[Times] = []
    for times in (ours, theirs):
        merged: Times = {}
        for (layer, name), seconds in times.items():
            place = (layer, leader_of[name] if layer == TEXT else name)
            known = merged.get(place)
            merged[place] = seconds if known is None else np.sort(np.append(known, seconds))
        found.append(merged)
    return found[0], found[1]


def _pairs_within(ours: I64, theirs: I64, window_s: int) -> int:
    first = np.searchsorted(theirs, ours - window_s, "left")
    return int((np.searchsorted(theirs, ours + window_s, "right") - first).sum())


def _closest(ours: I64, theirs: I64) -> tuple[int, int]:
    after = np.searchsorted(theirs, ours)
    best: tuple[int, int, int] | None = None
    for step in (-1, 0):
        near = theirs[np.clip(after + step, 0, len(theirs) - 1)]
        first = int(np.lexsort((near, ours, np.abs(near - ours)))[0])
        found = (abs(int(near[first] - ours[first])), int(ours[first]), int(near[first]))
        best = found if best is None else min(best, found)
    assert best is not None
    return best[1], best[2]


def nearest_names(names: pa.Array | pa.ChunkedArray, wanted: str) -> list[str]:
    """Up to 3 names that look like `wanted`: alike in length, and in their beginning or end."""
    lower = pc.utf8_lower(names)
    length = pc.utf8_length(names)
    alike = pc.and_(
        pc.less_equal(pc.abs(pc.subtract(length, len(wanted))), 2),
        pc.or_(pc.starts_with(lower, wanted.lower()[:3]), pc.ends_with(lower, wanted.lower()[-3:])),
    )
    likely = sorted(set(pc.filter(names, alike).to_pylist()))
    by_lower = {name.lower(): name for name in likely}
    found = difflib.get_close_matches(wanted.lower(), by_lower, n=_SUGGESTIONS, cutoff=0.6)
    return [by_lower[name] for name in found]
