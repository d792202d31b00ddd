"""The built pages, and signing in."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from lockstep.explorer.faults import ApiFault
from lockstep.explorer.guard import Guard

__all__ = ["add_pages"]

_STATIC = Path(__file__).parent / "static"
_FOREVER = "private, max-age=31536000, immutable"  # their names hold a hash of their content

_LOGIN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/login.css"></head><body><main><h1>Lockstep</h1>
<p>Co-action, never guilt: Lockstep proposes, a person decides.</p>
<form method="post" action="/login"><label for="token">Your token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required>
<button>Sign in</button></form></main></body></html>"""

_LOGIN_CSS = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
main{max-width:32rem;margin:12vh auto;padding:0 1rem}
label{display:block;margin:1rem 0 .25rem}input{width:100%;box-sizing:border-box;padding:.5rem}
button{margin-top:1rem;padding:.5rem 1rem}"""


def add_pages(app: FastAPI, guard: Guard) -> None:
    """Adds the pages: any path that is none of the API's gives the one that reads its own."""
    files = _built_files()
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    def login_page() -> HTMLResponse:
        return HTMLResponse(_LOGIN)

    @router.get("/login.css")
    def login_style() -> Response:
        return Response(_LOGIN_CSS, media_type="text/css")

    @router.post("/login")
    async def login(request: Request) -> RedirectResponse:
        given = parse_qs((await request.body()).decode("utf-8", "replace"))
        answer = RedirectResponse("/", status_code=303)
        answer.headers["Set-Cookie"] = guard.try_token(given.get("token", [""])[0], request.scope)
        return answer

    @router.post("/logout")
    def logout(request: Request) -> Response:
        guard.end(request.scope["state"]["session_name"])
        return Response(status_code=204)

    @router.get("/api/{rest:path}")
    def unknown_route(rest: str) -> Response:
        raise ApiFault(404, "The API has no such path", "", "Its paths are in the documentation.")

    @router.get("/{path:path}")
    def page(path: str) -> Response:
        content, kind = files.get(path, files["index.html"])
        headers = {"Cache-Control": _FOREVER} if path.startswith("assets/") else {}
        return Response(content, media_type=kind, headers=headers)

    app.include_router(router)


def _built_files() -> dict[str, tuple[bytes, str]]:
    """All that may be asked for, read at the start: a request's path opens no file."""
    if not (_STATIC / "index.html").is_file():
        return {"index.html": (b"<!doctype html><title>Lockstep</title>The pages are not built.",
                               "text/html")}  # fmt: skip
    return {
        path.relative_to(_STATIC).as_posix(): (
            path.read_bytes(),
            mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        )
        for path in sorted(_STATIC.rglob("*"))
        if path.is_file()
    }
