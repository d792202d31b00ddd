"""Partners' referrals: read from a file, kept as labels, spread over the graph."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lockstep import _core
from lockstep.errors import InputRejected
from lockstep.store import Store, parse_time
from lockstep.sweep.clusters import Coordination

__all__ = ["Referrals", "load_referrals", "rank_candidates"]

Label = tuple[str, str, str, float, int]


@dataclass
class Referrals:
    """Rows of a referrals file: those that can be used, and those that cannot."""

    labels: list[Label] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)  # line, reason
    unknown: int = 0  # accounts that the store has not seen; kept, for they may come
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
    for line, row in rows:
        try:
            referrals.labels.append(_label(row, store, now_s))
            known = store.core.find_id("account", str(row["account"]).strip()) is not None
            referrals.unknown += not known
        except ValueError as error:
            referrals.rejected.append({"line": line, "reason": str(error)})
    return referrals


def _csv_rows(path: Path, content: bytes) -> list[tuple[int, dict[str, Any]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRejected(f"{path}: byte {error.start} is not UTF-8; convert the file") from error
    reader = csv.DictReader(text.splitlines())
    _check_columns(path, list(reader.fieldnames or []))
    return [(reader.line_num, row) for row in reader]


def _parquet_rows(path: Path) -> list[tuple[int, dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise InputRejected(f"{path}: unreadable Parquet file ({error}); write it again") from error
    _check_columns(path, table.column_names)
    return list(enumerate(table.to_pylist()))


def _check_columns(path: Path, found: list[str]) -> None:
    missing = [name for name in ("account", "source", "confidence") if name not in found]
    if missing:
        raise InputRejected(
            f"{path}: column {', '.join(missing)} is missing; found {', '.join(found) or 'none'}; "
            f"the header is account,source,confidence[,time]"
        )


def _label(row: dict[str, Any], store: Store, now_s: int) -> Label:
    account, source = str(row["account"] or "").strip(), str(row["source"] or "").strip()
    if not account:
        raise ValueError("no account")
    if not source:
        raise ValueError("no source")
    try:
        confidence = float(row["confidence"])
    except (TypeError, ValueError):
        raise ValueError(f"confidence {row['confidence']!r} is no number") from None
    if not 0.0 < confidence <= 1.0:
        raise ValueError(f"confidence {confidence} is not above 0 and at most 1")
    given = row.get("time")
    time_s = parse_time(given if isinstance(given, int) else str(given), 0) if given else now_s
    return store.core.stored_name("account", account), "referral", source, confidence, time_s


def rank_candidates(
    coordination: Coordination,
    labels: list[Label],
    store: Store,
    damping: float,
    control: _core.RunControl,
) -> tuple[dict[str, Any], dict[str, int]]:
    """Accounts nobody referred, by closeness to those somebody did, and counts."""
    referred = [label for label in labels if label[1] == "referral"]
    confidence: dict[str, float] = {}
    sources: dict[str, list[str]] = {}
    for account, _, source, weight, _ in referred:
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
