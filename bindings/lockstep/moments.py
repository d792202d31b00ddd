"""UTC seconds: the first and the last there are, and how people read them."""

from __future__ import annotations

import datetime

__all__ = [
    "DATE",
    "DAY_S",
    "EARLIEST_S",
    "LATEST_S",
    "MINUTE",
    "SECOND",
    "end_of_day",
    "utc_text",
]

EARLIEST_S = -(2**63)
LATEST_S = 2**63 - 1
DAY_S = 86_400

DATE = "%Y-%m-%d"
MINUTE = f"{DATE} %H:%M"
SECOND = f"{MINUTE}:%S"


def end_of_day(seconds: int) -> int:
    """The midnight, UTC, that ends the day of a moment.

    >>> utc_text(end_of_day(1_600_000_000))
    '2020-09-14 00:00:00'
    """
    return (seconds // DAY_S + 1) * DAY_S


def utc_text(seconds: int, form: str = SECOND) -> str:
    """A moment in UTC.

    >>> utc_text(1_600_000_000), utc_text(1_600_000_000, DATE)
    ('2020-09-13 12:26:40', '2020-09-13')
    """
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime(form)
