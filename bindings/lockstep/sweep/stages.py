"""The stages of a sweep or a night: timed, logged and watched."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from lockstep import _core
from lockstep.event_log import EventLog

__all__ = ["Say", "Stages"]

Say = Callable[[str, _core.RunControl], contextlib.AbstractContextManager[None]]


class Stages:
    """Times the stages, and lets people and machines watch them."""

    def __init__(self, say: Say | None, log: EventLog) -> None:
        self._say = say
        self._log = log
        self.seconds: dict[str, float] = {}
        self.rows: dict[str, int] = {}  # what a stage gave, where that can be counted

    @contextlib.contextmanager
    def __call__(self, name: str) -> Iterator[_core.RunControl]:
        control = _core.RunControl()
        started = time.monotonic()
        said = self._say(name, control) if self._say else contextlib.nullcontext()
        with self._log.stage(name, self.rows), said:
            yield control
        self.seconds[name] = round(time.monotonic() - started, 3)
