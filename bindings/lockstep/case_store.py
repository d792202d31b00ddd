"""The store's decisions, opened for a moment: labels, cases and their audit."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from lockstep import _core

__all__ = ["reading", "writing"]

LOCK_WAIT_S = 10.0  # decisions take milliseconds: who waits longer for another writer is stuck


def reading(store: str | Path) -> closing[_core.CaseStore]:
    """What was decided until now; closed with the block."""
    return closing(_core.CaseStore(str(store)))


def writing(store: str | Path) -> closing[_core.CaseStore]:
    """The same to write to, by one at a time: others wait, StoreLocked after `LOCK_WAIT_S`."""
    return closing(_core.CaseStore(str(store), write=True, wait_s=LOCK_WAIT_S))
