"""What happens while a sweep runs, for machines: one JSON object a line."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["EventLog"]


class EventLog:
    """Writes events as they happen: `ts`, `level`, `run_id` once it is known, `msg`, and more.

    Text from files is escaped as JSON in ASCII, so that a line stays a line on any terminal.
    Without `write` nothing is written.
    """

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write
        self.run_id: str | None = None

    def __call__(self, msg: str, *, level: str = "info", **fields: Any) -> None:
        """One event; `level` is info, warning or error, fields that are None are left out."""
        if self._write is None:
            return
        now = datetime.datetime.now(datetime.UTC)
        event = {
            "ts": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": level,
            "run_id": self.run_id,
            "msg": msg,
            **fields,
        }
        known = {name: value for name, value in event.items() if value is not None}
        self._write(json.dumps(known, default=str))

    @contextmanager
    def stage(self, name: str, rows: dict[str, int]) -> Iterator[None]:
        """The begin and the end of a stage, or its failure; `rows` has those of `name`, if any."""
        self("stage begins", stage=name)
        started = time.monotonic()
        try:
            yield
        except BaseException as error:
            secs = round(time.monotonic() - started, 3)
            told = type(error).__name__
            self("stage broke off", level="error", stage=name, secs=secs, error=told)
            raise
        secs = round(time.monotonic() - started, 3)
        self("stage ends", stage=name, rows=rows.get(name), secs=secs)
