"""python-igraph (C, one thread): https://python.igraph.org"""

from __future__ import annotations

import igraph
import numpy as np
from peer import Array, GraphInput, main, read_graph


class Native:
    def __init__(self, given: GraphInput) -> None:
        edges = np.stack([given.source, given.target], axis=1)
        self.graph = igraph.Graph(n=given.vertices, edges=edges)
        self.bfs_source = given.bfs_source


def _bfs(native: Native) -> Array:
    distance = np.array(native.graph.distances(source=[native.bfs_source])[0])
    return np.where(np.isinf(distance), -1, distance).astype(np.int64)


TASKS = {
    "components": lambda n: np.array(n.graph.connected_components().membership),
    "bfs": _bfs,
    "pagerank": lambda n: np.array(n.graph.pagerank(damping=0.85)),
    "triangles": lambda n: np.array(len(n.graph.list_triangles())),
    "core_numbers": lambda n: np.array(n.graph.coreness()),
    "louvain": lambda n: np.array(n.graph.community_multilevel().membership),
    "leiden": lambda n: np.array(
        n.graph.community_leiden(objective_function="modularity", n_iterations=2).membership
    ),
    "label_propagation": lambda n: np.array(n.graph.community_label_propagation().membership),
}

if __name__ == "__main__":
    main("igraph", igraph.__version__, read_graph, Native, TASKS)
