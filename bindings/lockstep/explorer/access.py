"""Who may use the explorer: tokens, sessions and roles."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import tomllib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lockstep.errors import ConfigError

__all__ = ["ROLES", "Access", "Pace", "Role", "Session", "User", "load_users", "new_token"]

Role = Literal["viewer", "analyst", "lead"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do what those before it may

SESSION_S = 12 * 3600
TOKEN_S = 24 * 3600  # a link to open the page with is good for so long
_MOST_SESSIONS = 1_000


class User(BaseModel):
    """Somebody who may use a shared server."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    role: Role
    token_sha256: str = Field(pattern="^[0-9a-f]{64}$")


class _Users(BaseModel):
    model_config = ConfigDict(extra="forbid")

    users: list[User]


@dataclass
class Session:
    """An open session; its id is known by the cookie alone."""

    user: str
    role: Role
    csrf: str
    ends_s: float


def new_token() -> str:
    """A fresh token of 256 random bits."""
    return secrets.token_urlsafe(32)


def load_users(path: Path) -> list[User]:
    """Reads `[[users]]` with name, role and token_sha256.

    Raises
    ------
    ConfigError
        On a file that cannot be read, has another key or role, or a name twice.
    """
    try:
        users = _Users.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).users
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; check --users") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}; mend the file") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"{path}: {where}: {first['msg']}; each of [[users]] has name, role "
            f"({', '.join(ROLES)}) and token_sha256"
        ) from None
    names = [user.name for user in users]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ConfigError(f"{path}: {sorted(twice)[0]!r} is there twice; give each user one entry")
    return users


class Access:
    """Opens sessions for tokens, and finds them again by their cookie.

    Without users there is one token at a time, which opens one session as lead and is then spent:
    `announce` is told the next one. With users each has a token of their own, kept as its hash.
    """

    def __init__(
        self,
        users: list[User] | None,
        announce: Callable[[str], None],
        *,
        role: Role = "lead",
        user: str = "local",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users = users
        self._announce = announce
        self._single = (user, role)
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()
        self._token, self._token_ends_s = "", 0.0
        if users is None:
            self._renew()

    @property
    def shared(self) -> bool:
        """Whether there are users with tokens of their own."""
        return self._users is not None

    def open(self, token: str) -> str | None:
        """The id of a new session for a token, or None where it opens none."""
        with self._lock:
            known = self._known(token)
            if known is None:
                return None
            name = secrets.token_urlsafe(32)
            ends_s = self._clock() + SESSION_S
            self._sessions[_hash(name)] = Session(*known, secrets.token_urlsafe(32), ends_s)
            while len(self._sessions) > _MOST_SESSIONS:
                self._sessions.popitem(last=False)
        if self._users is None:
            self._renew()
        return name

    def find(self, name: str) -> Session | None:
        """The session of a cookie, while it lasts."""
        key = _hash(name)
        with self._lock:
            session = self._sessions.get(key)
            if session is not None and session.ends_s <= self._clock():
                del self._sessions[key]
                return None
            return session

    def close(self, name: str) -> None:
        """Ends a session."""
        with self._lock:
            self._sessions.pop(_hash(name), None)

    def _renew(self) -> None:
        self._token, self._token_ends_s = new_token(), self._clock() + TOKEN_S
        self._announce(self._token)

    def _known(self, token: str) -> tuple[str, Role] | None:
        given = token.encode("utf-8", "replace")
        if self._users is None:
            right = hmac.compare_digest(given, self._token.encode())
            if not right or self._clock() >= self._token_ends_s:
                return None
            self._token = new_token()  # spent: what is known of it now opens nothing
            return self._single
        digest = hashlib.sha256(given).hexdigest()
        found = None
        for user in self._users:  # all of them: how long it takes tells nothing
            if hmac.compare_digest(digest, user.token_sha256):
                found = (user.name, user.role)
        return found


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


class Pace:
    """At most so many calls in so many seconds, for each who calls."""

    def __init__(
        self, calls: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._calls, self._seconds, self._clock = calls, seconds, clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, who: str) -> bool:
        """Counts a call, and says whether it is within the limit."""
        now = self._clock()
        with self._lock:
            calls = self._seen.pop(who, deque())
            while calls and calls[0] <= now - self._seconds:
                calls.popleft()
            fits = len(calls) < self._calls
            if fits:
                calls.append(now)
            self._seen[who] = calls
            while len(self._seen) > _MOST_SESSIONS:
                self._seen.popitem(last=False)
            return fits
