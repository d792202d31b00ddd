"""NetworKit (C++ and OpenMP): https://networkit.github.io"""

from __future__ import annotations

import networkit as nk
import numpy as np
from peer import Array, GraphInput, main, read_graph


class Native:
    def __init__(self, given: GraphInput) -> None:
        ends = (given.source.astype(np.uint64), given.target.astype(np.uint64))
        self.graph = nk.GraphFromCoo(ends, n=given.vertices)
        self.bfs_source = given.bfs_source


def _components(native: Native) -> Array:
    found = nk.components.ConnectedComponents(native.graph).run()
    return np.array(found.getPartition().getVector())


def _bfs(native: Native) -> Array:
    found = nk.distance.BFS(native.graph, native.bfs_source, storePaths=False).run()
    distance = np.array(found.getDistances())
    return np.where(distance > native.graph.numberOfNodes(), -1, distance).astype(np.int64)


def _pagerank(native: Native) -> Array:
    ranking = nk.centrality.PageRank(native.graph, damp=0.85, tol=1e-12, distributeSinks=True)
    ranking.maxIterations = 20
    return np.array(ranking.run().scores())


def _triangles(native: Native) -> Array:
    if not native.graph.hasEdgeIds():
        native.graph.indexEdges()
    edges = nk.sparsification.TriangleEdgeScore(native.graph).run().scores()
    return np.array(sum(edges) // 3)


def _core_numbers(native: Native) -> Array:
    return np.array(nk.centrality.CoreDecomposition(native.graph).run().scores())


def _partition(found: nk.structures.Partition) -> Array:
    return np.array(found.getVector())


TASKS = {
    "components": _components,
    "bfs": _bfs,
    "pagerank": _pagerank,
    "triangles": _triangles,
    "core_numbers": _core_numbers,
    "louvain": lambda n: _partition(nk.community.PLM(n.graph, refine=False).run().getPartition()),
    "leiden": lambda n: _partition(
        nk.community.ParallelLeiden(n.graph, randomize=False).run().getPartition()
    ),
    "label_propagation": lambda n: _partition(nk.community.PLP(n.graph).run().getPartition()),
}

if __name__ == "__main__":
    main("networkit", nk.__version__, read_graph, Native, TASKS)
