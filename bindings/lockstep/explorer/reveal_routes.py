"""Finding the pseudonym of an account whose id somebody knows: a lead may, and the audit tells."""

from __future__ import annotations

import time
import uuid

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from lockstep.case_store import writing
from lockstep.errors import StoreLocked
from lockstep.explorer.asked import desk_of, session_of
from lockstep.explorer.faults import ApiFault

__all__ = ["router"]

router = APIRouter(prefix="/api")


class Sought(BaseModel):
    """The id of an account on its platform."""

    account: str = Field(min_length=1, max_length=4096)


class Revealed(BaseModel):
    """Under which name the store and its runs have it."""

    account_id: str
    known: bool


@router.post("/reveal")
def reveal(request: Request, sought: Sought) -> Revealed:
    """Says which pseudonym an account has. Written to the audit before it is answered."""
    desk, session = desk_of(request), session_of(request)
    if not desk.pseudonymous:
        raise ApiFault(409, "This store has no pseudonyms", "It keeps ids as they came.", "Search.")
    if session.role != "lead":
        raise ApiFault(403, "Pseudonyms are for leads", "Your role is another.", "Ask a lead.")
    store = desk.fresh()
    name = store.core.stored_name("account", sought.account)
    try:
        with writing(store.path) as opened:
            opened.append_note(
                action="reveal",
                detail=f"pseudonym {name}",  # never the id itself
                content_hash=uuid.uuid4().hex,
                actor=session.user,
                now_s=int(time.time()),
            )
    except StoreLocked as error:
        raise ApiFault(503, "The store is busy", str(error), "Try again in a moment.") from None
    return Revealed(account_id=name, known=store.knows(name))
