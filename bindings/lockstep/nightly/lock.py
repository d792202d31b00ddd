"""One night at a time."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lockstep.errors import StoreLocked

__all__ = ["night_lock"]


@contextmanager
def night_lock(out: Path, wait_s: int = 0) -> Iterator[None]:
    """Holds the folder of runs; StoreLocked says who else does, and since when.

    The lock goes with the process, however it ends.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = out / "LOCK.night"
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, path, time.monotonic() + wait_s)
        holder = json.dumps({"pid": os.getpid(), "since_s": int(time.time())})
        os.ftruncate(handle, 0)
        os.pwrite(handle, holder.encode(), 0)
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                held = os.pread(handle, 200, 0).decode(errors="replace")
                try:
                    known = json.loads(held)
                    since = int(time.time()) - known["since_s"]
                    who = f"process {known['pid']}, for {since} s"
                except (ValueError, KeyError, TypeError):
                    who = "another process"
                raise StoreLocked(f"{path} is held by {who}; wait for it, or give --wait") from None
            time.sleep(min(0.2, max(until - time.monotonic(), 0.01)))
