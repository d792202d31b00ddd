"""Lockstep's own kernels, called as a user of the package calls them on a graph."""

from __future__ import annotations

import numpy as np
from peer import Array, GraphInput, main, read_graph

import lockstep as ls
from lockstep import _core


class Native:
    def __init__(self, given: GraphInput) -> None:
        self.graph = ls.graph((given.source, given.target), dense=True, vertices=given.vertices)
        self.bfs_source = given.bfs_source


def _bfs(native: Native) -> Array:
    distance, _ = _core.breadth_first_search(native.graph.core, native.bfs_source)[:2]
    return np.where(distance == np.iinfo(distance.dtype).max, -1, distance.astype(np.int64))


def _pagerank(native: Native) -> Array:
    return np.asarray(_core.pagerank(native.graph.core, max_rounds=20, tolerance=1e-12).scores)


TASKS = {
    "components": lambda n: ls.connected_components(n.graph)["component"].to_numpy(),
    "bfs": _bfs,
    "pagerank": _pagerank,
    "triangles": lambda n: np.array(_core.triangles(n.graph.core)[2]),
    "core_numbers": lambda n: ls.core_numbers(n.graph)["core"].to_numpy(),
    "leiden": lambda n: np.asarray(_core.leiden(n.graph.core).community),
    "louvain": lambda n: np.asarray(_core.louvain(n.graph.core).community),
    "label_propagation": lambda n: np.asarray(_core.label_propagation(n.graph.core).community),
}

if __name__ == "__main__":
    main("lockstep", _core.__version__, read_graph, Native, TASKS)
