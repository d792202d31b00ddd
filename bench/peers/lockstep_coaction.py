"""Lockstep's own projection, called as a user of the package calls it on arrays."""

from __future__ import annotations

import numpy as np
from peer import MIN_OBJECTS, MOST_ACTIONS, WINDOW_S, Array, LogInput, main, read_log

from lockstep import _core


def _build(log: LogInput) -> _core.ActionLog:
    accounts = int(log.account.max(initial=0)) + 1
    return _core.ActionLog(log.account, log.object, log.time, account_count=accounts)


def _pairs(log: _core.ActionLog, min_objects: int, cap: int = 0) -> Array:
    found = _core.coaction(log, window_s=WINDOW_S, min_objects=min_objects, max_object_actions=cap)
    return np.stack([found.source, found.target], axis=1)


TASKS = {
    "coaction": lambda log: _pairs(log, MIN_OBJECTS),
    "coaction_any": lambda log: _pairs(log, 1),
    "coaction_capped": lambda log: _pairs(log, MIN_OBJECTS, MOST_ACTIONS),
}

if __name__ == "__main__":
    main("lockstep", _core.__version__, read_log, _build, TASKS)
