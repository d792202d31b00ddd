"""Graphs as pictures show them: placed, coloured by community, with the meetings behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.explorer import cluster_models
from lockstep.explorer.placing import COLOURS, Places, place
from lockstep.explorer.run_index import RunIndex
from lockstep.explorer.runs import Runs

__all__ = [
    "MOST_EDGES",
    "MOST_EVENTS",
    "MOST_VERTICES",
    "drawing",
    "map_of_clusters",
    "neighbourhood",
    "placed_members",
    "strongest_part",
]

MOST_EVENTS = 20_000
MOST_VERTICES = 5_000
MOST_EDGES = 20_000
_MOST_BUBBLES = 500
_SEVERAL_LAYERS = 6
_NEAR_REFERRED, _GROUPED, _JOINED = 1, 2, 4


def strongest_part(index: RunIndex, cluster: int, most: int) -> pa.Table:
    """Rows of the members of a cluster, at most `most` of them: the ends of its firmest ties.

    A smaller part lies in a larger one. Not those with most weight: they may have no tie with
    each other.
    """
    members = index.members_of(cluster)
    if members.num_rows <= most:
        return members
    pairs = _inside(index.pairs_within(cluster), members["account_id"])
    source, target = (pairs[end].to_numpy() for end in ("source", "target"))
    order = np.lexsort((target, source, -pairs["weight"].to_numpy()))
    vertices, first = np.unique(np.stack([source, target], 1)[order], return_index=True)
    return members.take(pa.array(np.sort(vertices[np.argsort(first)[:most]])))


def drawing(runs: Runs, index: RunIndex, cluster: int, *, most: int) -> cluster_models.Drawing:
    """The part with the firmest ties, at most `most` members, and its meetings."""
    joined = _joined(runs, index, cluster)
    members = index.members_of(cluster)
    shown = strongest_part(index, cluster, most)
    ids = shown["account_id"]
    pairs, evidence = index.pairs_within(cluster), index.evidence_within(cluster)
    drawn = cluster_models.Drawn(
        graph=_graph(shown, _heaviest(_inside(pairs, ids)), index, joined),
        layers=_layer_names(index),
        totalVertices=members.num_rows,
        totalEdges=pairs.num_rows,
    )
    return cluster_models.Drawing(drawn=drawn, events=_events(index, evidence, ids))


def placed_members(index: RunIndex, cluster: int) -> pa.Table:
    """Members of a cluster with `x`, `y` and `color`, as a picture of all of them has these."""
    members = index.members_of(cluster)
    pairs = _inside(index.pairs_within(cluster), members["account_id"])
    at = _placed(members, pairs, index)
    columns = {"x": at.x, "y": at.y, "color": [COLOURS[group] for group in at.group]}
    for name, column in columns.items():
        members = members.append_column(name, pa.array(column))
    return members


def neighbourhood(index: RunIndex, account: str, *, most: int) -> cluster_models.Drawn:
    """An account, the other ends of its `most` firmest ties, and all ties among them.

    The totals are of its own ties; nothing is drawn where it has none.
    """
    at = index.place(account)
    names, total = [], 0
    if at is not None:
        own = index.pairs_with(at)
        total = own.num_rows
        ends = own.slice(0, most).select(["source", "target"]).to_pylist()
        names = [
            account,
            *(row["target" if row["source"] == account else "source"] for row in ends),
        ]
    ids = pa.chunked_array([pa.array(names, pa.string())])
    pairs = _inside(index.pairs_among(names), ids)
    weight = np.zeros(len(names))
    for end in ("source", "target"):
        np.add.at(weight, pairs[end].to_numpy(), pairs["weight"].to_numpy())
    known = [index.membership.get(name, {}).get("groups", []) for name in names]
    members = pa.table(
        {
            "account_id": ids,
            "strength": weight,
            "groups": pa.array(known, pa.list_(pa.string())),
        }
    )
    return cluster_models.Drawn(
        graph=_graph(members, _heaviest(pairs), index, set()),
        layers=_layer_names(index),
        totalVertices=total + len(names[:1]),
        totalEdges=total,
    )


def _inside(table: pa.Table, ids: pa.ChunkedArray) -> pa.Table:
    """Rows whose ends both are among some accounts, with their places."""
    names = ids.combine_chunks()
    ends = ("source", "target")
    places = {end: pc.index_in(table[end], names) for end in ends}
    table = table.drop(list(ends))
    for end in ends:
        table = table.append_column(end, places[end])
    return table.filter(pc.and_(*(pc.is_valid(places[end]) for end in ends)))


def _heaviest(pairs: pa.Table) -> pa.Table:
    return pairs.sort_by([("weight", "descending"), ("source", "ascending")]).slice(0, MOST_EDGES)


def _joined(runs: Runs, index: RunIndex, cluster: int) -> set[str]:
    """Accounts that it has and had not in the run before."""
    row = runs.become(index.run.id, index.clusters[cluster]["cluster_id"])
    return set() if row is None else set(row["joined"])


def _graph(
    members: pa.Table, pairs: pa.Table, index: RunIndex, joined: set[str]
) -> cluster_models.Graph:
    at = _placed(members, pairs, index)
    number = {name: place for place, name in enumerate(_layer_names(index))}
    layers = [
        number[own[0]] if len(own) == 1 else _SEVERAL_LAYERS for own in pairs["layers"].to_pylist()
    ]
    near = {row["account_id"] for row in index.candidates}
    marks = [
        _GROUPED if groups else _NEAR_REFERRED if name in near else _JOINED if name in joined else 0
        for name, groups in zip(
            members["account_id"].to_pylist(), members["groups"].to_pylist(), strict=True
        )
    ]
    return cluster_models.Graph(
        ids=members["account_id"].to_pylist(),
        x=at.x,
        y=at.y,
        group=at.group,
        strength=np.round(members["strength"].to_numpy(), 4).tolist(),
        mark=marks,
        source=pairs["source"].to_pylist(),
        target=pairs["target"].to_pylist(),
        weight=np.round(pairs["weight"].to_numpy(), 4).tolist(),
        layer=layers,
    )


def _placed(members: pa.Table, pairs: pa.Table, index: RunIndex) -> Places:
    source, target = (pairs[end].to_numpy().astype(np.int64) for end in ("source", "target"))
    resolution = index.run.summary["options"]["resolution"]
    weight = pairs["weight"].to_numpy()
    return place(members.num_rows, source, target, weight, resolution=resolution)


def _layer_names(index: RunIndex) -> list[str]:
    return sorted(index.run.summary["layers"])


def _events(index: RunIndex, evidence: pa.Table, ids: pa.ChunkedArray) -> cluster_models.Events:
    """Meetings by time: the first `MOST_EVENTS` where there are more."""
    inside = _inside(evidence, ids)
    shown = inside.sort_by([("source_time_s", "ascending"), ("object_id", "ascending")])
    shown = shown.slice(0, MOST_EVENTS)
    objects = pc.unique(shown["object_id"])
    place_of = pc.index_in(shown["object_id"], objects).to_numpy()
    actions = np.zeros(len(objects), dtype=np.int64)
    actions[place_of] = shown["object_actions"].to_numpy()
    layers = _layer_names(index)
    layer = pc.index_in(shown["layer"], pa.array(layers, pa.string()))
    return cluster_models.Events(
        ids=ids.to_pylist(),
        source=shown["source"].to_pylist(),
        target=shown["target"].to_pylist(),
        object=place_of.tolist(),
        layer=layer.to_pylist(),
        sourceTime=shown["source_time_s"].to_pylist(),
        targetTime=shown["target_time_s"].to_pylist(),
        objects=objects.to_pylist(),
        layers=layers,
        objectActions=actions.tolist(),
        total=evidence.num_rows,
    )


def map_of_clusters(index: RunIndex) -> cluster_models.Drawn:
    """The first clusters as vertices, their common edges as edges."""
    rows = index.clusters[:_MOST_BUBBLES]
    source, target, count = index.ties_between_clusters()
    near = target < len(rows)  # the source is the smaller
    source, target, weight = source[near], target[near], count[near].astype(np.float64)
    at = place(len(rows), source, target, weight)
    graph = cluster_models.Graph(
        ids=[row["cluster_id"] for row in rows],
        x=at.x,
        y=at.y,
        group=at.group,
        strength=[row["members"] for row in rows],
        mark=[_GROUPED if row["groups"] else 0 for row in rows],
        source=source.tolist(),
        target=target.tolist(),
        weight=weight.tolist(),
        layer=[0] * len(source),
    )
    return cluster_models.Drawn(
        graph=graph,
        layers=["edges between clusters"],
        totalVertices=len(index.clusters),
        totalEdges=len(count),
    )
