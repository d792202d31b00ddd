"""Old days out of a store, and their disk space back."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.case_store import reading, writing
from lockstep.errors import ConfigError, StorageError, one_line
from lockstep.ledger import EVENTS
from lockstep.moments import DATE, DAY_S, end_of_day, utc_text
from lockstep.sweep.referrals import actor

__all__ = [
    "Dropped",
    "Freed",
    "compact_store",
    "days_before",
    "decisions_about",
    "drop_old_days",
    "note_once",
    "rows_to_drop",
    "writer_of",
]


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
    accounts: int = 0  # whose names were forgotten, for nothing refers to them any more
    objects: int = 0
    freed: Freed | None = None  # where it was compacted too

    @property
    def took_any(self) -> bool:
        """Whether rows or names went."""
        return bool(self.rows or self.accounts or self.objects)

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

    In one step: killed, it dropped all or nothing. Then the names of accounts and objects are
    forgotten that no action has any more, but for accounts with a label, in the ledger or in a
    case; their numbers are not given again. Both are noted in the store's audit; what a kill
    prevented comes with the next call. The receipts of files stay: what was loaded once is not
    loaded again.

    Raises
    ------
    StoreLocked, StorageError, NotAStore
        Where another process writes to the store, the disk fails, or there is no store.
    """
    now = int(time.time()) if now_s is None else now_s
    core = writer_of(path, key)
    try:
        receipt = core.drop_before(before_s, now_s=now, control=control)
        dropped = Dropped(receipt["before_s"], receipt["rows"], receipt["jobs"])
        drops, forgettings = core.drops(), core.forgettings()
        if drops and (not forgettings or forgettings[-1]["drop"] < drops[-1]["number"]):
            forgotten = core.forget_names(sorted(decisions_about(path)), now_s=now, control=control)
            dropped.accounts, dropped.objects = forgotten["accounts"], forgotten["objects"]
            forgettings.append(forgotten)
    finally:
        core.close()
    _note(path, drops, forgettings)
    return dropped


def compact_store(
    path: Path,
    *,
    key: bytes = b"",
    whole: bool = False,
    control: _core.RunControl | None = None,
) -> Freed:
    """Gives back the disk space of what was dropped, and joins the files of many small jobs.

    Rewrites most of the store beside itself, all of it where `whole`, and does nothing where the
    disk lacks the room. Readers go on; killed, it is as it was. Raises as `drop_old_days`.
    """
    core = writer_of(path, key)
    try:
        before = core.info()["disk_bytes"]
        try:
            core.require_space(before)
        except StorageError as error:
            return Freed(0, one_line(error))
        core.compact(whole=whole, control=control)
    finally:
        core.close()
    return Freed(max(before - _bytes_of(path, key), 0))


def writer_of(path: Path, key: bytes) -> _core.Store:
    """The store at `path`, open for writing. FileNotFoundError where there is none."""
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


def decisions_about(path: Path) -> dict[str, str]:
    """What tells of an account, of all that decisions name, by its name in the store."""
    with reading(path) as cases:
        told = {
            label[0]: "the ledger" if label[1] in EVENTS else "a label" for label in cases.labels()
        }
        for entry in cases.case_entries():
            told.update((name, f"case {entry['case_id']}") for name in entry["members"])
    return told


def _note(path: Path, drops: list[dict[str, int]], forgettings: list[dict[str, int]]) -> None:
    notes = [
        (
            f"drop {drop['number']}",
            f"{drop['rows']} actions before {utc_text(drop['before_s'], DATE)}, of "
            f"{drop['jobs']} files",
            drop["dropped_s"],
        )
        for drop in drops
    ]
    notes += [
        (
            f"forget {gone['number']}",
            f"names of {gone['accounts']} accounts and {gone['objects']} objects that nothing "
            f"refers to",
            gone["forgotten_s"],
        )
        for gone in forgettings
        if gone["accounts"] or gone["objects"]
    ]
    note_once(path, notes)


def note_once(path: Path, notes: list[tuple[str, str, int]]) -> None:
    """Puts (name, detail, time) into the store's audit, but what has its name there already."""
    if not notes:
        return
    with writing(path) as cases:
        for name, detail, now_s in notes:
            cases.append_note(
                action=name.split()[0],
                detail=detail,
                content_hash=name,
                actor=actor(),
                now_s=now_s,
            )
