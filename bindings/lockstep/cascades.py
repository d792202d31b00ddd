"""Who is reached by the cascades that start at some accounts or run through them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.store import Store

__all__ = ["Cascades"]

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]


class Cascades:
    """Actions on the objects on which measured accounts acted, kind by kind.

    A cascade is what follows on one object without a silence longer than the horizon, each account
    by its first action on it; see `cascade_losses` of the C++ core for what is reached in it.
    """

    def __init__(self, store: Store, accounts: I64, kinds: Sequence[str], horizon_s: int) -> None:
        self._horizon_s = horizon_s
        self._logs = []
        self._measured = np.zeros(0, dtype=np.uint8)
        for kind in kinds:
            log, _ = store.core.scan(kind, from_s=EARLIEST_S, to_s=LATEST_S)
            self._measured = np.zeros(log.account_count, dtype=np.uint8)
            self._measured[accounts] = 1
            self._logs.append(_touched(log, self._measured))

    def order(self) -> tuple[U32, U32, U32]:
        """Measured accounts by what each adds to the audience of those before; see `cascade_order`.

        With the audience of each alone, and what it adds.
        """
        return _core.cascade_order(self._logs, self._measured, horizon_s=self._horizon_s)

    def lost_at(self, order: I64) -> U32:
        """By account: after how many of `order` are taken away no cascade reaches it.

        0 for who is not in the audience of the measured accounts' cascades, `NEVER_LOST` for who
        is reached without all of `order`. In that, -1 is an account that the store does not know.
        """
        step = np.full(len(self._measured), _core.NEVER_LOST, dtype=np.uint32)
        known = np.flatnonzero(order >= 0)
        step[order[known]] = known + 1
        lost = np.zeros(len(step), dtype=np.uint32)
        for log in self._logs:
            own = _core.cascade_losses(log, self._measured, step, horizon_s=self._horizon_s)
            np.maximum(lost, own, out=lost)
        return lost


def _touched(log: _core.ActionLog, measured: npt.NDArray[np.uint8]) -> _core.ActionLog:
    """The part of a log on objects on which a measured account acted."""
    if not len(log):
        return log
    offsets = log.offsets.astype(np.int64)
    chosen = np.maximum.reduceat(measured[log.accounts], offsets[:-1]) > 0
    if chosen.all():
        return log
    lengths = np.diff(offsets)
    rows = np.repeat(chosen, lengths)
    return _core.ActionLog(
        log.accounts[rows],
        np.repeat(log.objects[chosen], lengths[chosen]),
        log.times[rows],
        account_count=log.account_count,
    )
