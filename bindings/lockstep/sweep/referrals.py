"""Partners' referrals: read from a file, kept as labels, spread over the graph."""

from __future__ import annotations

import getpass
import hashlib
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lockstep import _core
from lockstep.arguments import parse_time
from lockstep.case_store import reading, writing
from lockstep.moments import DAY_S
from lockstep.reliability import UNKNOWN_SOURCE
from lockstep.store import Store
from lockstep.sweep.clusters import Coordination
from lockstep.sweep.listed_rows import Header, checked_id, read_rows, text_of

__all__ = ["Referrals", "current_referrals", "keep_labels", "load_referrals", "rank_candidates"]

Label = tuple[str, str, str, float, int]

_HEADER = Header(("account", "source", "confidence"), ("time",))
_EARLIEST_S = 1_136_073_600  # 2006-01-01: before there were such platforms


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
    content, rows = read_rows(path, _HEADER, "--referrals")
    referrals = Referrals(content_hash=hashlib.sha256(content).hexdigest())
    unknown: set[str] = set()
    for line, row in rows:
        try:
            label = _label(row, store, now_s)
        except ValueError as error:
            referrals.rejected.append({"line": line, "reason": str(error)})
            continue
        referrals.labels.append(label)
        if store.core.find_id("account", text_of(row["account"])) is None:
            unknown.add(label[0])
    referrals.unknown = sorted(unknown)
    return referrals


def _label(row: dict[str, Any], store: Store, now_s: int) -> Label:
    """The label that a row asks for. ValueError says what is wrong with it."""
    account, source = checked_id(row, "account"), checked_id(row, "source")
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
    if not _EARLIEST_S <= time_s <= now_s + DAY_S:
        raise ValueError(f"time {given!r} is absurd; give UTC seconds or ISO 8601")
    return time_s


def keep_labels(store: Store, given: Referrals, now_s: int) -> list[Label]:
    """Adds new referrals to the store's decisions, and gives all there are."""
    if given.labels:
        with writing(store.path) as cases:
            cases.append_labels(
                given.labels, content_hash=given.content_hash, actor=actor(), now_s=now_s
            )
            return cases.labels()
    with reading(store.path) as cases:
        return cases.labels()


def actor() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


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
    reliability: dict[str, float] | None,
    damping: float,
    control: _core.RunControl,
) -> tuple[dict[str, Any], dict[str, int]]:
    """Accounts nobody referred, by closeness to those somebody did, and counts.

    `labels` are what `current_referrals` gives. An account's weight is the sum of its sources'
    confidence, each times the source's `reliability` where that is known of some.
    """
    confidence: dict[str, float] = {}
    sources: dict[str, list[str]] = {}
    for account, _, source, given, _ in labels:
        weight = given
        if reliability is not None:
            weight *= reliability.get(source, UNKNOWN_SOURCE)
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
