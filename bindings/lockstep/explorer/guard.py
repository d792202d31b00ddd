"""What every request passes before anything answers it: limits, host, origin, session, headers."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lockstep.explorer.access import Access, Pace, Session
from lockstep.explorer.faults import ApiFault, fault_body

__all__ = ["COOKIE", "Guard", "Place"]

COOKIE = "lockstep_session"
MOST_BODY_BYTES = 1 << 20
_MOST_HEADERS = 100
_SAFE = ("GET", "HEAD", "OPTIONS")
_OPEN = ("/login", "/login.css", "/favicon.svg")
_CALLS, _CALLS_S = 600, 10.0
_TRIES, _TRIES_S = 10, 60.0
_MOST_AT_ONCE = 64  # requests; more are told to come again
_BODY_S = 20.0  # that a body may take to arrive

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Place:
    """Where the server is reached: names of hosts with their ports, and whether by TLS."""

    hosts: frozenset[str]
    tls: bool = False

    @property
    def origins(self) -> frozenset[str]:
        """What a browser calls pages of this server."""
        scheme = "https" if self.tls else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)


class Guard:
    """Lets a request through, or answers it with why not."""

    def __init__(self, app: ASGIApp, *, access: Access, place: Place) -> None:
        self._app, self._access, self._place = app, access, place
        self._calls = Pace(_CALLS, _CALLS_S)
        self._tries = Pace(_TRIES, _TRIES_S)
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(6)
        scope.setdefault("state", {})["request_id"] = request_id

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
                headers["X-Request-Id"] = request_id
            await send(message)

        self._now += 1
        try:
            if self._now > _MOST_AT_ONCE:
                raise ApiFault(503, "The server is busy", "Too much is asked at once.",
                               "Wait some seconds, and try again.")  # fmt: skip
            headers = Headers(scope=scope)
            self._check_form(scope, headers)
            self._check_origin(scope, headers)
            if await self._login(scope, dressed):
                return
            self._check_session(scope, headers)
            if scope["method"] not in _SAFE:
                receive = await _in_time(receive)
            await self._app(scope, receive, dressed)
        except ApiFault as refused:
            await _refuse(scope, dressed, refused, request_id)
        finally:
            self._now -= 1

    def _check_form(self, scope: Scope, headers: Headers) -> None:
        """Size, and the host: a name that leads here from elsewhere is refused (DNS rebinding)."""
        if len(scope["headers"]) > _MOST_HEADERS:
            raise ApiFault(431, "Too many headers", f"More than {_MOST_HEADERS}.", "Send fewer.")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY_BYTES:
            raise ApiFault(
                413,
                "The request is too large",
                f"More than {MOST_BODY_BYTES:,} bytes.",
                "Send less.",
            )
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._place.hosts:
            raise ApiFault(
                400,
                "This host name is not served",
                "The request names another host than the one that was opened.",
                "Open the address that `lockstep explore` printed.",
            )

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """No other site may send anything here, nor read an answer of the API."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        foreign = site not in (None, "same-origin", "none") or (
            origin is not None and origin not in self._place.origins
        )
        unsafe = scope["method"] not in _SAFE
        unnamed = unsafe and origin is None and site is None
        if (foreign and (unsafe or scope["path"].startswith("/api/"))) or unnamed:
            raise ApiFault(
                403,
                "Requests from other sites are refused",
                "The browser says that another site sent this.",
                "Open the explorer itself and do it there.",
            )

    async def _login(self, scope: Scope, send: Send) -> bool:
        """Exchanges a token in the address for a session; whether it answered."""
        if scope["method"] != "GET" or scope["path"].startswith("/api/"):
            return False
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if "token" not in query:
            return False
        cookie = self.try_token(query.pop("token")[0], scope)
        target = "/" + quote(scope["path"].lstrip("/\\"))  # `//host` would lead to another site
        if query:
            target += "?" + urlencode(query, doseq=True)
        await send(
            {
                "type": "http.response.start",
                "status": 303,
                "headers": [
                    (b"location", target.encode("ascii")),
                    (b"set-cookie", cookie.encode()),
                    (b"content-length", b"0"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": b""})
        return True

    def try_token(self, token: str, scope: Scope) -> str:
        """The Set-Cookie of a new session; raises what is answered where there is none."""
        if not self._tries.allows(self._from_where(scope)):
            raise ApiFault(
                429,
                "Too many attempts",
                f"More than {_TRIES} in {_TRIES_S:.0f} seconds.",
                "Wait a minute, and try again.",
            )
        name = self._access.open(token)
        if name is None:
            raise _unknown(self._access.shared)
        secure = "; Secure" if self._place.tls else ""
        return f"{COOKIE}={name}; Path=/; HttpOnly; SameSite=Strict{secure}"

    def _from_where(self, scope: Scope) -> str:
        """The address of who asks. Behind a proxy it is what the proxy added last."""
        passed = Headers(scope=scope).getlist("x-forwarded-for") if self._place.tls else []
        if passed:
            return passed[-1].rsplit(",", 1)[-1].strip()[:64]
        return str(scope["client"][0]) if scope.get("client") else "unknown"

    def end(self, session_name: str) -> None:
        """Ends a session: its cookie opens nothing any more."""
        self._access.close(session_name)

    def _check_session(self, scope: Scope, headers: Headers) -> None:
        if scope["path"] in _OPEN:
            return
        name = _cookie(headers)
        session = None if name is None else self._access.find(name)
        if session is None:
            raise _unknown(self._access.shared)
        if not self._calls.allows(session.csrf):
            raise ApiFault(
                429,
                "Too many requests",
                f"More than {_CALLS} in {_CALLS_S:.0f} seconds.",
                "Wait some seconds, and try again.",
            )
        if scope["method"] not in _SAFE:
            _check_csrf(headers, session)
        scope["state"].update(session=session, session_name=name)


def _check_csrf(headers: Headers, session: Session) -> None:
    given = headers.get("x-csrf-token", "")
    if not secrets.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode()):
        raise ApiFault(
            403,
            "The request does not carry this session's token",
            "X-CSRF-Token is missing, or of another session.",
            "Reload the page, and do it again.",
        )


def _unknown(shared: bool) -> ApiFault:
    where = (
        "Sign in with your token at /login."
        if shared
        else "Open the address that `lockstep explore` printed last: each opens one session."
    )
    return ApiFault(401, "You are not signed in", "No session, or one that has ended.", where)


def _cookie(headers: Headers) -> str | None:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return None
    return jar[COOKIE].value if COOKIE in jar else None


async def _in_time(receive: Receive) -> Receive:
    try:
        async with asyncio.timeout(_BODY_S):
            return await _whole(receive)
    except TimeoutError:
        raise ApiFault(408, "The request came too slowly", f"It took over {_BODY_S:.0f} seconds.",
                       "Send it again.") from None  # fmt: skip


async def _whole(receive: Receive) -> Receive:
    """The body of a request, read within its limit whatever its length was said to be."""
    parts, taken, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return receive
        parts.append(message.get("body", b""))
        taken += len(parts[-1])
        more = message.get("more_body", False)
        if taken > MOST_BODY_BYTES:
            raise ApiFault(413, "The request is too large", "Its body goes on.", "Send less.")
    body: Message = {"type": "http.request", "body": b"".join(parts), "more_body": False}

    async def again() -> Message:
        nonlocal body
        message, body = body, {"type": "http.disconnect"}
        return message if message["type"] == "http.request" else await receive()

    return again


async def _refuse(scope: Scope, send: Send, refused: ApiFault, request_id: str) -> None:
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if wants_page and not scope["path"].startswith("/api/"):
        kind, body = b"text/html; charset=utf-8", _page(refused).encode()
    else:
        told = fault_body(refused.what, refused.why, refused.next, request_id)
        kind, body = b"application/json", json.dumps(told).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _page(refused: ApiFault) -> str:
    """A page in words of our own alone: nothing of the request is in it."""
    form = ""
    if refused.status == 401 and "/login" in refused.next:
        form = '<p><a href="/login">Sign in</a></p>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lockstep</title>'
        '<link rel="stylesheet" href="/login.css"></head><body><main>'
        f"<h1>{refused.what}</h1><p>{refused.why}</p><p>{refused.next}</p>{form}"
        "</main></body></html>"
    )
