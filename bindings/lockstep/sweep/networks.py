"""Clusters that belong together: tied by more edges than false discoveries would give."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.sweep.clusters import Coordination

__all__ = ["Networks", "find_networks"]

MOST_TIES = 5
I64 = npt.NDArray[np.int64]


@dataclass
class Networks:
    """The network of each cluster, from 0 in order of their first cluster, and its ties."""

    network: I64
    tied_to: list[list[int]]  # of each cluster: those tied to it, the most edges first, up to 5
    count: int


def find_networks(coordination: Coordination, testable: int, fdr: float) -> Networks:
    """Joins clusters that false discoveries cannot have tied.

    At most about `fdr` of the edges are expected to be chance, and a chance edge falls on any of
    the `testable` pairs alike. Between clusters of a and b members there would be
    a * b * fdr * edges / testable of them. Two clusters are tied where a Poisson number of that
    mean would reach the edges between them with probability `fdr` at most, over all pairs of
    clusters (Bonferroni). Networks are the connected components of the ties.
    """
    clusters = len(coordination.scores)
    ends = np.stack([coordination.cluster[e] for e in (coordination.source, coordination.target)])
    low, high = np.sort(ends, axis=0)
    between = (low >= 0) & (low != high)
    pair, edges = np.unique(low[between] * clusters + high[between], return_counts=True)
    first, second = pair // max(clusters, 1), pair % max(clusters, 1)
    size = np.bincount(coordination.cluster[coordination.cluster >= 0], minlength=clusters)
    rate = fdr * len(coordination.source) / max(testable, 1)
    log10_p = _core.log10_poisson_tail(edges.astype(np.uint32), rate * size[first] * size[second])
    tied = log10_p <= np.log10(fdr / max(clusters * (clusters - 1) / 2, 1))
    first, second, edges = first[tied], second[tied], edges[tied]
    graph = _core.Graph(
        clusters, first.astype(np.uint32), second.astype(np.uint32), edges.astype(np.float64)
    )
    component, count = _core.connected_components(graph)
    _, begins, number = np.unique(component, return_index=True, return_inverse=True)
    place = np.empty(count, dtype=np.int64)
    place[np.argsort(begins, kind="stable")] = np.arange(count)
    return Networks(place[number], _strongest(first, second, edges, clusters), count)


def _strongest(first: I64, second: I64, edges: I64, clusters: int) -> list[list[int]]:
    own, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.lexsort((other, -np.tile(edges, 2), own))
    bounds = np.searchsorted(own[order], np.arange(clusters + 1))
    return [
        other[order[begin:end]][:MOST_TIES].tolist() for begin, end in itertools.pairwise(bounds)
    ]
