"""Rows that could not be taken, kept where a person can look at them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from lockstep.errors import storage_error
from lockstep.ingest.batch import Reject

__all__ = ["Quarantine"]

_LONGEST_RAW = 4096
_STRIDE = 1 << 20  # bytes written between two looks at the free disk space


class Quarantine:
    """Writes rejects as NDJSON, counts them by reason, and makes no file where there are none.

    `require_space(bytes)` raises where the disk lacks the room for as many. Whatever fails raises
    StorageError.
    """

    def __init__(self, path: Path, source: str, require_space: Callable[[int], None]) -> None:
        self.path = path
        self.reasons: Counter[str] = Counter()
        self._source = source
        self._require_space = require_space
        self._file: TextIO | None = None
        self._room = 0

    def add(self, reject: Reject) -> None:
        """Keeps one row."""
        self.reasons[reject.reason] += 1
        entry = {
            "file": self._source,
            "line": reject.line,
            "column": reject.column,
            "reason": reject.reason,
            "raw": base64.b64encode(reject.raw[:_LONGEST_RAW]).decode("ascii"),
            "sha256": hashlib.sha256(reject.raw).hexdigest(),
        }
        try:
            self._write(json.dumps(entry) + "\n")
        except OSError as error:
            raise storage_error(error, self.path, "write") from error

    def _write(self, line: str) -> None:
        if self._room < len(line):
            self._require_space(_STRIDE)
            self._room = _STRIDE
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8")
        self._file.write(line)
        self._room -= len(line)

    @property
    def count(self) -> int:
        """Rows put aside so far."""
        return self.reasons.total()

    def clear(self) -> None:
        """Forgets everything: the file is read again, or nothing of it is taken."""
        with contextlib.suppress(OSError):  # what could not be written is not wanted
            self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()
        self.reasons.clear()
        self._room = 0

    def close(self) -> None:
        """Ends the file, if there is one."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except OSError as error:
            raise storage_error(error, self.path, "write") from error
