"""NetworkX, pure Python: the floor."""

from __future__ import annotations

import networkx as nx
import numpy as np
from peer import Array, GraphInput, main, read_graph


class Native:
    def __init__(self, given: GraphInput) -> None:
        self.graph = nx.empty_graph(given.vertices)
        self.graph.add_edges_from(zip(given.source.tolist(), given.target.tolist(), strict=True))
        self.bfs_source = given.bfs_source


def _labels(native: Native, groups: object) -> Array:
    label = np.zeros(len(native.graph), np.int64)
    for number, group in enumerate(groups):  # type: ignore[arg-type, var-annotated]
        label[list(group)] = number
    return label


def _values(native: Native, values: dict[int, float], missing: float = 0) -> Array:
    return np.array([values.get(v, missing) for v in range(len(native.graph))])


TASKS = {
    "components": lambda n: _labels(n, nx.connected_components(n.graph)),
    "bfs": lambda n: _values(n, nx.single_source_shortest_path_length(n.graph, n.bfs_source), -1),
    "pagerank": lambda n: _values(n, nx.pagerank(n.graph, alpha=0.85)),
    "triangles": lambda n: np.array(sum(nx.triangles(n.graph).values()) // 3),
    "core_numbers": lambda n: _values(n, nx.core_number(n.graph)),
    "louvain": lambda n: _labels(n, nx.community.louvain_communities(n.graph, seed=0)),
    "label_propagation": lambda n: _labels(n, nx.community.label_propagation_communities(n.graph)),
}

if __name__ == "__main__":
    main("networkx", nx.__version__, read_graph, Native, TASKS)
