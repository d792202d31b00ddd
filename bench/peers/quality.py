"""What a peer's result is worth, by a method that no peer has a hand in (SciPy and counting)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from peer import MIN_OBJECTS, MOST_ACTIONS, WINDOW_S, Array, GraphInput, LogInput, capped
from scipy.sparse.csgraph import connected_components

DAMPING = 0.85
RESIDUAL = 1e-2  # after 20 rounds of damping 0.85 at most 0.85^20 * 2 = 0.078 is left, mostly less


class Mismatch(Exception):
    """A result that is not one."""


def judge(task: str, given: GraphInput | LogInput, result: Array) -> dict[str, Any]:
    """The figures to print of a result. Raises Mismatch where it is wrong."""
    return _JUDGES[task](given, result)


def _matrix(graph: GraphInput, keep: Array | slice = slice(None)) -> sp.csr_array:
    source, target = graph.source[keep], graph.target[keep]
    ones = np.ones(len(source), np.float32)
    half = sp.coo_array((ones, (source, target)), shape=(graph.vertices, graph.vertices))
    return (half + half.T).tocsr()


def _components(graph: GraphInput, label: Array) -> dict[str, Any]:
    want, _ = connected_components(_matrix(graph), directed=False)
    found = len(np.unique(label))
    if found != want or np.any(label[graph.source] != label[graph.target]):
        raise Mismatch(f"{found} components, not {want}")
    return {"components": found}


def _bfs(graph: GraphInput, distance: Array) -> dict[str, Any]:
    distance = np.where(distance < 0, np.iinfo(np.int32).max, distance).astype(np.int64)
    far = np.iinfo(np.int32).max
    ends = distance[graph.source], distance[graph.target]
    jump = np.abs(ends[0] - ends[1])
    if distance[graph.bfs_source] != 0 or jump.max(initial=0) > 1:
        raise Mismatch("an edge joins distances more than one apart")
    nearest = np.full(graph.vertices, far)
    np.minimum.at(nearest, graph.source, ends[1])
    np.minimum.at(nearest, graph.target, ends[0])
    reached = (distance > 0) & (distance < far)
    if np.any(nearest[reached] + 1 != distance[reached]):
        raise Mismatch("a vertex has no neighbour one step nearer")
    return {"reached": int(reached.sum()) + 1, "furthest": int(distance[distance < far].max())}


def _pagerank(graph: GraphInput, score: Array) -> dict[str, Any]:
    matrix = _matrix(graph)
    degree = np.asarray(matrix.sum(axis=0), np.float64).ravel()
    score = np.asarray(score, np.float64) / np.sum(score)
    passed = np.divide(score, degree, out=np.zeros_like(score), where=degree > 0)
    stranded = score[degree == 0].sum()
    again = (1 - DAMPING + DAMPING * stranded) / graph.vertices + DAMPING * (matrix @ passed)
    residual = float(np.abs(again - score).sum())
    if residual > RESIDUAL:
        raise Mismatch(f"the scores are {residual:.3g} from their fixed point")
    return {"residual": float(f"{residual:.2g}")}


def _triangles(_graph: GraphInput, total: Array) -> dict[str, Any]:
    return {"triangles": int(total)}


def _cores(graph: GraphInput, core: Array) -> dict[str, Any]:
    core = np.asarray(core, np.int64)
    support = np.zeros(graph.vertices, np.int64)
    np.add.at(support, graph.source, core[graph.target] >= core[graph.source])
    np.add.at(support, graph.target, core[graph.source] >= core[graph.target])
    if np.any(support < core):
        raise Mismatch("a vertex lacks neighbours of its core")
    return {"largest_core": int(core.max(initial=0)), "sum": int(core.sum())}


def _communities(graph: GraphInput, label: Array) -> dict[str, Any]:
    _, label = np.unique(label, return_inverse=True)
    count = int(label.max(initial=-1)) + 1
    degree = np.bincount(graph.source, minlength=graph.vertices)
    degree = (degree + np.bincount(graph.target, minlength=graph.vertices)).astype(np.float64)
    inside = label[graph.source] == label[graph.target]
    mass = np.bincount(label, degree, count) / max(degree.sum(), 1.0)
    modularity = float(inside.mean() - np.sum(mass**2)) if len(inside) else 0.0
    parts, part = connected_components(_matrix(graph, inside), directed=False)
    pairs = np.unique(np.stack([label, part]), axis=1)
    split = np.bincount(pairs[0], minlength=count) > 1
    assert pairs.shape[1] == parts
    return {
        "modularity": round(modularity, 5),
        "communities": count,
        "disconnected": int(split.sum()),
    }


def _pairs(log: LogInput, pairs: Array, min_objects: int) -> dict[str, Any]:
    """Recounts 300 of the pairs given, and 300 that met and may be missing, from the loose rows."""
    random = np.random.default_rng(0)
    order = np.lexsort((log.time, log.object))
    account, object_, time = log.account[order], log.object[order], log.time[order]
    near = (object_[1:] == object_[:-1]) & (time[1:] - time[:-1] <= WINDOW_S)
    met = np.flatnonzero(near & (account[1:] != account[:-1]))
    drawn = random.choice(met, min(300, len(met)), replace=False)
    ends = np.sort(np.stack([account[drawn], account[drawn + 1]], axis=1), axis=1)
    wanted = {(int(a), int(b)) for a, b in ends}
    wanted |= {(int(a), int(b)) for a, b in random.permutation(pairs)[:300]}
    first = {a: np.flatnonzero(log.account == a) for a in {a for pair in wanted for a in pair}}
    given = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    keys = given[:, 0].astype(np.uint64) << np.uint64(32) | given[:, 1].astype(np.uint64)
    for a, b in wanted:
        rows_a, rows_b = first[a], first[b]
        apart = np.abs(log.time[rows_a][:, None] - log.time[rows_b][None, :])
        together = (log.object[rows_a][:, None] == log.object[rows_b][None, :]) & (
            apart <= WINDOW_S
        )
        objects = len(np.unique(log.object[rows_a][together.any(axis=1)]))
        key = np.uint64(a << 32 | b)
        place = np.searchsorted(keys, key)
        listed = bool(place < len(keys) and keys[place] == key)
        if listed != (objects >= min_objects):
            raise Mismatch(f"the pair {a}, {b} shares {objects} objects and is listed: {listed}")
    return {"pairs": len(pairs)}


_JUDGES = {
    "bfs": _bfs,
    "coaction": lambda log, pairs: _pairs(log, pairs, MIN_OBJECTS),
    "coaction_any": lambda log, pairs: _pairs(log, pairs, 1),
    "coaction_capped": lambda log, pairs: _pairs(capped(log, MOST_ACTIONS), pairs, MIN_OBJECTS),
    "components": _components,
    "core_numbers": _cores,
    "label_propagation": _communities,
    "leiden": _communities,
    "louvain": _communities,
    "pagerank": _pagerank,
    "triangles": _triangles,
}
