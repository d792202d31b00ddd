"""What the pages of one cluster show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.explorer import cluster_models
from lockstep.explorer.placing import place
from lockstep.explorer.run_index import RunIndex
from lockstep.explorer.runs import Runs
from lockstep.sweep.remarks import cluster_remarks
from lockstep.takedown import takedown_curve

__all__ = [
    "MOST_EDGES",
    "MOST_EVENTS",
    "MOST_MEMBERS",
    "MOST_VERTICES",
    "cluster_page",
    "curve",
    "detail",
    "drawing",
    "lags",
    "map_of_clusters",
    "member_page",
    "nights",
]

MOST_EVENTS = 20_000
MOST_VERTICES = 5_000
MOST_EDGES = 20_000
MOST_MEMBERS = 1_000
_MOST_BUBBLES = 500
_MOST_NIGHTS = 60
_LAG_BINS = 30
_SEVERAL_LAYERS = 6
_NEAR_REFERRED, _GROUPED, _JOINED = 1, 2, 4


def cluster_page(
    index: RunIndex,
    *,
    text: str,
    change: str | None,
    min_members: int,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> cluster_models.ClusterPage:
    """Clusters that fit, in order; `text` is looked for in names, objects, groups and layers."""
    wanted = text.casefold()
    fitting = [
        row
        for row in index.clusters
        if row["members"] >= min_members
        and (change is None or row["change"] == change)
        and (not wanted or wanted in _words_of(row))
    ]
    # Whatever has no value comes last, in either order.
    known = [row for row in fitting if row[sort] is not None]
    known.sort(key=lambda row: row[sort], reverse=descending)
    ordered = known + [row for row in fitting if row[sort] is None]
    rows = [cluster_models.ClusterRow(**row) for row in ordered[offset : offset + limit]]
    return cluster_models.ClusterPage(rows=rows, matching=len(fitting), total=len(index.clusters))


def _words_of(row: dict[str, Any]) -> str:
    words = [row["cluster_id"], row["lasting_id"] or "", row["network"] or ""]
    return "\n".join([*words, *row["top_objects"], *row["groups"], *row["layers"]]).casefold()


def detail(index: RunIndex, cluster: int) -> cluster_models.ClusterDetail:
    """A cluster in words, with its strongest members."""
    row = index.clusters[cluster]
    page = member_page(index, cluster, offset=0, limit=MOST_MEMBERS)
    return cluster_models.ClusterDetail(
        row=cluster_models.ClusterRow(**row),
        remarks=cluster_remarks(row),
        members=page.rows,
        members_total=page.total,
        window_s=_window_s(index, cluster),
    )


def member_page(
    index: RunIndex, cluster: int, *, offset: int, limit: int
) -> cluster_models.MemberPage:
    """Members of a cluster, the strongest first."""
    table = index.members_of(cluster)
    rows = table.slice(offset, limit).to_pylist()
    return cluster_models.MemberPage(
        rows=[cluster_models.Member(**row) for row in rows], total=table.num_rows
    )


def drawing(runs: Runs, index: RunIndex, cluster: int, *, most: int) -> cluster_models.Drawing:
    """The strongest `most` members of a cluster, their edges and their meetings."""
    joined = _joined(runs, index, cluster)
    members = index.members_of(cluster)
    shown = members.slice(0, most)
    ids = shown["account_id"]
    pairs, evidence = index.pairs_within(cluster), index.evidence_within(cluster)
    drawn = cluster_models.Drawn(
        graph=_graph(shown, _heaviest(_inside(pairs, ids)), index, joined),
        layers=_layer_names(index),
        totalVertices=members.num_rows,
        totalEdges=pairs.num_rows,
    )
    return cluster_models.Drawing(drawn=drawn, events=_events(index, evidence, ids))


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
    source, target = (pairs[end].to_numpy().astype(np.int64) for end in ("source", "target"))
    weight = pairs["weight"].to_numpy()
    at = place(members.num_rows, source, target, weight)
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
        x=np.round(at[:, 0], 5).tolist(),
        y=np.round(at[:, 1], 5).tolist(),
        strength=np.round(members["strength"].to_numpy(), 4).tolist(),
        mark=marks,
        source=source.tolist(),
        target=target.tolist(),
        weight=np.round(weight, 4).tolist(),
        layer=layers,
    )


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


def lags(index: RunIndex, cluster: int) -> cluster_models.Lags:
    """Seconds apart in bins; chance spreads what the test of activity expects evenly over them."""
    window_s = _window_s(index, cluster)
    bins = min(_LAG_BINS, window_s + 1)
    apart = np.abs(index.evidence_within(cluster)["lag_s"].to_numpy())
    observed, edges_s = np.histogram(apart, bins=bins, range=(0, window_s + 1))
    expected = float(np.nansum(index.edges_within(cluster)["expected"].to_numpy()))
    return cluster_models.Lags(
        edges_s=edges_s.tolist(), observed=observed.tolist(), expected=[expected / bins] * bins
    )


def _window_s(index: RunIndex, cluster: int) -> int:
    return max(index.run.window_of(layer) for layer in index.clusters[cluster]["layers"])


def nights(runs: Runs, index: RunIndex, cluster: int) -> list[cluster_models.Night]:
    """The cluster in the latest runs, found by its lasting name."""
    row = runs.become(index.run.id, index.clusters[cluster]["cluster_id"])
    if row is None:
        return []
    rows = [(name, runs.lasting(name, row["lasting_id"])) for name in runs.names()[:_MOST_NIGHTS]]
    return [
        cluster_models.Night(
            run_id=name,
            cluster_id=own["cluster_id"],
            change=own["change"],
            members=own["members"],
            members_before=own["members_before"],
            last_s=own["last_s"],
        )
        for name, own in rows
        if own is not None
    ]


def curve(
    index: RunIndex, cluster: int, accounts: Sequence[str] | None = None
) -> cluster_models.TakedownCurve:
    """What is left of a cluster's ties as accounts are taken away.

    ValueError where an account has no tie in it, or is named twice.
    """
    found = takedown_curve(index.pairs_within(cluster), accounts)
    return cluster_models.TakedownCurve(**found.to_pydict())


def map_of_clusters(index: RunIndex) -> cluster_models.Drawn:
    """The first clusters as vertices, their common edges as edges."""
    rows = index.clusters[:_MOST_BUBBLES]
    source, target, count = index.ties_between_clusters()
    near = target < len(rows)  # the source is the smaller
    source, target, weight = source[near], target[near], count[near].astype(np.float64)
    at = place(len(rows), source, target, weight)
    graph = cluster_models.Graph(
        ids=[row["cluster_id"] for row in rows],
        x=np.round(at[:, 0], 5).tolist(),
        y=np.round(at[:, 1], 5).tolist(),
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
