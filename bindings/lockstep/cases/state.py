"""What a case is: its entries in their order, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, get_args

from lockstep.moments import MINUTE, utc_text

__all__ = [
    "DISPOSITIONS",
    "STATES",
    "Case",
    "Disposition",
    "Entry",
    "Kind",
    "State",
    "cases_of",
    "fold",
    "same_person",
    "told",
]

Disposition = Literal[
    "coordinated-inauthentic", "coordinated-legitimate", "not-coordinated", "needs-data"
]
State = Literal["open", "proposed", "signed"]
Kind = Literal["opened", "disposition", "signed", "assigned", "comment", "undone", "exported"]
STATES: tuple[State, ...] = get_args(State)

# What a person can find about a cluster, each a Disposition, and how it is said in a sentence.
DISPOSITIONS: dict[str, str] = {
    "coordinated-inauthentic": "coordinated and inauthentic",
    "coordinated-legitimate": "coordinated but legitimate",
    "not-coordinated": "not coordinated",
    "needs-data": "needs more data",
}


@dataclass(frozen=True)
class Entry:
    """One entry of a case, as it was written."""

    version: int  # from 1
    time_s: int
    actor: str
    kind: str  # a Kind
    value: str = ""  # the disposition; who is to see to it; draft or signed of an export
    note: str = ""
    refers_to: int = 0  # the version that it signs or withdraws
    withdrawn: bool = False  # by a later entry; it stays in the history


@dataclass(frozen=True)
class Case:
    """A case with all that its entries add up to."""

    case_id: int
    run_id: str
    cluster_id: str
    accounts: tuple[str, ...]  # members when it was opened, as the store names them
    entries: tuple[Entry, ...]
    proposal: Entry | None  # the disposition in force
    signature: Entry | None  # somebody else's, of that disposition
    assignee: str | None

    @property
    def version(self) -> int:
        """Number of its entries; whoever writes says which one was read."""
        return len(self.entries)

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.proposal is None:
            return "open"
        return "proposed" if self.signature is None else "signed"

    @property
    def disposition(self) -> str | None:
        """One of DISPOSITIONS, signed or not; None while nobody proposed one."""
        return None if self.proposal is None else self.proposal.value

    def summary(self) -> dict[str, Any]:
        """The case as one row, without its accounts and entries."""
        first, last = self.entries[0], self.entries[-1]
        return {
            "case_id": self.case_id,
            "version": self.version,
            "run_id": self.run_id,
            "cluster_id": self.cluster_id,
            "members": len(self.accounts),
            "state": self.state,
            "disposition": self.disposition,
            "note": None if self.proposal is None else self.proposal.note,
            "proposed_by": None if self.proposal is None else self.proposal.actor,
            "signed_by": None if self.signature is None else self.signature.actor,
            "assignee": self.assignee,
            "opened_by": first.actor,
            "opened_s": first.time_s,
            "last_by": last.actor,
            "last_s": last.time_s,
        }


def fold(rows: Iterable[dict[str, Any]]) -> Case:
    """The case that entries add up to; `rows` are those of one case, by version, and at least one.

    An entry that was withdrawn counts no more, and what was in force before it is so again.
    """
    written = list(rows)
    first = written[0]
    withdrawn = {row["refers_to"] for row in written if row["kind"] == "undone"}
    names = ("version", "time_s", "actor", "kind", "value", "note", "refers_to")
    entries = tuple(
        Entry(**{name: row[name] for name in names}, withdrawn=row["version"] in withdrawn)
        for row in written
    )
    proposal = _last(entries, "disposition")
    signature = None
    if proposal is not None:
        own = [entry for entry in entries if entry.refers_to == proposal.version]
        signature = _last(tuple(own), "signed")
    assigned = _last(entries, "assigned")
    return Case(
        case_id=first["case_id"],
        run_id=first["run_id"],
        cluster_id=first["cluster_id"],
        accounts=tuple(first["members"]),
        entries=entries,
        proposal=proposal,
        signature=signature,
        assignee=(assigned.value or None) if assigned else None,
    )


def cases_of(rows: Iterable[dict[str, Any]]) -> Iterator[Case]:
    """The cases that entries add up to; `rows` by case and version."""
    for _, own in groupby(rows, key=lambda row: row["case_id"]):
        yield fold(own)


def _last(entries: tuple[Entry, ...], kind: str) -> Entry | None:
    own = [entry for entry in entries if entry.kind == kind and not entry.withdrawn]
    return own[-1] if own else None


def same_person(one: str, other: str) -> bool:
    """Whether two names are of one person, as far as names tell."""
    return one.strip().casefold() == other.strip().casefold()


def told(entry: Entry) -> str:
    """An entry as part of a sentence, such as a conflict tells of."""
    what = {
        "opened": "opened the case",
        "disposition": f"found it {DISPOSITIONS.get(entry.value, entry.value)}",
        "signed": f"signed entry {entry.refers_to}",
        "assigned": f"gave it to {entry.value}" if entry.value else "gave it to nobody",
        "comment": "wrote a note",
        "undone": f"withdrew entry {entry.refers_to}",
        "exported": f"exported it ({entry.value})",
    }[entry.kind]
    said = f": {entry.note}" if entry.note else ""
    return f"{entry.actor} {what} at {utc_text(entry.time_s, MINUTE)}{said}"
