"""Files of inboxes that were refused before, known by their content."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.ingest.container import file_state, sha256_of
from lockstep.nightly.outcome import replace_text

__all__ = ["Refusal", "RefusedFiles"]

FileState = tuple[int, int, int]


@dataclass(frozen=True)
class Refusal:
    """That a file was refused."""

    path: str  # where it was found last
    bytes: int
    reason: str
    first_s: int  # when it was refused first
    told: bool = False  # whether a night that ended has told of it


class RefusedFiles:
    """Remembers refusals beside the runs: the inbox may be another's, and read-only.

    A refusal is known by the file's bytes, how they were to be read, and the program's version; so
    a mended file is tried anew, and so is each of them after an update. The memory is replaced in
    one step after each refusal. Lost or damaged, it costs a second look and a second alarm.
    """

    def __init__(self, path: Path, reading: Any = None) -> None:
        self._path = path
        self._reading = json.dumps([reading, _core.__version__], sort_keys=True, default=str)
        self._known = _read(self._path)
        self._sizes = {refusal.bytes for refusal in self._known.values()}
        self._met: set[str] = set()  # of the files that are there now

    def find(self, path: Path) -> Refusal | None:
        """The refusal of this very content; reads only files of the size of a refused one."""
        try:
            key = self._key(path) if path.stat().st_size in self._sizes else None
        except OSError:
            return None
        if key not in self._known:
            return None
        self._met.add(key)
        return self._known[key]

    def remember(self, path: Path, state: FileState, reason: str, now_s: int) -> None:
        """Keeps a refusal; one that is known already keeps its first date.

        Not of a file that can no more be read, nor of one that is not in the `state` in which it
        was refused: what is there now was never tried.
        """
        try:
            key = self._key(path)
            if file_state(path) != state:
                return
        except OSError:
            return
        before = self._known.get(key)
        fresh = Refusal(str(path), state[1], reason, now_s)
        self._known[key] = replace(before, path=str(path), reason=reason) if before else fresh
        self._met.add(key)
        self._write()

    def keep_those_met(self) -> None:
        """Forgets files that are gone from the inbox, or mended."""
        if self._known.keys() - self._met:
            self._known = {key: self._known[key] for key in self._known if key in self._met}
            self._write()

    def mark_told(self) -> None:
        """Once the night's end is written: from now on these are no news."""
        if any(not refusal.told for refusal in self._known.values()):
            self._known = {key: replace(known, told=True) for key, known in self._known.items()}
            self._write()

    def _key(self, path: Path) -> str:
        digest = sha256_of(path)
        digest.update(self._reading.encode())
        return str(digest.hexdigest())

    def _write(self) -> None:
        lines: dict[str, Any] = {key: asdict(known) for key, known in self._known.items()}
        text = json.dumps(lines, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        replace_text(self._path, text)


def _read(path: Path) -> dict[str, Refusal]:
    try:
        lines: Iterable[tuple[str, Any]] = json.loads(path.read_text(encoding="utf-8")).items()
        return {key: Refusal(**known) for key, known in lines}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
