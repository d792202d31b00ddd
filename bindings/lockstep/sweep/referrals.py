"""Partners' referrals: read from a file, kept as labels, spread over the graph."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lockstep import _core
from lockstep.arguments import parse_time
from lockstep.errors import InputRejected
from lockstep.store import Store
from lockstep.sweep.clusters import Coordination

__all__ = ["Referrals", "current_referrals", "load_referrals", "rank_candidates"]

Label = tuple[str, str, str, float, int]

_COLUMNS = ("account", "source", "confidence")
_TOO_MANY = "more fields"
_LONGEST = 1024  # bytes of an id, as in the store
_EARLIEST_S = 1_136_073_600  # 2006-01-01: before there were such platforms
_A_DAY_S = 86_400


@dataclass
class Referrals:
    """Rows of a referrals file: those that can be used, and those that cannot."""

    labels: list[Label] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)  # line, reason
    # Accounts that the store has not seen, as it would name them; kept, for they may come.
    unknown: list[str] = field(default_factory=list)
    content_hash: str = ""


def load_referrals(path: Path, store: Store, now_s: int) -> Referrals:
    """Reads `account,source,confidence[,time]`, with a header, as CSV or Parquet.

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or its columns are others.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: no such file; check --referrals") from None
    except OSError as error:
        raise InputRejected(f"{path}: {error.strerror}; check --referrals") from error
    rows = _parquet_rows(path) if content.startswith(b"PAR1") else _csv_rows(path, content)
    referrals = Referrals(content_hash=hashlib.sha256(content).hexdigest())
    unknown: set[str] = set()
    for line, row in rows:
        try:
            label = _label(row, store, now_s)
        except ValueError as error:
            referrals.rejected.append({"line": line, "reason": str(error)})
            continue
        referrals.labels.append(label)
        if store.core.find_id("account", _text(row["account"])) is None:
            unknown.add(label[0])
    referrals.unknown = sorted(unknown)
    return referrals


def _csv_rows(path: Path, content: bytes) -> list[tuple[int, dict[str, Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRejected(f"{path}: byte {error.start} is not UTF-8; convert the file") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey=_TOO_MANY)
    try:
        _check_columns(path, list(reader.fieldnames or []))
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputRejected(f"{path}, line {reader.line_num}: {error}; mend the file") from error


def _parquet_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputRejected(f"{path}: unreadable Parquet file ({error}); write it again") from error
    _check_columns(path, table.column_names)
    return list(enumerate(table.to_pylist(), start=1))


def _check_columns(path: Path, found: list[str]) -> None:
    """A column too many is an error too: a misspelt `time` would else be passed over."""
    missing = [name for name in _COLUMNS if name not in found]
    strange = [name for name in found if name not in (*_COLUMNS, "time")]
    if missing or strange or len(set(found)) < len(found):
        raise InputRejected(
            f"{path}: columns are {', '.join(found) or 'none'}; "
            f"the header is account,source,confidence[,time]"
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _label(row: dict[str, Any], store: Store, now_s: int) -> Label:
    """The label that a row asks for. ValueError says what is wrong with it."""
    if _TOO_MANY in row:
        raise ValueError("more fields than columns")
    account, source = _text(row["account"]), _text(row["source"])
    for name, text in (("account", account), ("source", source)):
        if not text:
            raise ValueError(f"no {name}")
        if len(text.encode()) > _LONGEST:
            raise ValueError(f"{name} is longer than {_LONGEST} bytes")
        if "\0" in text:
            raise ValueError(f"{name} holds a NUL character")
    try:
        confidence = float(row["confidence"])
    except (TypeError, ValueError):
        raise ValueError(f"confidence {row['confidence']!r} is no number") from None
    if not 0.0 < confidence <= 1.0:
        raise ValueError(f"confidence {confidence} is not above 0 and at most 1")
    return (
        store.core.stored_name("account", account),
        "referral",
        source,
        confidence,
        _time_s(row.get("time"), now_s),
    )


def _time_s(given: Any, now_s: int) -> int:
    if isinstance(given, float) and (given.is_integer() or math.isnan(given)):
        # pandas turns whole numbers with a gap among them into floats.
        given = None if math.isnan(given) else int(given)
    if given is None or given == "":
        return now_s
    time_s = parse_time(given if isinstance(given, int) else str(given), 0)
    if not _EARLIEST_S <= time_s <= now_s + _A_DAY_S:
        raise ValueError(f"time {given!r} is absurd; give UTC seconds or ISO 8601")
    return time_s


def current_referrals(labels: list[Label]) -> list[Label]:
    """What holds of all that was ever said: the last word of each source on each account.

    Partners send their whole list again and again; what they repeat does not count twice.
    """
    last: dict[tuple[str, str], Label] = {}
    for label in labels:
        account, name, source, _, time_s = label
        if name != "referral":
            continue
        known = last.get((account, source))
        if known is None or time_s >= known[4]:
            last[account, source] = label
    return [last[key] for key in sorted(last)]


def rank_candidates(
    coordination: Coordination,
    labels: list[Label],
    store: Store,
    damping: float,
    control: _core.RunControl,
) -> tuple[dict[str, Any], dict[str, int]]:
    """Accounts nobody referred, by closeness to those somebody did, and counts.

    `labels` are what `current_referrals` gives. An account's weight is the sum of its sources'
    confidence.
    """
    confidence: dict[str, float] = {}
    sources: dict[str, list[str]] = {}
    for account, _, source, weight, _ in labels:
        confidence[account] = confidence.get(account, 0.0) + weight
        sources.setdefault(account, []).append(source)
    names = store.names("account", coordination.accounts).to_pylist()
    vertex_of = {name: vertex for vertex, name in enumerate(names)}
    seeds = sorted(vertex_of[account] for account in confidence if account in vertex_of)
    counts = {"referred": len(confidence), "in_graph": len(seeds)}
    columns: dict[str, Any] = {
        name: []
        for name in (
            "rank",
            "account_id",
            "score",
            "cluster",
            "path",
            "path_probability",
            "sources",
        )
    }
    if not seeds:
        return columns, counts
    vertices = np.array(seeds, dtype=np.uint32)
    weights = np.array([confidence[names[vertex]] for vertex in seeds])
    scores = _core.propagation(
        coordination.graph, vertices, weights, damping=damping, control=control
    ).scores
    others = np.setdiff1d(np.flatnonzero(scores > 0.0), vertices)
    others = others[np.lexsort((others, -scores[others]))].astype(np.uint32)
    paths = _core.explaining_paths(
        coordination.graph, vertices, weights, np.ascontiguousarray(others), damping=damping
    )
    columns["rank"] = list(range(1, len(others) + 1))
    columns["account_id"] = [names[vertex] for vertex in others]
    columns["score"] = scores[others].tolist()
    columns["cluster"] = coordination.cluster[others].tolist()
    columns["path"] = [[names[step] for step in path] for path, _ in paths]
    columns["path_probability"] = [probability for _, probability in paths]
    columns["sources"] = [sorted(set(sources[names[path[0]]])) for path, _ in paths]
    return columns, counts
