"""Groups of accounts whose acting together has a known, harmless reason: noted, never hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.store import Store
from lockstep.sweep.clusters import Coordination
from lockstep.sweep.layers import Edges
from lockstep.sweep.listed_rows import Header, checked_id, read_rows, text_of

__all__ = ["GroupRow", "Groups", "Membership", "doubts", "load_groups"]

_HEADER = Header(("account", "group"), ("kind", "note"))
_KINDS = ("owner", "allow-list")
_LONGEST_NOTE = 1024  # characters

GroupRow = tuple[str, str, str, str]  # account as the store names it, group, kind, note


@dataclass
class Groups:
    """Rows of a groups file: those that can be used, and those that cannot."""

    rows: list[GroupRow] = field(default_factory=list)  # sorted, distinct
    rejected: list[dict[str, Any]] = field(default_factory=list)  # line, reason
    unknown: list[str] = field(default_factory=list)  # accounts that the store has not seen

    def alarms(self) -> list[str]:
        """What was wrong with the file, if anything."""
        if not self.rejected:
            return []
        first = self.rejected[0]
        return [
            f"{len(self.rejected)} rows of the groups file could not be used; the first is line "
            f"{first['line']}: {first['reason']}"
        ]

    def summary(self, file: Path | None) -> dict[str, Any]:
        """For run.json."""
        notes = {group: note for _, group, _, note in self.rows if note}
        named = sorted({(group, kind) for _, group, kind, _ in self.rows})
        return {
            "file": str(file) if file else None,
            "groups": [
                {
                    "group": group,
                    "kind": kind,
                    "note": notes.get(group, ""),
                    "accounts": sum(row[1:3] == (group, kind) for row in self.rows),
                }
                for group, kind in named
            ],
            "unknown": self.unknown,
            "rejected": self.rejected,
        }


def load_groups(path: Path, store: Store) -> Groups:
    """Reads `account,group[,kind][,note]`, with a header, as CSV or Parquet.

    `kind` is owner (one hand runs these accounts, openly; the default) or allow-list (each was
    looked at and found harmless).

    Raises
    ------
    FileNotFoundError, InputRejected
        Where there is no such file, or its columns are others.
    """
    _, rows = read_rows(path, _HEADER, "--groups")
    groups = Groups()
    kept: set[GroupRow] = set()
    unknown: set[str] = set()
    for line, row in rows:
        try:
            account, group, kind = checked_id(row, "account"), checked_id(row, "group"), _kind(row)
        except ValueError as error:
            groups.rejected.append({"line": line, "reason": str(error)})
            continue
        name = store.core.stored_name("account", account)
        kept.add((name, group, kind, text_of(row.get("note"))[:_LONGEST_NOTE]))
        if store.core.find_id("account", account) is None:
            unknown.add(name)
    groups.rows = sorted(kept)
    groups.unknown = sorted(unknown)
    return groups


def _kind(row: dict[str, Any]) -> str:
    kind = text_of(row.get("kind")).lower() or _KINDS[0]
    if kind not in _KINDS:
        raise ValueError(f"kind {kind!r} is none of {', '.join(_KINDS)}")
    return kind


class Membership:
    """Which accounts of the graph are in which groups, and what that explains."""

    def __init__(self, groups: Groups, coordination: Coordination, store: Store) -> None:
        self._coordination = coordination
        self._groups: dict[str, set[str]] = {}
        self._owners: dict[str, set[str]] = {}
        self._allowed: set[str] = set()
        for account, group, kind, _ in groups.rows:
            self._groups.setdefault(account, set()).add(group)
            if kind == "owner":
                self._owners.setdefault(account, set()).add(group)
            else:
                self._allowed.add(account)
        names = store.names("account", coordination.accounts).to_pylist() if groups.rows else []
        # Names of those vertices alone that are in some group.
        self._name = {v: name for v, name in enumerate(names) if name in self._groups}

    def of_vertices(self) -> list[list[str]]:
        """Groups of each vertex, sorted."""
        own = {v: self.of_account(name) for v, name in self._name.items()}
        return [own.get(v, []) for v in range(len(self._coordination.accounts))]

    def of_account(self, name: str) -> list[str]:
        """Groups of an account, sorted."""
        return sorted(self._groups.get(name, ()))

    def of_edges(self, edges: Edges) -> list[list[str]]:
        """Groups that hold both ends of each edge, sorted."""
        shared: list[list[str]] = [[] for _ in range(len(edges))]
        source, target = (self._coordination.vertex_of(e) for e in (edges.source, edges.target))
        for edge in self._inside(source, target):
            a, b = self._name[int(source[edge])], self._name[int(target[edge])]
            shared[edge] = sorted(self._groups[a] & self._groups[b])
        return shared

    def of_clusters(self) -> tuple[list[list[str]], list[float]]:
        """Groups with two members or more in each cluster, the largest part first; and the share
        of its pairs that are explained: one owner has both accounts, or both are allowed."""
        graph = self._coordination
        count = len(graph.scores)
        parts: list[Counter[str]] = [Counter() for _ in range(count)]
        for vertex, name in self._name.items():
            if graph.cluster[vertex] >= 0:
                parts[graph.cluster[vertex]].update(self._groups[name])
        same = graph.cluster[graph.source] == graph.cluster[graph.target]
        explained = np.zeros(count, dtype=np.int64)
        for pair in self._inside(graph.source, graph.target):
            if same[pair] and graph.cluster[graph.source[pair]] >= 0:
                a, b = (self._name[int(end[pair])] for end in (graph.source, graph.target))
                explained[graph.cluster[graph.source[pair]]] += self._explains(a, b)
        cluster = graph.cluster[graph.source]
        pairs = np.bincount(cluster[same & (cluster >= 0)], minlength=count)
        named = [
            [
                group
                for group, n in sorted(part.items(), key=lambda item: (-item[1], item[0]))
                if n > 1
            ]
            for part in parts
        ]
        return named, (explained / np.maximum(pairs, 1)).tolist()

    def _explains(self, a: str, b: str) -> bool:
        owners = self._owners.get(a, set()) & self._owners.get(b, set())
        return bool(owners) or (a in self._allowed and b in self._allowed)

    def _inside(self, source: npt.NDArray[np.uint32], target: npt.NDArray[np.uint32]) -> list[int]:
        """Rows whose ends both are in some group."""
        named = np.zeros(len(self._coordination.accounts), dtype=np.bool_)
        named[list(self._name)] = True
        found: list[int] = np.flatnonzero(named[source] & named[target]).tolist()
        return found


def doubts(members: pa.Table) -> list[float]:
    """How far each of some members may not belong to their cluster, 0 to 1.

    1 in a known group; of others the share of draws of the objects that leave it out, or, where
    none were drawn, the share of its weight that lies outside.
    """
    rows = members.select(["groups", "stability", "membership"]).to_pylist()
    return [1.0 if row["groups"] else 1.0 - _firmness(row) for row in rows]


def _firmness(row: dict[str, Any]) -> float:
    drawn: float | None = row["stability"]
    return row["membership"] if drawn is None else drawn
