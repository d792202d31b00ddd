"""Failed answers: what, why, what next, and a number to find them by in the log."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from lockstep.errors import LockstepError, StorageError, StoreLocked, UnknownAccount

__all__ = ["ApiFault", "add_fault_answers", "fault_body"]

_log = logging.getLogger("lockstep.explorer")


class ApiFault(Exception):
    """An answer other than what was asked for."""

    def __init__(self, status: int, what: str, why: str = "", next_: str = "") -> None:
        super().__init__(what)
        self.status, self.what, self.why, self.next = status, what, why, next_


def fault_body(what: str, why: str, next_: str, request_id: str) -> dict[str, Any]:
    """The JSON of a failed answer."""
    return {"error": {"what": what, "why": why, "next": next_, "request_id": request_id}}


def add_fault_answers(app: FastAPI) -> None:
    """Turns whatever can be raised into an answer that shows nothing of the program's inside."""

    def answer(request: Request, status: int, what: str, why: str, next_: str) -> JSONResponse:
        request_id = request.scope.get("state", {}).get("request_id", "")
        return JSONResponse(fault_body(what, why, next_, request_id), status)

    @app.exception_handler(ApiFault)
    async def api_fault(request: Request, fault: ApiFault) -> JSONResponse:
        return answer(request, fault.status, fault.what, fault.why, fault.next)

    @app.exception_handler(UnknownAccount)
    async def unknown_account(request: Request, error: UnknownAccount) -> JSONResponse:
        return answer(
            request, 404, "No such account", "The store has not seen it.", "Ids are exact."
        )

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"][1:])
        return answer(request, 422, f"{where or 'the request'}: {first['msg']}", "", "Mend it.")

    @app.exception_handler(HTTPException)
    async def http_fault(request: Request, error: HTTPException) -> JSONResponse:
        return answer(request, error.status_code, str(error.detail), "", "Go back to the start.")

    @app.exception_handler(StorageError)
    @app.exception_handler(StoreLocked)
    @app.exception_handler(LockstepError)
    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> JSONResponse:
        request_id = request.scope.get("state", {}).get("request_id", "")
        _log.error("request %s failed", request_id, exc_info=error)
        return answer(
            request,
            500,
            "The server could not answer",
            "A fault of the store or of the program; its log has the rest.",
            "Try again; if it stays, look for the request's number in the log.",
        )
