"""Runs the server."""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from lockstep.errors import ConfigError

__all__ = ["listen", "serve", "server_of"]

_MOST_CONNECTIONS = 4_096
_IDLE_S = 5  # that a connection may do nothing after an answer
_ASKING_S = 10  # that a connection may take until it has asked something
_SPARE_FILES = 512  # for the store, beside connections


class Patient(H11Protocol):
    """HTTP/1.1 that closes a connection which takes too long to say what it wants."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to count."""
        super().connection_made(transport)
        self._asking: asyncio.TimerHandle | None = None
        self._await_question()

    def data_received(self, data: bytes) -> None:
        """Counts until a head is whole; what has answered may ask once more."""
        super().data_received(data)
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering:
            self._stop_counting()
        elif self._asking is None:
            self._await_question()

    def connection_lost(self, exc: Exception | None) -> None:
        """Counts no more."""
        self._stop_counting()
        super().connection_lost(exc)

    def _await_question(self) -> None:
        self._asking = self.loop.call_later(_ASKING_S, self.transport.close)

    def _stop_counting(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; ConfigError where another program has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise ConfigError(
            f"cannot listen on {host}:{port}: {error.strerror}; give another --port"
        ) from error
    made.listen(128)
    return made


def serve(app: ASGIApp, at: socket.socket, ready: Callable[[], None]) -> None:
    """Serves until it is interrupted."""
    _allow_files(_MOST_CONNECTIONS + _SPARE_FILES)
    ready()
    sys.stdout.flush()
    server_of(app).run(sockets=[at])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """A server that waits for nobody for long."""
    config = uvicorn.Config(
        app,
        http=Patient,
        log_level="warning",
        access_log=False,  # ids of accounts are in queries
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
    )
    return uvicorn.Server(config)


def _allow_files(wanted: int) -> None:
    """Raises the number of files that this process may have open, as far as it may itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
