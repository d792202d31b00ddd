"""What routes share: who asks, and for which run and cluster."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from lockstep.explorer.access import Session
from lockstep.explorer.desk import Desk
from lockstep.explorer.faults import ApiFault
from lockstep.explorer.run_index import RunIndex

__all__ = ["Account", "Offset", "cluster_of", "desk_of", "index_of", "session_of"]

Account = Annotated[str, Query(min_length=1, max_length=4096)]
Offset = Annotated[int, Query(ge=0, le=2**31)]


def desk_of(request: Request) -> Desk:
    """The store and the runs that this server reads."""
    desk: Desk = request.app.state.desk
    return desk


def session_of(request: Request) -> Session:
    """Who asks; the guard has let nobody else through."""
    session: Session = request.scope["state"]["session"]
    return session


def index_of(request: Request, run: str) -> RunIndex:
    """A run by its name, or the latest."""
    try:
        return desk_of(request).runs.get(run)
    except KeyError:
        raise ApiFault(404, "There is no such run", f"{run!r} is not in the folder of runs.",
                       "Open the latest one.") from None  # fmt: skip


def cluster_of(index: RunIndex, name: str) -> int:
    """Place of a cluster of a run."""
    place = index.place_of_cluster.get(name)
    if place is None:
        count = len(index.clusters)
        there = f"It has C-0001 to C-{count:04d}." if count else "It has none."
        raise ApiFault(404, "There is no such cluster in this run", there, "Go to its clusters.")
    return place
