"""The store and the runs that a server reads."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from lockstep.errors import UnknownAccount
from lockstep.explorer.runs import Runs
from lockstep.store import Store

__all__ = ["Desk", "StoredNames"]

_FRESH_S = 2.0


class StoredNames(Store):
    """A store asked by the names that it keeps: by pseudonyms, where it has a key."""

    def knows(self, account: str) -> bool:
        """Whether it has seen an account of this stored name."""
        return self.core.find_stored("account", account) is not None

    def account_id(self, account: str) -> int:
        """The dense id of a stored name. UnknownAccount where the store has not seen it."""
        found = self.core.find_stored("account", account)
        if found is None:
            raise UnknownAccount(f"account {account!r} is not in {self.path}; ids are exact")
        return found


class Desk:
    """What is read: a follower of the store, which works beside a writer, and a folder of runs."""

    def __init__(self, store: StoredNames, runs: Path, *, read_only: bool = True) -> None:
        self.store = store
        self.runs = Runs(runs)
        self.read_only = read_only
        self.pseudonymous = bool(store.info()["pseudonymous"])
        self._lock = threading.Lock()
        self._looked_s = time.monotonic()

    def fresh(self) -> StoredNames:
        """The store as it was at most two seconds ago."""
        with self._lock:
            if time.monotonic() - self._looked_s > _FRESH_S:
                self.store.refresh()
                self._looked_s = time.monotonic()
        return self.store

    def warm(self) -> None:
        """Reads what the first page of the latest run needs, before somebody waits for it."""
        if self.runs.names():
            self.runs.get("latest").warm()
