"""Result tables from the arrays of a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.store import Store
from lockstep.sweep.clusters import Coordination, Evidence, cluster_name
from lockstep.sweep.evolution import Evolution
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.networks import Networks
from lockstep.sweep.remarks import Remarks
from lockstep.sweep.schema import TABLES, make_table

__all__ = ["result_tables"]

_TOP_OBJECTS = 5
I64 = npt.NDArray[np.int64]


def result_tables(
    store: Store,
    layers: list[Layer],
    edges: Edges,
    coordination: Coordination,
    networks: Networks,
    evidence: Evidence,
    candidates: dict[str, Any],
    remarks: Remarks,
    followed: Evolution,
    *,
    min_objects: int,
) -> dict[str, pa.Table]:
    """All tables of a run, by name."""
    source = coordination.vertex_of(edges.source)
    target = coordination.vertex_of(edges.target)
    both = coordination.cluster[source]
    edge_cluster = np.where(both == coordination.cluster[target], both, -1)
    layer_names = pa.array([layer.name for layer in layers], pa.string())
    names = {
        "source": store.names("account", edges.source),
        "target": store.names("account", edges.target),
        "layer": layer_names.take(pa.array(edges.layer)),
        "object": store.names("object", evidence.object),
    }
    return {
        "clusters": _clusters(
            coordination,
            networks,
            edges,
            edge_cluster,
            evidence,
            names,
            layers,
            remarks,
            followed,
            min_objects=min_objects,
        ),
        "members": _members(store, coordination, edges, edge_cluster, evidence, remarks),
        "edges": _edges(edges, edge_cluster, names, remarks),
        "evidence": _evidence(evidence, names),
        "candidates": _candidates(candidates, remarks),
        "evolution": _evolution(followed),
        "left_out": _left_out(store, layers),
    }


def cluster_names(cluster: I64) -> pa.Array:
    """C-0001 for the first; null for none."""
    names = [None if c < 0 else cluster_name(c) for c in cluster.tolist()]
    return pa.array(names, pa.string())


def _edges(
    edges: Edges, edge_cluster: I64, names: dict[str, pa.Array], remarks: Remarks
) -> pa.Table:
    columns = {
        name: pa.array(getattr(edges, name))
        for name in ("objects", "pairs", "expected", "p_value", "log10_p", "q_value", "weight")
    }
    fusion, timing = edges.fusion, edges.timing
    combined = {
        "combined_layers": None if fusion is None else fusion.layers,
        "combined_p_value": None if fusion is None else 10.0**fusion.log10_p,
        "combined_log10_p": None if fusion is None else fusion.log10_p,
    }
    timed = {
        "common": "common",
        "met": "met",
        "timing_expected": "expected",
        "timing_p_value": "p_value",
        "timing_log10_p": "log10_p",
        "timing_q_value": "q_value",
    }
    return make_table(
        "edges",
        {
            **columns,
            **{
                name: pa.nulls(len(edges)) if values is None else pa.array(values)
                for name, values in combined.items()
            },
            **{
                name: pa.nulls(len(edges)) if timing is None else pa.array(getattr(timing, field))
                for name, field in timed.items()
            },
            **remarks.edges,
            "source": names["source"],
            "target": names["target"],
            "layer": names["layer"],
            "cluster_id": cluster_names(edge_cluster),
        },
    )


def _evidence(evidence: Evidence, names: dict[str, pa.Array]) -> pa.Table:
    edge = pa.array(evidence.edge)
    return make_table(
        "evidence",
        {
            "source": names["source"].take(edge),
            "target": names["target"].take(edge),
            "layer": names["layer"].take(edge),
            "object_id": names["object"],
            "source_time_s": pa.array(evidence.source_time_s),
            "target_time_s": pa.array(evidence.target_time_s),
            "lag_s": pa.array(evidence.target_time_s - evidence.source_time_s),
            "pairs": pa.array(evidence.pairs),
            "object_actions": pa.array(evidence.object_actions),
        },
    )


def _left_out(store: Store, layers: list[Layer]) -> pa.Table:
    objects = np.concatenate([layer.left_out_objects for layer in layers])
    actions = np.concatenate([layer.left_out_actions for layer in layers]).astype(np.int64)
    number = np.repeat(np.arange(len(layers)), [len(layer.left_out_objects) for layer in layers])
    order = np.lexsort((objects, -actions, number))
    return make_table(
        "left_out",
        {
            "layer": [layers[i].name for i in number[order]],
            "object_id": store.names("object", np.ascontiguousarray(objects[order])),
            "actions": pa.array(actions[order]),
        },
    )


def _members(
    store: Store,
    coordination: Coordination,
    edges: Edges,
    edge_cluster: I64,
    evidence: Evidence,
    remarks: Remarks,
) -> pa.Table:
    n = len(coordination.accounts)
    same = coordination.cluster[coordination.source] == coordination.cluster[coordination.target]
    inside = same & (coordination.cluster[coordination.source] >= 0)
    ends = np.concatenate([coordination.source, coordination.target])
    weights = np.concatenate([coordination.weight, coordination.weight])
    within = np.concatenate([inside, inside])
    whole = np.bincount(ends, weights, minlength=n)
    strength = np.bincount(ends[within], weights[within], minlength=n)
    degree = np.bincount(ends[within], minlength=n)
    objects = _objects_of_vertices(coordination, edges, edge_cluster, evidence)
    chosen = np.flatnonzero(coordination.cluster >= 0)
    chosen = chosen[np.lexsort((chosen, -strength[chosen], coordination.cluster[chosen]))]
    return make_table(
        "members",
        {
            "cluster_id": cluster_names(coordination.cluster[chosen]),
            "account_id": store.names("account", coordination.accounts[chosen]),
            "degree": pa.array(degree[chosen]),
            "strength": pa.array(strength[chosen]),
            "objects": pa.array(objects[chosen]),
            "membership": pa.array(strength[chosen] / whole[chosen]),
            **{name: [of[v] for v in chosen] for name, of in remarks.members.items()},
        },
    )


def _objects_of_vertices(
    coordination: Coordination, edges: Edges, edge_cluster: I64, evidence: Evidence
) -> I64:
    """Distinct objects on which each vertex met members of its cluster."""
    rows = edge_cluster[evidence.edge] >= 0
    edge = evidence.edge[rows]
    vertex = np.concatenate(
        [coordination.vertex_of(edges.source[edge]), coordination.vertex_of(edges.target[edge])]
    ).astype(np.int64)
    object_ = np.tile(evidence.object[rows].astype(np.int64), 2)
    distinct = np.unique(vertex << 32 | object_)
    return np.bincount(distinct >> 32, minlength=len(coordination.accounts))


def _clusters(
    coordination: Coordination,
    networks: Networks,
    edges: Edges,
    edge_cluster: I64,
    evidence: Evidence,
    names: dict[str, pa.Array],
    layers: list[Layer],
    remarks: Remarks,
    followed: Evolution,
    *,
    min_objects: int,
) -> pa.Table:
    count = len(coordination.scores)
    members = np.bincount(coordination.cluster[coordination.cluster >= 0], minlength=count)
    pair_cluster = coordination.cluster[coordination.source]
    same = (pair_cluster == coordination.cluster[coordination.target]) & (pair_cluster >= 0)
    pairs = np.bincount(pair_cluster[same], minlength=count)
    edges_of = _groups(edge_cluster, count)
    strongest = _strongest_layer(edges)
    enough = edges.objects >= min_objects
    rows_of = _groups(edge_cluster[evidence.edge], count)
    lag = np.abs(evidence.target_time_s - evidence.source_time_s)
    first = np.minimum(evidence.source_time_s, evidence.target_time_s)
    last = np.maximum(evidence.source_time_s, evidence.target_time_s)
    change = {row["cluster_id"]: row["change"] for row in followed.rows}
    records = []
    for cluster in range(count):
        own, rows = edges_of[cluster], rows_of[cluster]
        best = own[strongest[own]]
        objects, place, meetings = np.unique(
            evidence.object[rows], return_index=True, return_counts=True
        )
        top = np.lexsort((objects, -meetings))[:_TOP_OBJECTS]
        possible = members[cluster] * (members[cluster] - 1) / 2
        record: dict[str, Any] = {
            "cluster_id": cluster_name(cluster),
            "lasting_id": followed.lasting.get(cluster_name(cluster)),
            "change": change.get(cluster_name(cluster)),
            "network": f"N-{networks.network[cluster] + 1:04d}",
            "tied_to": [cluster_name(other) for other in networks.tied_to[cluster]],
            "rank": cluster + 1,
            "members": int(members[cluster]),
            "edges": int(pairs[cluster]),
            "density": float(pairs[cluster] / possible),
            "score": float(coordination.scores[cluster]),
            "layers": sorted({layers[number].name for number in edges.layer[own[enough[own]]]}),
            "objects": len(objects),
            "median_lag_s": float(np.median(lag[rows])),
            "median_objects": float(np.median(edges.objects[best])),
            "median_expected": float(np.median(edges.expected[best])),
            "first_s": int(first[rows].min()),
            "last_s": int(last[rows].max()),
            **{name: values[cluster] for name, values in remarks.clusters.items()},
            "top_objects": [names["object"][int(rows[place[i]])].as_py() for i in top],
        }
        records.append({**record, "reason": _reason(record)})
    return make_table(
        "clusters",
        {name: [record[name] for record in records] for name in _record_names()},
    )


def _strongest_layer(edges: Edges) -> npt.NDArray[np.bool_]:
    """Which edges are those of their pair's smallest p."""
    order = np.lexsort((edges.layer, edges.log10_p, edges.pair))
    pair = edges.pair[order]
    first = np.ones(len(pair), dtype=np.bool_)
    first[1:] = pair[1:] != pair[:-1]
    strongest = np.zeros(len(pair), dtype=np.bool_)
    strongest[order[first]] = True
    return strongest


def _record_names() -> list[str]:
    return [name for name, _, _ in TABLES["clusters"]]


def _groups(key: I64, count: int) -> list[I64]:
    """Positions of each key 0 .. count - 1, ascending."""
    order = np.argsort(key, kind="stable")
    bounds = np.searchsorted(key[order], np.arange(count + 1))
    return [order[bounds[i] : bounds[i + 1]] for i in range(count)]


def _reason(record: dict[str, Any]) -> str:
    expected = record["median_expected"]
    chance = f"{expected:.2g}" if expected >= 0.005 else "fewer than 0.005"
    layers = ", ".join(record["layers"])
    return (
        f"{record['members']} accounts acted on {record['objects']} same objects "
        f"({layers}), typically {record['median_lag_s']:.3g} s apart; an edge shares "
        f"{record['median_objects']:.3g} objects (median) where chance would give {chance}."
    )


def _evolution(followed: Evolution) -> pa.Table:
    names = [name for name, _, _ in TABLES["evolution"]]
    return make_table("evolution", {n: [row[n] for row in followed.rows] for n in names})


def _candidates(candidates: dict[str, Any], remarks: Remarks) -> pa.Table:
    columns = {name: values for name, values in candidates.items() if name != "cluster"}
    cluster = np.array(candidates["cluster"], dtype=np.int64)
    return make_table(
        "candidates", {**columns, **remarks.candidates, "cluster_id": cluster_names(cluster)}
    )
