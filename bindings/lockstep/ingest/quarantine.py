"""Rows that could not be taken, kept where a person can look at them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TextIO

from lockstep.ingest.batch import Reject

__all__ = ["Quarantine"]

_LONGEST_RAW = 4096


class Quarantine:
    """Writes rejects as NDJSON, counts them by reason, and makes no file where there are none."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self.reasons: Counter[str] = Counter()
        self._source = source
        self._file: TextIO | None = None

    def add(self, reject: Reject) -> None:
        """Keeps one row."""
        self.reasons[reject.reason] += 1
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8")
        entry = {
            "file": self._source,
            "line": reject.line,
            "column": reject.column,
            "reason": reject.reason,
            "raw": base64.b64encode(reject.raw[:_LONGEST_RAW]).decode("ascii"),
            "sha256": hashlib.sha256(reject.raw).hexdigest(),
        }
        self._file.write(json.dumps(entry) + "\n")

    @property
    def count(self) -> int:
        """Rows put aside so far."""
        return self.reasons.total()

    def clear(self) -> None:
        """Forgets everything: the file is going to be read again."""
        self.close()
        self.reasons.clear()
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()

    def close(self) -> None:
        """Ends the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None
