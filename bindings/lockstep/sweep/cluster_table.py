"""The table of clusters: what can be said of each in one row."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.distinct import RowsByNumber, starts_of_runs
from lockstep.store import Store
from lockstep.sweep.clusters import Coordination, Evidence, cluster_name
from lockstep.sweep.evolution import Evolution
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.networks import Networks
from lockstep.sweep.remarks import Remarks
from lockstep.sweep.schema import TABLES, make_table

__all__ = ["cluster_table"]

_TOP_OBJECTS = 5
I64 = npt.NDArray[np.int64]


def cluster_table(
    store: Store,
    layers: list[Layer],
    edges: Edges,
    coordination: Coordination,
    networks: Networks,
    evidence: Evidence,
    remarks: Remarks,
    followed: Evolution,
    *,
    edge_cluster: I64,
    min_objects: int,
) -> pa.Table:
    """One row a cluster, by rank; `edge_cluster` is that of each edge, -1 between clusters."""
    count = len(coordination.scores)
    members = np.bincount(coordination.cluster[coordination.cluster >= 0], minlength=count)
    pair_cluster = coordination.cluster[coordination.source]
    same = (pair_cluster == coordination.cluster[coordination.target]) & (pair_cluster >= 0)
    pairs = np.bincount(pair_cluster[same], minlength=count)
    edges_of = RowsByNumber(edge_cluster, count)
    strongest = _strongest_layer(edges)
    enough = edges.objects >= min_objects
    row_cluster = edge_cluster[evidence.edge]
    rows_of = RowsByNumber(row_cluster, count)
    lag = np.abs(evidence.target_time_s - evidence.source_time_s)
    first = np.minimum(evidence.source_time_s, evidence.target_time_s)
    last = np.maximum(evidence.source_time_s, evidence.target_time_s)
    objects, top = _objects(row_cluster, evidence.object, count)
    names = store.names("object", np.concatenate([np.empty(0, np.uint32), *top])).to_pylist()
    end = np.cumsum([len(numbers) for numbers in top], dtype=np.int64)
    change = {row["cluster_id"]: row["change"] for row in followed.rows}
    records = []
    for cluster in range(count):
        own, rows = edges_of.of(cluster), rows_of.of(cluster)
        best = own[strongest[own]]
        possible = members[cluster] * (members[cluster] - 1) / 2
        name = cluster_name(cluster)
        record: dict[str, Any] = {
            "cluster_id": name,
            "lasting_id": followed.lasting.get(name),
            "change": change.get(name),
            "network": f"N-{networks.network[cluster] + 1:04d}",
            "tied_to": [cluster_name(other) for other in networks.tied_to[cluster]],
            "rank": cluster + 1,
            "members": int(members[cluster]),
            "edges": int(pairs[cluster]),
            "density": float(pairs[cluster] / possible),
            "score": float(coordination.scores[cluster]),
            "layers": sorted({layers[number].name for number in edges.layer[own[enough[own]]]}),
            "objects": int(objects[cluster]),
            "median_lag_s": _median(lag[rows]),
            "median_objects": _median(edges.objects[best]),
            "median_expected": _median(edges.expected[best]),
            "first_s": int(first[rows].min()),
            "last_s": int(last[rows].max()),
            **{column: values[cluster] for column, values in remarks.clusters.items()},
            "top_objects": names[end[cluster] - len(top[cluster]) : end[cluster]],
        }
        records.append({**record, "reason": _reason(record)})
    return make_table(
        "clusters",
        {column: [record[column] for record in records] for column, _, _ in TABLES["clusters"]},
    )


def _objects(
    row_cluster: I64, object_: npt.NDArray[np.uint32], count: int
) -> tuple[I64, list[npt.NDArray[np.uint32]]]:
    """How many objects each cluster met on, and those on which it met most often."""
    inside = row_cluster >= 0
    met = np.sort(row_cluster[inside] << 32 | object_[inside])
    start = np.flatnonzero(starts_of_runs(met))
    meetings = np.diff(start, append=len(met))
    cluster, number = met[start] >> 32, (met[start] & 0xFFFFFFFF).astype(np.uint32)
    order = np.lexsort((number, -meetings, cluster))
    bounds = np.searchsorted(cluster, np.arange(count + 1))
    top = [
        number[order[begin : min(begin + _TOP_OBJECTS, end)]]
        for begin, end in itertools.pairwise(bounds)
    ]
    return np.diff(bounds), top


def _median(values: npt.NDArray[Any]) -> float:
    """As `numpy.median`, which takes ten times as long for few values."""
    ordered, middle = np.sort(values), len(values) // 2
    return float((ordered[middle] + ordered[(len(values) - 1) // 2]) / 2)


def _strongest_layer(edges: Edges) -> npt.NDArray[np.bool_]:
    """Which edges are those of their pair's smallest p."""
    order = np.lexsort((edges.layer, edges.log10_p, edges.pair))
    strongest = np.zeros(len(edges), dtype=np.bool_)
    strongest[order[starts_of_runs(edges.pair[order])]] = True
    return strongest


def _reason(record: dict[str, Any]) -> str:
    expected = record["median_expected"]
    chance = f"{expected:.2g}" if expected >= 0.005 else "fewer than 0.005"
    layers = ", ".join(record["layers"])
    return (
        f"{record['members']} accounts acted on {record['objects']} same objects "
        f"({layers}), typically {record['median_lag_s']:.3g} s apart; an edge shares "
        f"{record['median_objects']:.3g} objects (median) where chance would give {chance}."
    )
