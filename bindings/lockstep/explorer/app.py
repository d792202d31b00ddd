"""The explorer as one ASGI application."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from lockstep import _core
from lockstep.explorer.access import Access
from lockstep.explorer.api_routes import router
from lockstep.explorer.cases_routes import router as cases_router
from lockstep.explorer.cluster_routes import router as cluster_router
from lockstep.explorer.desk import Desk
from lockstep.explorer.faults import add_fault_answers
from lockstep.explorer.guard import Guard, Place
from lockstep.explorer.pages import add_pages
from lockstep.explorer.reveal_routes import router as reveal_router

__all__ = ["make_api", "make_app"]


def make_api() -> FastAPI:
    """The routes alone: what the OpenAPI document is made from."""
    app = FastAPI(
        title="Lockstep explorer",
        version=_core.__version__,
        description="Reads runs and a store; shows co-action, never guilt.",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.include_router(router)
    app.include_router(cluster_router)
    app.include_router(cases_router)
    app.include_router(reveal_router)
    add_fault_answers(app)
    return app


def make_app(desk: Desk, access: Access, place: Place) -> ASGIApp:
    """The whole: every request passes the guard first."""
    app = make_api()
    app.state.desk = desk
    guard = Guard(app, access=access, place=place)
    add_pages(app, guard)
    return guard
