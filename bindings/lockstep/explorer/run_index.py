"""A run's tables with the look-ups that pages need, made once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.distinct import RowsByNumber
from lockstep.sweep.run import Run, pairs_of

__all__ = ["RunIndex"]

_SPARK_BINS = 24
_NEVER = -(2**63)
_NO_ROWS = np.zeros(0, np.int64)

I64 = npt.NDArray[np.int64]


class RunIndex:
    """One run, read once. Cheap to make; each look-up is built when it is first asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def clusters(self) -> list[dict[str, Any]]:
        """Rows of the clusters table by rank, each with its sparkline."""
        rows = self.run.clusters.to_pylist()
        counts = self._sparks(len(rows))
        return [{**row, "spark": spark} for row, spark in zip(rows, counts, strict=True)]

    @cached_property
    def place_of_cluster(self) -> dict[str, int]:
        """Place in `clusters` of each name."""
        return {row["cluster_id"]: place for place, row in enumerate(self.clusters)}

    @cached_property
    def accounts(self) -> pa.Array:
        """Ids of all accounts with an edge."""
        edges = self.edges
        return pc.unique(pa.chunked_array(edges["source"].chunks + edges["target"].chunks))

    @cached_property
    def edges(self) -> pa.Table:
        """edges.parquet."""
        return self.run.edges

    @cached_property
    def evidence(self) -> pa.Table:
        """evidence.parquet."""
        return self.run.evidence

    @cached_property
    def members(self) -> pa.Table:
        """members.parquet: cluster by cluster, the strongest first."""
        return self.run.members

    @cached_property
    def pairs(self) -> pa.Table:
        """Pairs of accounts, one row each."""
        return pairs_of(self.edges)

    @cached_property
    def candidates(self) -> list[dict[str, Any]]:
        """Rows of the candidates table."""
        return [_with_lists(row) for row in self.run.candidates.to_pylist()]

    @cached_property
    def returners(self) -> list[dict[str, Any]]:
        """Rows of the returners table."""
        return self.run.returners.to_pylist()

    @cached_property
    def sorted_names(self) -> list[str]:
        """Names of all accounts with an edge, in order, for those who type the first letters."""
        return sorted(self.accounts.to_pylist())

    @cached_property
    def membership(self) -> dict[str, dict[str, Any]]:
        """cluster_id, membership and groups of each account in a cluster."""
        names = ["cluster_id", "membership", "groups"]
        rows = self.members.select(names).to_pylist()
        return dict(zip(self.members["account_id"].to_pylist(), rows, strict=True))

    def resembling(self, cluster_id: str) -> list[dict[str, Any]]:
        """Rows of the returners table that are alike, of members of a cluster."""
        return self._resembling.get(cluster_id, [])

    def place(self, account: str) -> int | None:
        """Number of an account among `accounts`; None where it has no edge."""
        return self._place.get(account)

    def members_of(self, cluster: int) -> pa.Table:
        """Rows of members.parquet of a cluster, the strongest first."""
        return self.members.take(pa.array(self._members_by_cluster.of(cluster)))

    def pairs_within(self, cluster: int) -> pa.Table:
        """Pairs of members of a cluster."""
        return self.pairs.take(pa.array(self._pairs_by_cluster.of(cluster)))

    def pairs_with(self, account: int) -> pa.Table:
        """Pairs of an account, the firmest first."""
        rows = np.concatenate(
            [self._pairs_by_source.of(account), self._pairs_by_target.of(account)]
        )
        found = self.pairs.take(pa.array(rows))
        order = [("weight", "descending"), ("source", "ascending"), ("target", "ascending")]
        return found.sort_by(order)

    def pairs_among(self, accounts: Sequence[str]) -> pa.Table:
        """Pairs of which both ends are among some accounts that have an edge."""
        places = np.array([self._place[name] for name in accounts], np.int64)
        rows = np.concatenate([_NO_ROWS, *(self._pairs_by_source.of(place) for place in places)])
        return self.pairs.take(pa.array(rows[np.isin(self._pair_ends[1][rows], places)]))

    def last_met_s(self, account: str) -> int | None:
        """When an account last met another in this run; None where it has no evidence."""
        place = self._place.get(account)
        found = _NEVER if place is None else int(self._last_met_s[place])
        return None if found == _NEVER else found

    def edges_within(self, cluster: int) -> pa.Table:
        """Rows of edges.parquet of a cluster."""
        return self.edges.take(pa.array(self._edges_by_cluster.of(cluster)))

    def evidence_within(self, cluster: int) -> pa.Table:
        """Rows of evidence.parquet between members of a cluster."""
        return self.evidence.take(pa.array(self._evidence_by_cluster.of(cluster)))

    def edges_between(self, a: int, b: int) -> pa.Table:
        """Rows of edges.parquet of two accounts."""
        return _between(self.edges, self._edges_by_source, self._edge_ends[1], a, b)

    def evidence_between(self, a: int, b: int) -> pa.Table:
        """Rows of evidence.parquet of two accounts."""
        target = self._evidence_ends[1]
        return _between(self.evidence, self._evidence_by_source, target, a, b)

    def ties_between_clusters(self) -> tuple[I64, I64, I64]:
        """Pairs of clusters with edges between them, and how many."""
        source, target = (self._cluster[end] for end in self._pair_ends)
        apart = (source >= 0) & (target >= 0) & (source != target)
        low, high = np.minimum(source, target)[apart], np.maximum(source, target)[apart]
        key, count = np.unique(low << 32 | high, return_counts=True)
        return key >> 32, key & 0xFFFFFFFF, count

    def warm(self) -> None:
        """Builds what the first page needs."""
        _ = self.clusters, self.membership, self.sorted_names, self._evidence_by_cluster

    def _sparks(self, clusters: int) -> list[list[int]]:
        """Meetings of each cluster in equal parts of the run's time."""
        first, last = (self.run.summary["input"][name] or 0 for name in ("first_s", "last_s"))
        cluster = self._evidence_cluster
        inside = cluster >= 0
        time_s = self.evidence["source_time_s"].to_numpy()[inside]
        part = (time_s - first) * _SPARK_BINS // max(last - first + 1, 1)
        key = cluster[inside] * _SPARK_BINS + np.clip(part, 0, _SPARK_BINS - 1)
        counts = np.bincount(key, minlength=clusters * _SPARK_BINS)
        return counts.reshape(clusters, _SPARK_BINS).tolist()

    def _ends(self, table: pa.Table) -> tuple[I64, I64]:
        source, target = (
            pc.index_in(table[end], self.accounts).to_numpy().astype(np.int64)
            for end in ("source", "target")
        )
        return source, target

    @cached_property
    def _resembling(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self.returners:
            member = self.membership.get(row["account_id"])
            if row["alike"] and member is not None:
                found.setdefault(member["cluster_id"], []).append(row)
        return found

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.accounts.to_pylist())}

    @cached_property
    def _cluster(self) -> I64:
        """Cluster of each account, -1 for none."""
        found = np.full(len(self.accounts), -1, dtype=np.int64)
        place = pc.index_in(self.members["account_id"], self.accounts).to_numpy()
        found[place] = self._member_cluster
        return found

    @cached_property
    def _member_cluster(self) -> I64:
        names = self.run.clusters["cluster_id"]
        return pc.index_in(self.members["cluster_id"], names).to_numpy().astype(np.int64)

    @cached_property
    def _pair_ends(self) -> tuple[I64, I64]:
        return self._ends(self.pairs)

    @cached_property
    def _edge_ends(self) -> tuple[I64, I64]:
        return self._ends(self.edges)

    @cached_property
    def _evidence_ends(self) -> tuple[I64, I64]:
        return self._ends(self.evidence)

    @cached_property
    def _evidence_cluster(self) -> I64:
        return self._common(self._evidence_ends)

    def _common(self, ends: tuple[I64, I64]) -> I64:
        source, target = (self._cluster[end] for end in ends)
        return np.where(source == target, source, -1)

    @cached_property
    def _last_met_s(self) -> I64:
        latest = np.full(len(self.accounts), _NEVER, np.int64)
        for end, column in zip(
            self._evidence_ends, ("source_time_s", "target_time_s"), strict=True
        ):
            np.maximum.at(latest, end, self.evidence[column].to_numpy())
        return latest

    @property
    def _cluster_count(self) -> int:
        return int(self.run.summary["coordination"]["clusters"])

    @cached_property
    def _members_by_cluster(self) -> RowsByNumber:
        return RowsByNumber(self._member_cluster, self._cluster_count)

    @cached_property
    def _pairs_by_cluster(self) -> RowsByNumber:
        return RowsByNumber(self._common(self._pair_ends), self._cluster_count)

    @cached_property
    def _pairs_by_source(self) -> RowsByNumber:
        return RowsByNumber(self._pair_ends[0], len(self.accounts))

    @cached_property
    def _pairs_by_target(self) -> RowsByNumber:
        return RowsByNumber(self._pair_ends[1], len(self.accounts))

    @cached_property
    def _edges_by_cluster(self) -> RowsByNumber:
        return RowsByNumber(self._common(self._edge_ends), self._cluster_count)

    @cached_property
    def _edges_by_source(self) -> RowsByNumber:
        return RowsByNumber(self._edge_ends[0], len(self.accounts))

    @cached_property
    def _evidence_by_cluster(self) -> RowsByNumber:
        return RowsByNumber(self._evidence_cluster, self._cluster_count)

    @cached_property
    def _evidence_by_source(self) -> RowsByNumber:
        return RowsByNumber(self._evidence_ends[0], len(self.accounts))


def _between(table: pa.Table, by_source: RowsByNumber, target: I64, a: int, b: int) -> pa.Table:
    rows = [
        own[target[own] == other] for own, other in ((by_source.of(a), b), (by_source.of(b), a))
    ]
    return table.take(pa.array(np.concatenate(rows)))


def _with_lists(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose missing lists are empty."""
    lists = {name: row[name] or [] for name in ("path", "sources", "groups")}
    return {**row, **lists}
