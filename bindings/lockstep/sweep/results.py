"""Result tables from the arrays of a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.distinct import distinct
from lockstep.store import Store
from lockstep.sweep.cluster_table import cluster_table
from lockstep.sweep.clusters import Coordination, Evidence, cluster_name
from lockstep.sweep.evolution import Evolution
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.networks import Networks
from lockstep.sweep.remarks import Remarks
from lockstep.sweep.schema import TABLES, empty_table, make_table

__all__ = ["result_tables"]

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
    recovery: list[dict[str, Any]],
    returners: dict[str, list[Any]] | None,
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
        "clusters": cluster_table(
            store,
            layers,
            edges,
            coordination,
            networks,
            evidence,
            remarks,
            followed,
            edge_cluster=edge_cluster,
            min_objects=min_objects,
        ),
        "members": _members(store, coordination, edges, edge_cluster, evidence, remarks),
        "edges": _edges(edges, edge_cluster, names, remarks),
        "evidence": _evidence(evidence, names),
        "candidates": _candidates(candidates, remarks),
        "evolution": _of_rows("evolution", followed.rows),
        "recovery": _of_rows("recovery", recovery),
        "returners": make_table("returners", returners) if returners else empty_table("returners"),
        "left_out": _left_out(store, layers),
    }


def cluster_names(cluster: I64) -> pa.Array:
    """C-0001 for the first; null for none."""
    names = [cluster_name(number) for number in range(int(cluster.max(initial=-1)) + 1)]
    return pa.array(names, pa.string()).take(pa.array(cluster, mask=cluster < 0))


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
    met = distinct(vertex << 32 | object_)
    return np.bincount(met >> 32, minlength=len(coordination.accounts))


def _of_rows(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    return make_table(table, {name: [row[name] for row in rows] for name, _, _ in TABLES[table]})


def _candidates(candidates: dict[str, Any], remarks: Remarks) -> pa.Table:
    columns = {name: values for name, values in candidates.items() if name != "cluster"}
    cluster = np.array(candidates["cluster"], dtype=np.int64)
    return make_table(
        "candidates", {**columns, **remarks.candidates, "cluster_id": cluster_names(cluster)}
    )
