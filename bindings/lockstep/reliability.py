"""How far a referrer's word goes, by what became of it before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lockstep.errors import InputRejected
from lockstep.sweep.listed_rows import Header, checked_id, read_rows
from lockstep.tables import as_table

__all__ = ["RECORD", "UNKNOWN_SOURCE", "load_reliability", "reliability_of"]

RECORD = "record"  # stands for what the store itself knows of its sources
UNKNOWN_SOURCE = 0.5  # mean of Beta(1, 1)

_COUNTS = ("confirmed", "rejected")


def reliability_of(history: Any) -> dict[Any, float]:
    """For each source the posterior mean chance that what it says is confirmed.

    `history` is a table of `source`, `confirmed` and `rejected` (counts): the mean of
    Beta(1 + confirmed, 1 + rejected). ValueError on a source twice or what is no count.
    """
    return _means(as_table(history, "source", *_COUNTS).to_pylist())


def load_reliability(path: Path) -> dict[str, float]:
    """The same from a CSV or Parquet file.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, its columns are others, or a row cannot be used.
    """
    _, rows = read_rows(path, Header(("source", *_COUNTS), ()), "--reliability")
    table = []
    for line, row in rows:
        try:
            counts = {name: _count(row, name) for name in _COUNTS}
            table.append({"source": checked_id(row, "source"), **counts})
        except ValueError as error:
            raise InputRejected(f"{path}, line {line}: {error}; mend the file") from None
    try:
        return _means(table)
    except ValueError as error:
        raise InputRejected(f"{path}: {error}") from None


def _means(rows: list[dict[str, Any]]) -> dict[Any, float]:
    mean: dict[Any, float] = {}
    for row in rows:
        source, confirmed, rejected = row["source"], row["confirmed"], row["rejected"]
        if source in mean:
            raise ValueError(f"reliability names source {source!r} twice; add its counts up")
        for name in _COUNTS:
            if not isinstance(row[name], int) or row[name] < 0:
                raise ValueError(f"{name} is {row[name]!r} of {source!r}; give a count, 0 or more")
        mean[source] = (1 + confirmed) / (2 + confirmed + rejected)
    return mean


def _count(row: dict[str, Any], name: str) -> int:
    text = str(row[name]).strip()
    if not text.isdecimal():
        raise ValueError(f"{name} is {row[name]!r}; give a count, 0 or more")
    return int(text)
