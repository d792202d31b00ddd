"""The routes of case work: viewers read, analysts and leads decide, two of them a case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from lockstep import cases
from lockstep.case_store import reading
from lockstep.cases.pack import why_no_export
from lockstep.cases.state import Disposition, State
from lockstep.cases.work import UNDOABLE, why_not_signed
from lockstep.errors import CaseConflict, ConfigError, NotAllowed, StoreLocked, UnknownCase
from lockstep.explorer import cases_models as models
from lockstep.explorer.access import ROLES, Session
from lockstep.explorer.asked import desk_of, session_of
from lockstep.explorer.faults import ApiFault
from lockstep.sweep.run import Run

__all__ = ["router"]

router = APIRouter(prefix="/api")

_MOST_CASES = 1000
_TAG = re.compile(r'"(\d{1,18})-(\d{1,18})"')


@router.get("/cases")
def list_cases(
    request: Request,
    state: State | None = None,
    disposition: Disposition | None = None,
    assignee: Annotated[str | None, Query(max_length=100)] = None,
    run: Annotated[str | None, Query(max_length=100)] = None,
    cluster: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_CASES)] = _MOST_CASES,
) -> models.CaseList:
    """Cases, the newest first."""
    found = cases.list_cases(
        desk_of(request).store,
        state=state,
        disposition=disposition,
        assignee=assignee,
        run_id=run,
        cluster_id=cluster,
    )
    rows = [models.CaseRow(**case.summary()) for case in found[:limit]]
    return models.CaseList(cases=rows, total=len(found))


@router.post("/cases", status_code=201)
def open_case(request: Request, response: Response, new: models.NewCase) -> models.CaseDetail:
    """Opens a case of a cluster as a run found it."""
    session = _who_decides(request)
    with _told():
        run = _run(request, new.run_id)
        case = cases.open_case(
            desk_of(request).store, run, new.cluster_id, actor=session.user, note=new.note
        )
    return _answer(request, response, case)


@router.get(
    "/cases/{case_id}",
    response_model=models.CaseDetail,
    responses={304: {"description": "It is as it was."}},
)
def show_case(request: Request, response: Response, case_id: int) -> models.CaseDetail | Response:
    """One case with its history; the ETag is what a decision has to carry."""
    with _told():
        case = cases.find_case(desk_of(request).store, case_id)
    if request.headers.get("if-none-match") == _tag(case):
        return Response(status_code=304, headers={"ETag": _tag(case)})
    return _answer(request, response, case)


@router.post("/cases/{case_id}/entries", status_code=201)
def add_entry(
    request: Request, response: Response, case_id: int, entry: models.NewEntry
) -> models.CaseDetail:
    """Adds an entry, unless somebody else did since the case was read: then 409 tells which."""
    session = _who_decides(request)
    version = _version_read(request, case_id)
    store, who = desk_of(request).store, session.user
    with _told():
        match entry:
            case models.NewDisposition(value=value, note=note):
                made = cases.decide(store, case_id, value, note, actor=who, version=version)
            case models.NewSignature():
                made = cases.sign(store, case_id, actor=who, version=version)
            case models.NewAssignment(value=value):
                made = cases.assign(store, case_id, value, actor=who, version=version)
            case models.NewComment(note=note):
                made = cases.comment(store, case_id, note, actor=who, version=version)
            case models.NewUndo(refers_to=number, note=note):
                made = cases.undo(store, case_id, number, note, actor=who, version=version)
    return _answer(request, response, made)


@router.get("/cases/{case_id}/export", response_class=Response)
def export_case(request: Request, case_id: int, draft: bool = False) -> Response:
    """The case as a ZIP; who took it, and its SHA-256, go to the history."""
    session = _who_decides(request)
    store = desk_of(request).store
    with _told():
        run = _run(request, cases.find_case(store, case_id).run_id)
        pack = cases.export_case(store.path, case_id, run, actor=session.user, draft=draft)
    name = f"case-{case_id}{'-draft' if draft else ''}.zip"
    return Response(
        pack.content,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/audit")
def audit(
    request: Request,
    before: Annotated[int, Query(ge=1, le=2**62)] = 2**62,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> models.AuditPage:
    """The audit log, the newest lines first; for leads."""
    if session_of(request).role != "lead":
        raise ApiFault(403, "The audit log is for leads", "Your role is another.", "Ask a lead.")
    with reading(desk_of(request).store.path) as opened:
        lines, problems = opened.audit(), opened.verify_audit()
    older = [line for line in reversed(lines) if line["sequence"] < before]
    shown = [models.AuditLine(**line) for line in older[:limit]]
    more = shown[-1].sequence if len(older) > limit else None
    return models.AuditPage(entries=shown, total=len(lines), problems=problems, next_before=more)


def _who_decides(request: Request) -> Session:
    """Who asks, if they may write to cases here."""
    session = session_of(request)
    refused = _refusal(request, session)
    if refused:
        raise ApiFault(403, "You may not do this", refused, "Ask an analyst or a lead.")
    return session


def _refusal(request: Request, session: Session) -> str | None:
    if desk_of(request).read_only:
        return "This server shows everything and lets nobody decide."
    if ROLES.index(session.role) < ROLES.index("analyst"):
        return "Viewers read; analysts and leads decide."
    return None


def _version_read(request: Request, case_id: int) -> int:
    given = _TAG.fullmatch(request.headers.get("if-match", "").strip())
    if given is None or int(given[1]) != case_id:
        raise ApiFault(
            428,
            "The decision does not say what was read",
            "If-Match must carry the case's ETag.",
            "Read the case, and decide then.",
        )
    return int(given[2])


def _run(request: Request, run_id: str) -> Run:
    try:
        run: Run = desk_of(request).runs.get(run_id).run
    except KeyError:
        raise ApiFault(
            404, "There is no such run", "It is not in the folder of runs.", "Open another."
        ) from None
    return run


def _tag(case: cases.Case) -> str:
    """Changes with every entry; what somebody may do with the case is not part of it."""
    return f'"{case.case_id}-{case.version}"'


def _answer(request: Request, response: Response, case: cases.Case) -> models.CaseDetail:
    response.headers["ETag"] = _tag(case)
    session = session_of(request)
    refused = _refusal(request, session)
    sign = refused or why_not_signed(case, session.user)
    export = refused or why_no_export(case)
    undoable = any(entry.kind in UNDOABLE and not entry.withdrawn for entry in case.entries)
    return models.CaseDetail(
        **case.summary(),
        accounts=list(case.accounts),
        entries=[
            models.CaseEntry(**{**vars(entry), "refers_to": entry.refers_to or None})
            for entry in case.entries
        ],
        may=models.May(
            propose=refused is None,
            sign=sign is None,
            undo=refused is None and undoable,
            export=export is None,
        ),
        refused=models.Refused(sign=sign, export=export),
    )


@contextmanager
def _told() -> Iterator[None]:
    """What case work refuses, as an answer that says so."""
    try:
        yield
    except UnknownCase as error:
        raise ApiFault(404, "There is no such case", str(error), "Go to the cases.") from None
    except CaseConflict as error:
        raise ApiFault(
            409, "Somebody else decided first", str(error), "Read the case again."
        ) from None
    except NotAllowed as error:
        raise ApiFault(403, "This is not allowed", str(error), "Ask somebody else.") from None
    except StoreLocked as error:
        raise ApiFault(503, "The store is busy", str(error), "Try again in a moment.") from None
    except ConfigError as error:
        raise ApiFault(422, "This cannot be written", str(error), "Mend it.") from None
