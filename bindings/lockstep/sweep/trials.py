"""What the members of a cluster did, to be projected anew within other windows."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from lockstep import _core
from lockstep.canonical.near_texts import TEXT, grouped
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.windows import LayerLog

if TYPE_CHECKING:
    from lockstep.store import Store
    from lockstep.sweep.run import Run

__all__ = ["FACTORS", "member_layers"]

# Of the window that the run gave each layer: a minute becomes 15 seconds to 10 minutes.
FACTORS = tuple(
    map(Fraction, ("1/4", "1/3", "1/2", "3/4", "1", "3/2", "2", "3", "4", "6", "8", "10"))
)


def member_layers(run: Run, store: Store, accounts: Sequence[str]) -> list[LayerLog]:
    """The actions of some accounts in the time and the layers of a run, a log a layer.

    Account i of the logs is `accounts[i]`, ids as the store keeps them; one that the store no
    longer knows did nothing. Objects that were too popular for the run are left out, and texts
    that are nearly the same are one.
    """
    options = run.summary["options"]
    since = EARLIEST_S if options["since_s"] is None else options["since_s"]
    until = LATEST_S if options["until_s"] is None else options["until_s"]
    kinds, objects, times, actors = [], [], [], []
    for place, name in enumerate(accounts):
        number = store.core.find_stored("account", name)
        if number is None:
            continue
        its_kinds, its_objects, its_times = store.core.account_actions(
            number, from_s=since, to_s=until
        )
        kinds.append(its_kinds)
        objects.append(its_objects)
        times.append(its_times)
        actors.append(np.full(len(its_kinds), place, np.uint32))
    if not kinds:
        return []
    kind, object_ = np.concatenate(kinds), np.concatenate(objects)
    time_s, actor = np.concatenate(times), np.concatenate(actors)
    layers = []
    for name in run.summary["layers"]:
        left_out = _left_out(run, store, name)
        own = (kind == store.kinds.index(name)) & ~np.isin(object_, left_out)
        if own.any():
            log = _core.ActionLog(
                actor[own], object_[own], time_s[own], account_count=len(accounts)
            )
            if name == TEXT:
                log = grouped(log, store.names("object", log.objects), options["text_bits"])
            layers.append(LayerLog(log, [_scaled(run.window_of(name), by) for by in FACTORS]))
    return layers


def _scaled(window_s: int, by: Fraction) -> int:
    return round(window_s * by)


def _left_out(run: Run, store: Store, layer: str) -> npt.NDArray[np.uint32]:
    table = run.left_out
    names = table.filter(pc.equal(table["layer"], layer))["object_id"].to_pylist()
    found = (store.core.find_stored("object", name) for name in names)
    return np.array([number for number in found if number is not None], np.uint32)
