"""The ledger of suspensions: waves, reasons, sources, reinstatements and appeals."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep.arguments import parse_time
from lockstep.case_store import reading, writing
from lockstep.errors import InputRejected
from lockstep.moments import utc_text
from lockstep.store import Store
from lockstep.sweep.listed_rows import Header, checked_id, read_rows, text_of
from lockstep.sweep.referrals import actor

__all__ = [
    "EVENTS",
    "Recorded",
    "Suspensions",
    "last_events",
    "ledger_accounts",
    "ledger_summary",
    "ledger_tally",
    "record_ledger",
    "suspensions",
]

EVENTS = ("suspended", "appealed", "reinstated", "cleared")
_FOLLOWING = EVENTS[:3]  # a clearing is no part of a suspension
_HEADER = Header(("account", "event"), ("wave", "reason", "source", "time"))
_LONGEST_TEXT = 1024  # characters
_BY = ("wave", "source", "month", "reason")

Entry = tuple[str, str, str, int, str, str]  # account, event, source, time_s, wave, reason
Suspensions = dict[str, tuple[str, int]]  # wave and time_s, by account as the store names it


@dataclass
class Recorded:
    """What became of a file of the ledger."""

    entries: int = 0
    already_there: bool = False  # the same content was recorded before: nothing changed
    unknown: int = 0  # accounts that the store has not seen; recorded all the same
    rejected: list[dict[str, Any]] = field(default_factory=list)  # line, reason


def record_ledger(store: Store, path: str | Path, *, now_s: int | None = None) -> Recorded:
    """Add decisions that people made to the ledger: it records, and acts on nobody.

    Parameters
    ----------
    store : Store
    path : path
        CSV or Parquet with `account,event[,wave][,reason][,source][,time]`; the event is
        suspended, appealed, reinstated or cleared (looked at, and found harmless), the source who
        decided (manual, if not said), the time ISO 8601 or UTC seconds (now, if not said).

    Returns
    -------
    Recorded
        Rows that cannot be used are listed with line and reason; the others are kept.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or its columns are others.
    """
    now = int(time.time()) if now_s is None else now_s
    content, rows = read_rows(Path(path), _HEADER, "the ledger's file")
    result = Recorded()
    entries: list[Entry] = []
    unknown: set[str] = set()
    for line, row in rows:
        try:
            entry = _entry(row, store, now)
        except ValueError as error:
            result.rejected.append({"line": line, "reason": str(error)})
            continue
        entries.append(entry)
        if store.core.find_id("account", text_of(row["account"])) is None:
            unknown.add(entry[0])
    result.unknown = len(unknown)
    if not entries:
        if result.rejected:
            raise InputRejected(
                f"{path}: none of its rows can be used; the first is line "
                f"{result.rejected[0]['line']}: {result.rejected[0]['reason']}"
            )
        return result
    with writing(store.path) as cases:
        fresh = cases.append_ledger(
            entries,
            content_hash=hashlib.sha256(b"ledger" + content).hexdigest(),
            actor=actor(),
            now_s=now,
        )
    result.entries, result.already_there = (len(entries) if fresh else 0), not fresh
    return result


def ledger_tally(store: Store, *, by: str = "wave") -> pa.Table:
    """Count the ledger by wave, source, month or reason.

    Parameters
    ----------
    store : Store
    by : {"wave", "source", "month", "reason"}
        Of suspensions and what followed them: an appeal or reinstatement counts where the account
        was suspended last.

    Returns
    -------
    pyarrow.Table
        One row each, in order of the first suspension: the name, `suspended`, `appealed` and
        `reinstated` (accounts), `in_force` (of them, still suspended), `first_s`, `last_s`, and
        `running_total` (accounts suspended so far, each once).

    Raises
    ------
    ValueError
        On another `by`.
    """
    if by not in _BY:
        raise ValueError(f"by is {by!r}; give one of {', '.join(_BY)}")
    groups = _grouped(_entries(store), by)
    rows: list[dict[str, Any]] = []
    total: set[str] = set()
    for name in sorted(groups, key=lambda name: (min(groups[name]["times"]), name)):
        group = groups[name]
        total |= group["suspended"]
        rows.append(
            {
                by: name,
                **{event: len(group[event]) for event in _FOLLOWING},
                "in_force": len(group["in_force"]),
                "first_s": min(group["times"]),
                "last_s": max(group["times"]),
                "running_total": len(total),
            }
        )
    kinds = [(by, pa.string())]
    kinds += [
        (n, pa.int64()) for n in (*_FOLLOWING, "in_force", "first_s", "last_s", "running_total")
    ]
    return pa.Table.from_pylist(rows, pa.schema(kinds))


def ledger_accounts(store: Store, *, event: str = "suspended") -> pa.Table:
    """List accounts by what the ledger says of them last.

    Parameters
    ----------
    store : Store
    event : {"suspended", "appealed", "reinstated", "cleared"}
        Accounts whose last entry it is.

    Returns
    -------
    pyarrow.Table
        `account_id` (as the store names it), `time_s`, `wave`, `source` and `reason` of it.
    """
    if event not in EVENTS:
        raise ValueError(f"event is {event!r}; give one of {', '.join(EVENTS)}")
    last = last_events(store)
    chosen = [last[account] for account in sorted(last) if last[account][1] == event]
    columns = dict(
        zip(
            ("account_id", "event", "source", "time_s", "wave", "reason"),
            zip(*chosen, strict=True) if chosen else ((),) * 6,
            strict=True,
        )
    )
    order = ("account_id", "time_s", "wave", "source", "reason")
    types = {"time_s": pa.int64()}
    return pa.table({n: pa.array(list(columns[n]), types.get(n, pa.string())) for n in order})


def last_events(store: Store) -> dict[str, Entry]:
    """The last entry of each account."""
    return {entry[0]: entry for entry in _entries(store)}


def _entry(row: dict[str, Any], store: Store, now_s: int) -> Entry:
    account, event = checked_id(row, "account"), text_of(row["event"])
    if event not in EVENTS:
        raise ValueError(f"event is {event!r}; give {', '.join(EVENTS)}")
    wave, reason, source = (text_of(row.get(name)) for name in ("wave", "reason", "source"))
    for name, text in (("wave", wave), ("reason", reason), ("source", source)):
        if len(text) > _LONGEST_TEXT or "\0" in text:
            raise ValueError(f"{name} is longer than {_LONGEST_TEXT} characters, or holds a NUL")
    given = row.get("time")
    time_s = (
        now_s
        if given in (None, "")
        else parse_time(given if isinstance(given, int) else str(given), 0)
    )
    stored = store.core.stored_name("account", account)
    return (stored, event, source or "manual", time_s, wave, reason)


def _entries(store: Store) -> list[Entry]:
    """The ledger by time; of equal times, as it was recorded."""
    with reading(store.path) as cases:
        entries = [entry for entry in cases.ledger() if entry[1] in EVENTS]
    return sorted(entries, key=lambda entry: entry[3])


def _grouped(entries: list[Entry], by: str) -> dict[str, dict[str, Any]]:
    """By name: accounts by event, those still suspended, and the times."""
    groups: dict[str, dict[str, Any]] = defaultdict(
        lambda: {**{event: set() for event in _FOLLOWING}, "in_force": set(), "times": []}
    )
    home: dict[str, str] = {}
    for account, event, source, time_s, wave, reason in entries:
        if event == "suspended":
            month = utc_text(time_s, "%Y-%m")
            named = {"wave": wave, "source": source, "month": month, "reason": reason}
            name = named[by] or "none"
            if account in home:
                groups[home[account]]["in_force"].discard(account)
            home[account] = name
            groups[name]["in_force"].add(account)
        elif account not in home or event == "cleared":
            continue  # of a suspension that nobody recorded
        group = groups[home[account]]
        group[event].add(account)
        group["times"].append(time_s)
        if event == "reinstated":
            group["in_force"].discard(account)
    return dict(groups)


def ledger_summary(store: Store) -> dict[str, int]:
    """For a report: accounts suspended so far, reinstated, and still suspended."""
    entries = _entries(store)
    last = Counter({entry[0]: entry[1] for entry in entries}.values())
    return {
        "suspended": len({entry[0] for entry in entries if entry[1] == "suspended"}),
        "reinstated": last["reinstated"],
        "appealed": last["appealed"],
        "in_force": last["suspended"] + last["appealed"],
    }


def suspensions(store: Store) -> Suspensions:
    """Accounts that are still suspended: the wave and time of the last suspension of each."""
    found: Suspensions = {}
    for account, event, _, time_s, wave, _ in _entries(store):
        if event == "suspended":
            found[account] = (wave or "none", time_s)
        elif event == "reinstated":
            found.pop(account, None)
    return {account: found[account] for account in sorted(found)}
