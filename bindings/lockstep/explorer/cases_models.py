"""The questions and answers of case work, as the pages and the OpenAPI document know them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lockstep.cases.state import Disposition, Kind, State
from lockstep.cases.work import LONGEST_NAME, LONGEST_NOTE

__all__ = [
    "AuditLine",
    "AuditPage",
    "CaseDetail",
    "CaseEntry",
    "CaseList",
    "CaseRow",
    "May",
    "NewCase",
    "NewEntry",
    "Refused",
]

Note = Annotated[str, Field(max_length=LONGEST_NOTE)]
Name = Annotated[str, Field(max_length=LONGEST_NAME)]


class CaseRow(BaseModel):
    """A case, without its accounts and history."""

    case_id: int
    version: int
    run_id: str
    cluster_id: str
    members: int
    state: State
    disposition: Disposition | None
    note: str | None
    proposed_by: str | None
    signed_by: str | None
    assignee: str | None
    opened_by: str
    opened_s: int
    last_by: str
    last_s: int


class CaseList(BaseModel):
    """Cases, the newest first."""

    cases: list[CaseRow]
    total: int  # that fit, of which `cases` may be the first


class CaseEntry(BaseModel):
    """One entry of the history; none is ever changed."""

    version: int
    time_s: int
    actor: str
    kind: Kind
    value: str
    note: str
    refers_to: int | None
    withdrawn: bool


class May(BaseModel):
    """What who asks may do with the case as it is."""

    propose: bool
    sign: bool
    undo: bool
    export: bool


class Refused(BaseModel):
    """Why not, in a sentence."""

    sign: str | None
    export: str | None


class CaseDetail(CaseRow):
    """A case with its accounts and history."""

    accounts: list[str]
    entries: list[CaseEntry]
    may: May
    refused: Refused


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCase(_Asked):
    """A cluster to open a case of."""

    run_id: Annotated[str, Field(min_length=1, max_length=100)]
    cluster_id: Annotated[str, Field(min_length=1, max_length=40)]
    note: Note = ""


class NewDisposition(_Asked):
    """What somebody found, and why."""

    kind: Literal["disposition"]
    value: Disposition
    note: Note


class NewSignature(_Asked):
    """A second person's signature of the disposition in force."""

    kind: Literal["signed"]


class NewAssignment(_Asked):
    """Who is to see to it; an empty name is nobody."""

    kind: Literal["assigned"]
    value: Name


class NewComment(_Asked):
    """A note."""

    kind: Literal["comment"]
    note: Note


class NewUndo(_Asked):
    """The version of an entry to withdraw, and why."""

    kind: Literal["undone"]
    refers_to: Annotated[int, Field(ge=1)]
    note: Note


NewEntry = Annotated[
    NewDisposition | NewSignature | NewAssignment | NewComment | NewUndo,
    Field(discriminator="kind"),
]


class AuditLine(BaseModel):
    """One line of the audit log."""

    sequence: int
    time_s: int
    actor: str
    action: str
    detail: str
    hash: str


class AuditPage(BaseModel):
    """Lines of the audit log, the newest first."""

    entries: list[AuditLine]
    total: int
    problems: list[str]  # of the whole chain; none when it is as it was written
    next_before: int | None  # ask for what is before this sequence; null at the end
