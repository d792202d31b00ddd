"""Runs the server."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from lockstep.errors import ConfigError

__all__ = ["listen", "serve"]

_MOST_AT_ONCE = 64  # requests; more are told to come again
_IDLE_S = 5  # that a connection may do nothing


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
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # ids of accounts are in queries
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
    )
    ready()
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[at])
