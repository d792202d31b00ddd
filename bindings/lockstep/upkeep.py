"""Old days out of a store, and their disk space back."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.case_store import writing
from lockstep.errors import ConfigError, StorageError, one_line
from lockstep.moments import DATE, DAY_S, end_of_day, utc_text
from lockstep.sweep.referrals import actor

__all__ = ["Dropped", "Freed", "compact_store", "days_before", "drop_old_days", "rows_to_drop"]


@dataclass
class Freed:
    """What a compaction gave back; `why_not` where the disk has no room to do it."""

    bytes: int = 0
    why_not: str | None = None


@dataclass
class Dropped:
    """What was dropped, if anything."""

    before_s: int  # midnight, UTC: all rows before it are gone
    rows: int  # of all kinds
    jobs: int  # that lost any
    freed: Freed | None = None  # where it was compacted too

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def days_before(store: _core.Store, days: int) -> int:
    """The midnight `days` days before the end of the day of the last action.

    ConfigError on fewer than one day.
    """
    if days < 1:
        raise ConfigError(f"days is {days}; give 1 or more")
    last = max((kind["last_s"] for kind in store.info()["kinds"]), default=0)
    return end_of_day(int(last)) - days * DAY_S


def rows_to_drop(store: _core.Store, before_s: int) -> Dropped:
    """What `drop_old_days` would drop; `jobs` is not counted."""
    return Dropped(before_s // DAY_S * DAY_S, store.rows_before(before_s), 0)


def drop_old_days(
    path: Path,
    before_s: int,
    *,
    key: bytes = b"",
    now_s: int | None = None,
    control: _core.RunControl | None = None,
) -> Dropped:
    """Drops the actions of all UTC days before that of `before_s` from a store, for ever.

    In one step: killed, it dropped all or nothing. It is noted in the store's audit; a note that a
    kill prevented comes with the next call. Names of accounts and objects stay, and so do the
    receipts of files: what was loaded once is not loaded again.

    Raises
    ------
    StoreLocked, StorageError, NotAStore
        Where another process writes to the store, the disk fails, or there is no store.
    """
    now = int(time.time()) if now_s is None else now_s
    core = _opened(path, key)
    try:
        receipt = core.drop_before(before_s, now_s=now, control=control)
        drops = core.drops()
    finally:
        core.close()
    _note(path, drops)
    return Dropped(receipt["before_s"], receipt["rows"], receipt["jobs"])


def compact_store(
    path: Path, *, key: bytes = b"", control: _core.RunControl | None = None
) -> Freed:
    """Gives back the disk space of what was dropped, and joins the files of many small jobs.

    Rewrites most of the store beside itself, and does nothing where the disk lacks the room.
    Readers go on; killed, it is as it was. Raises as `drop_old_days`.
    """
    core = _opened(path, key)
    try:
        before = core.info()["disk_bytes"]
        try:
            core.require_space(before)
        except StorageError as error:
            return Freed(0, one_line(error))
        core.compact(control=control)
    finally:
        core.close()
    return Freed(max(before - _bytes_of(path, key), 0))


def _opened(path: Path, key: bytes) -> _core.Store:
    if not (path / "FORMAT").exists():  # else it would be made
        raise FileNotFoundError(f"no store at {path}; check the path")
    return _core.Store(str(path), write=True, pseudonym_key=key)


def _bytes_of(path: Path, key: bytes) -> int:
    """Once the writer has closed, which removes the files that are no more needed."""
    core = _core.Store(str(path), pseudonym_key=key)
    try:
        return int(core.info()["disk_bytes"])
    finally:
        core.close()


def _note(path: Path, drops: list[dict[str, int]]) -> None:
    if not drops:
        return
    with writing(path) as cases:
        for drop in drops:
            cases.append_note(
                action="drop",
                detail=f"{drop['rows']} actions before {utc_text(drop['before_s'], DATE)}, of "
                f"{drop['jobs']} files",
                content_hash=f"drop {drop['number']}",
                actor=actor(),
                now_s=drop["dropped_s"],
            )
