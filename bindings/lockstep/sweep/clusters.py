"""The coordination graph, its communities, and what can be said of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.distinct import distinct
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.options import SweepOptions

__all__ = [
    "Coordination",
    "Evidence",
    "cluster_name",
    "cluster_number",
    "find_clusters",
    "gather_evidence",
]

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

_ROUNDS = 100  # coordination graphs are small: go on until a round gains nothing


def cluster_name(cluster: int) -> str:
    """C-0001 for the first, which is 0."""
    return f"C-{cluster + 1:04d}"


def cluster_number(name: str) -> int:
    """0 for C-0001."""
    return int(name.removeprefix("C-")) - 1


@dataclass
class Coordination:
    """One undirected graph of all layers, and its clusters.

    A pair's weight is that of all its layers together, or, where they are not combined, that of
    the strongest: the smallest of dependent p-values claims no more than one of them shows.
    """

    accounts: U32  # store ids of the vertices, ascending
    graph: _core.Graph
    source: U32  # vertex of each pair
    target: U32
    weight: F64
    cluster: I64  # of each vertex, from 0 by rank; -1 for none
    scores: F64  # of each cluster
    quality: dict[str, Any] = field(default_factory=dict)

    def vertex_of(self, accounts: U32) -> U32:
        """Vertices of accounts that all have an edge."""
        return np.searchsorted(self.accounts, accounts).astype(np.uint32)


@dataclass
class Evidence:
    """Co-actions of all edges, edge by edge."""

    edge: I64  # index into the edges
    object: U32
    source_time_s: I64
    target_time_s: I64
    pairs: npt.NDArray[np.uint64]
    object_actions: npt.NDArray[np.uint64]


def find_clusters(edges: Edges, options: SweepOptions, control: _core.RunControl) -> Coordination:
    """Builds the graph and splits it; clusters are communities of enough members, by score."""
    accounts = distinct(np.concatenate([edges.source, edges.target]))
    source = np.searchsorted(accounts, edges.source).astype(np.int64)
    target = np.searchsorted(accounts, edges.target).astype(np.int64)
    pair, place = np.unique(source * max(len(accounts), 1) + target, return_inverse=True)
    weight = np.zeros(len(pair))
    np.maximum.at(weight, place, edges.weight)
    source = (pair // max(len(accounts), 1)).astype(np.uint32)
    target = (pair % max(len(accounts), 1)).astype(np.uint32)
    graph = _core.Graph(len(accounts), source, target, weight)
    found = _core.leiden(
        graph,
        resolution=options.resolution,
        seed=options.seed,
        max_rounds=_ROUNDS,
        control=control,
    )
    community = found.community.astype(np.int64)
    members = np.bincount(community, minlength=found.communities)
    inside = community[source] == community[target]
    strength = np.bincount(community[source[inside]], weight[inside], minlength=found.communities)
    score = strength / np.maximum(members, 1)
    large = np.flatnonzero(members >= options.min_cluster_size)
    ranked = large[np.lexsort((large, -members[large], -score[large]))]
    rank_of = np.full(max(found.communities, 1), -1, dtype=np.int64)
    rank_of[ranked] = np.arange(len(ranked))
    quality = {
        "vertices": len(accounts),
        "pairs": len(pair),
        "communities": found.communities,
        "modularity": found.quality,
        "clusters": len(ranked),
        "clustered_accounts": int(members[ranked].sum()),
    }
    return Coordination(
        accounts, graph, source, target, weight, rank_of[community], score[ranked], quality
    )


def gather_evidence(
    layers: list[Layer], edges: Edges, options: SweepOptions, control: _core.RunControl
) -> Evidence:
    """The co-actions behind every edge, on the objects that were projected."""
    cap = options.max_object_actions or np.iinfo(np.uint64).max
    parts = []
    for number, layer in enumerate(layers):
        chosen = np.flatnonzero(edges.layer == number)
        found = _core.evidence(
            layer.log,
            np.ascontiguousarray(edges.source[chosen]),
            np.ascontiguousarray(edges.target[chosen]),
            window_s=layer.window_s,
            control=control,
        )
        rows = np.flatnonzero(found.object_actions <= cap)
        parts.append((chosen[found.edge[rows].astype(np.int64)], rows, found))

    def joined(name: str) -> Any:
        return np.concatenate([getattr(found, name)[rows] for _, rows, found in parts])

    return Evidence(
        np.concatenate([edge for edge, _, _ in parts]),
        joined("object"),
        joined("source_time_s"),
        joined("target_time_s"),
        joined("pairs"),
        joined("object_actions"),
    )
