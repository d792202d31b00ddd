"""How far clusters hang on single objects: the objects are drawn again, the graph split again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.sweep.clusters import Coordination, Evidence, find_clusters
from lockstep.sweep.layers import Edges, Fusion
from lockstep.sweep.options import SweepOptions

__all__ = ["bootstrap"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def bootstrap(
    edges: Edges,
    evidence: Evidence,
    coordination: Coordination,
    options: SweepOptions,
    control: _core.RunControl,
) -> tuple[F64, F64]:
    """Mean Jaccard index of each cluster, and each vertex's share of replicates in its cluster.

    In each of `options.bootstraps` replicates as many (layer, object) as there are evidence of are
    drawn with replacement; an edge shares as many objects as its own were drawn, its p-value and
    weight follow, of combined layers as well, and it stays where the p that was judged is no
    larger than the largest of the run, and enough objects are left in some layer judged with it. A
    cluster's counterpart is the replicate's cluster of largest Jaccard index. Pairs that the run
    did not list cannot come in, so that what is measured is how firm the listed edges are.
    NaN for all where there are no replicates. The seed is that of the options.
    """
    count = len(coordination.scores)
    jaccard, there = np.zeros(count), np.zeros(len(coordination.accounts))
    if options.bootstraps == 0:
        return jaccard + np.nan, there + np.nan
    key = edges.layer[evidence.edge] << 32 | evidence.object.astype(np.int64)
    objects, object_ = np.unique(key, return_inverse=True)
    level = edges.log10_tested.max(initial=-np.inf)
    for number in range(options.bootstraps if count else 0):
        random = np.random.default_rng([options.seed, number])
        drawn = np.bincount(random.integers(0, len(objects), len(objects)), minlength=len(objects))
        shared = np.bincount(evidence.edge, drawn[object_], minlength=len(edges))
        again = find_clusters(
            _redrawn(edges, shared.astype(np.uint32), level, options), options, control
        )
        found = np.full(len(coordination.accounts), -1, dtype=np.int64)
        found[coordination.vertex_of(again.accounts)] = again.cluster
        index, match = _counterparts(coordination.cluster, found, count)
        jaccard += index
        clustered = coordination.cluster >= 0
        there[clustered] += match[coordination.cluster[clustered]] == found[clustered]
    return jaccard / options.bootstraps, there / options.bootstraps


def _redrawn(
    edges: Edges, counts: npt.NDArray[np.uint32], level: float, options: SweepOptions
) -> Edges:
    """The edges as they would be with other numbers of shared objects, their timing as it is."""
    log10_p = _core.log10_poisson_tail(counts, edges.expected)
    enough = counts >= options.min_objects
    fusion = edges.fusion
    if fusion is None:
        tested = log10_p
    else:
        fusion, enough = _fused_again(edges.pair, fusion.layers, log10_p, enough)
        tested = fusion.log10_p
    redrawn = replace(edges, objects=counts, log10_p=log10_p, fusion=fusion)
    return redrawn.take(np.flatnonzero((tested <= level) & enough))


def _fused_again(
    pairs: npt.NDArray[np.uint64],
    layers: npt.NDArray[np.uint32],
    log10_p: F64,
    enough: npt.NDArray[np.bool_],
) -> tuple[Fusion, npt.NDArray[np.bool_]]:
    """The combination of other p-values of edges, and whether an edge of the pair has enough."""
    distinct, first, pair = np.unique(pairs, return_index=True, return_inverse=True)
    fused = _core.cauchy_combination(pair.astype(np.uint64), log10_p, layers[first])
    some = np.bincount(pair, enough, minlength=len(distinct)) > 0
    return Fusion(layers, fused[pair]), some[pair]


def _counterparts(cluster: I64, found: I64, count: int) -> tuple[F64, I64]:
    """The largest Jaccard index of each cluster with any found, and with which: -2 for none."""
    both = (cluster >= 0) & (found >= 0)
    width = int(found.max(initial=0)) + 1
    pair, shared = np.unique(cluster[both] * width + found[both], return_counts=True)
    ours, theirs = pair // width, pair % width
    sizes = np.bincount(cluster[cluster >= 0], minlength=count)
    found_sizes = np.bincount(found[found >= 0], minlength=width)
    index = shared / (sizes[ours] + found_sizes[theirs] - shared)
    order = np.lexsort((theirs, -index, ours))
    first = order[np.unique(ours[order], return_index=True)[1]]
    best, match = np.zeros(count), np.full(count, -2, dtype=np.int64)
    best[ours[first]] = index[first]
    match[ours[first]] = theirs[first]
    return best, match
