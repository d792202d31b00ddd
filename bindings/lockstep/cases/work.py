"""Opening cases, and writing and reading their entries. A person decides; each entry is audited."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.case_store import reading, writing
from lockstep.cases.state import (
    DISPOSITIONS,
    STATES,
    Case,
    Entry,
    cases_of,
    fold,
    same_person,
    told,
)
from lockstep.errors import CaseConflict, ConfigError, NotAllowed, UnknownCase
from lockstep.store import Store
from lockstep.sweep.referrals import actor as login_name

__all__ = [
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "UNDOABLE",
    "assign",
    "comment",
    "decide",
    "entries_of",
    "find_case",
    "list_cases",
    "open_case",
    "record_export",
    "sign",
    "undo",
    "why_not_signed",
]

LONGEST_NOTE = 10_000  # characters
LONGEST_NAME = 100
UNDOABLE = ("disposition", "signed", "assigned", "comment")

Place = Store | str | Path


def list_cases(
    store: Place,
    *,
    state: str | None = None,
    disposition: str | None = None,
    assignee: str | None = None,
    run_id: str | None = None,
    cluster_id: str | None = None,
) -> list[Case]:
    """List cases, the newest first.

    Parameters
    ----------
    store : Store or path
    state : {"open", "proposed", "signed"}, optional
    disposition : str, optional
        One of `lockstep.cases.DISPOSITIONS`.
    assignee, run_id, cluster_id : str, optional
        Only cases of them.

    Raises
    ------
    ConfigError, NotAStore, StorageError, CorruptData
        On another state or disposition, or a store that cannot be read.
    """
    _check_choice("state", state, STATES)
    _check_choice("disposition", disposition, tuple(DISPOSITIONS))
    wanted = {
        "state": state,
        "disposition": disposition,
        "assignee": assignee,
        "run_id": run_id,
        "cluster_id": cluster_id,
    }
    with reading(_folder(store)) as opened:
        found = list(cases_of(opened.case_entries()))
    return [
        case
        for case in reversed(found)
        if all(value is None or getattr(case, name) == value for name, value in wanted.items())
    ]


def find_case(store: Place, case_id: int) -> Case:
    """A case by its number. UnknownCase where there is none such."""
    with reading(_folder(store)) as opened:
        return _find(opened, case_id)


def open_case(
    store: Place, run: Any, cluster_id: str, *, actor: str | None = None, note: str = ""
) -> Case:
    """Open a case of a cluster: its accounts as this run found them are the subject, for good.

    Parameters
    ----------
    store : Store or path
    run : Run
        A run of that store.
    cluster_id : str
        Such as C-0001.
    actor : str, optional
        Who does it; the login name where not given.

    Raises
    ------
    ConfigError
        On another store's run, or no such cluster.
    CaseConflict
        Where that cluster of that run has a case.
    """
    accounts = run.cluster(cluster_id).accounts
    with writing(_folder(store)) as opened:
        if run.summary["store_uuid"] != opened.store_uuid():
            raise ConfigError(
                f"run {run.id} is of another store than {_folder(store)}; give its own"
            )
        for case in cases_of(opened.case_entries()):
            if (case.run_id, case.cluster_id) == (run.id, cluster_id):
                raise CaseConflict(
                    f"{cluster_id} of run {run.id} has case {case.case_id} already; go on with it"
                )
        row = opened.append_case_entry(
            0,
            expected_version=0,
            actor=_name(actor),
            kind="opened",
            now_s=int(time.time()),
            note=_note(note),
            run_id=run.id,
            cluster_id=cluster_id,
            members=accounts,
        )
        return _find(opened, row["case_id"])


def decide(
    store: Place,
    case_id: int,
    disposition: str,
    note: str,
    *,
    actor: str | None = None,
    version: int | None = None,
) -> Case:
    """Propose a disposition; it counts once somebody else signed it.

    Parameters
    ----------
    store : Store or path
    case_id : int
    disposition : str
        One of `lockstep.cases.DISPOSITIONS`.
    note : str
        Why; must be given.
    actor : str, optional
        As in `open_case`.
    version : int, optional
        The version of the case that was read: where it has moved on, nothing is written. Where
        not given, the one that is found.

    Raises
    ------
    UnknownCase, ConfigError, CaseConflict, StoreLocked
        On no such case or disposition, a missing note, another's entry since, or a writer that
        does not end.
    """
    _check_choice("disposition", disposition, tuple(DISPOSITIONS))
    _require(note, "a disposition needs a note that says why")
    return _append(
        store, case_id, "disposition", actor, version, value=disposition, note=_note(note)
    )


def sign(
    store: Place, case_id: int, *, actor: str | None = None, version: int | None = None
) -> Case:
    """Sign the proposed disposition, as a second person. NotAllowed for who proposed it.

    Parameters and errors are those of `decide`.
    """
    who = _name(actor)

    def check(case: Case) -> int:
        refused = why_not_signed(case, who)
        if refused is not None or case.proposal is None:
            raise NotAllowed(refused or "there is nothing to sign")
        return case.proposal.version

    return _append(store, case_id, "signed", who, version, check=check)


def why_not_signed(case: Case, actor: str) -> str | None:
    """Why a person may not sign a case as it is; None where they may."""
    if case.proposal is None:
        return f"case {case.case_id} has no disposition to sign; somebody must propose one first"
    if case.signature is not None:
        return f"case {case.case_id} was signed by {case.signature.actor} already"
    if same_person(case.proposal.actor, actor):
        return (
            f"{actor} proposed the disposition of case {case.case_id}; another person must sign it"
        )
    return None


def assign(
    store: Place,
    case_id: int,
    assignee: str,
    *,
    actor: str | None = None,
    version: int | None = None,
) -> Case:
    """Give a case to somebody; an empty name gives it to nobody."""
    value = _name(assignee) if assignee.strip() else ""
    return _append(store, case_id, "assigned", actor, version, value=value)


def comment(
    store: Place, case_id: int, note: str, *, actor: str | None = None, version: int | None = None
) -> Case:
    """Add a note to a case."""
    _require(note, "a note has text")
    return _append(store, case_id, "comment", actor, version, note=_note(note))


def undo(
    store: Place,
    case_id: int,
    entry: int,
    note: str,
    *,
    actor: str | None = None,
    version: int | None = None,
) -> Case:
    """Withdraw an earlier entry by a new one: what was in force before it is so again.

    Parameters
    ----------
    entry : int
        Version of the entry: a disposition, a signature, an assignment or a note.
    note : str
        Why; must be given.

    Raises
    ------
    NotAllowed
        On an entry of another kind, or one that was withdrawn before; others as in `decide`.
    """
    _require(note, "an undo needs a note that says why")

    def check(case: Case) -> int:
        if not 1 <= entry <= case.version:
            raise ConfigError(f"case {case_id} has entries 1 to {case.version}, and no {entry}")
        found = case.entries[entry - 1]
        if found.kind not in UNDOABLE:
            raise NotAllowed(
                f"entry {entry} of case {case_id} cannot be withdrawn: {told(found)}; only "
                f"{', '.join(UNDOABLE)} can"
            )
        if found.withdrawn:
            raise NotAllowed(f"entry {entry} of case {case_id} was withdrawn before")
        return entry

    return _append(store, case_id, "undone", actor, version, note=_note(note), check=check)


def record_export(store: Place, case: Case, actor: str | None, standing: str, digest: str) -> Case:
    """Write down that a case left as a pack of that SHA-256; CaseConflict where it moved on."""
    return _append(
        store, case.case_id, "exported", actor, case.version, value=standing, note=digest
    )


def _append(
    store: Place,
    case_id: int,
    kind: str,
    actor: str | None,
    version: int | None,
    *,
    value: str = "",
    note: str = "",
    check: Callable[[Case], int] = lambda case: 0,
) -> Case:
    """Reads, checks and writes under one lock; `check` says which entry the new one refers to."""
    who = _name(actor)
    with writing(_folder(store)) as opened:
        case = _find(opened, case_id)
        if version is not None and version != case.version:
            raise _conflict(case, version)
        opened.append_case_entry(
            case_id,
            expected_version=case.version,
            actor=who,
            kind=kind,
            now_s=int(time.time()),
            value=value,
            note=note,
            refers_to=check(case),
        )
        return _find(opened, case_id)


def _conflict(case: Case, version: int) -> CaseConflict:
    if not 1 <= version < case.version:
        return CaseConflict(
            f"case {case.case_id} is at version {case.version}, and never was at {version}; "
            f"read it again"
        )
    since: tuple[Entry, ...] = case.entries[version:]
    return CaseConflict(
        f"case {case.case_id} is at version {case.version}, not {version}; since then "
        f"{'; '.join(map(told, since))}. Read it again before you decide"
    )


def entries_of(
    opened: _core.CaseStore, case_id: int, *, upto: int | None = None
) -> list[dict[str, Any]]:
    """What was written to a case up to a version. UnknownCase where there is nothing."""
    rows = [
        row
        for row in opened.case_entries()
        if row["case_id"] == case_id and (upto is None or row["version"] <= upto)
    ]
    if not rows:
        raise UnknownCase(
            f"there is no case {case_id}; `lockstep cases list` shows those there are"
        )
    return rows


def _find(opened: _core.CaseStore, case_id: int) -> Case:
    return fold(entries_of(opened, case_id))


def _folder(store: Place) -> Path:
    return store.path if isinstance(store, Store) else Path(store)


def _name(actor: str | None) -> str:
    """Who acts, or is to act. ConfigError on a name that names nobody."""
    name = (login_name() if actor is None else actor).strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(
            f"{name[:LONGEST_NAME]!r} is no name; give 1 to {LONGEST_NAME} characters on one line"
        )
    return name


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise ConfigError(f"the note is longer than {LONGEST_NOTE:,} characters, or holds a NUL")
    return note


def _require(text: str, what: str) -> None:
    if not text.strip():
        raise ConfigError(f"{what}; give one")


def _check_choice(name: str, given: str | None, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        raise ConfigError(f"{name} is {given!r}; give one of {', '.join(known)}")
