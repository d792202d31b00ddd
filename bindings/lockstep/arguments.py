"""Times, keys and lists as people give them."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Sequence
from pathlib import Path

from lockstep.errors import ConfigError

__all__ = ["list_of_layers", "parse_duration", "parse_time", "read_key"]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def list_of_layers(derive: Sequence[str]) -> Sequence[str]:
    """Names of layers to derive. ConfigError on one text, which is a sequence too."""
    if isinstance(derive, str):
        raise ConfigError(f"derive is {derive!r}; give a list, [{derive!r}]")
    return derive


def read_key(path: str | Path) -> bytes:
    """The pseudonym key in a file: its bytes without the last newline."""
    try:
        key = Path(path).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConfigError(f"--key-file {path}: {error.strerror}") from error
    if len(key) < 16:
        raise ConfigError(f"--key-file {path} holds {len(key)} bytes; a key has 16 or more")
    return key


def parse_duration(text: str) -> int:
    """Seconds of 60, 60s, 10m, 2h or 1d."""
    match = re.fullmatch(r"(\d+)([smhd]?)", text.strip())
    if not match:
        raise ConfigError(f"{text!r} is no duration; give 60s, 10m, 2h or 1d")
    return int(match[1]) * _SECONDS[match[2] or "s"]


def parse_time(value: str | int | None, default: int) -> int:
    """UTC seconds of an ISO 8601 date or time, or of a number; `default` for None."""
    if value is None:
        return default
    if isinstance(value, int):
        return value
    with contextlib.suppress(ValueError):
        return int(value)
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        raise ConfigError(f"{value!r} is no time; give 2026-11-23 or 2026-11-23T10:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return int(moment.timestamp())
