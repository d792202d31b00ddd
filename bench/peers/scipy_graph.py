"""SciPy's sparse matrices and its csgraph module (one thread)."""

from __future__ import annotations

import numpy as np
import scipy
import scipy.sparse as sp
from peer import Array, GraphInput, main, read_graph
from scipy.sparse.csgraph import breadth_first_order, connected_components


class Native:
    def __init__(self, given: GraphInput) -> None:
        ones = np.ones(len(given.source))
        shape = (given.vertices, given.vertices)
        half = sp.coo_array((ones, (given.source, given.target)), shape=shape)
        self.matrix = (half + half.T).tocsr()
        self.bfs_source = given.bfs_source


def _bfs(native: Native) -> Array:
    order, parent = breadth_first_order(native.matrix, native.bfs_source, directed=False)
    distance = np.full(native.matrix.shape[0], -1)
    distance[native.bfs_source] = 0
    for vertex in order[1:]:
        distance[vertex] = distance[parent[vertex]] + 1
    return distance


def _pagerank(native: Native) -> Array:
    n = native.matrix.shape[0]
    degree = np.diff(native.matrix.indptr)
    share = np.divide(1.0, degree, out=np.zeros(n), where=degree > 0)
    score = np.full(n, 1.0 / n)
    for _ in range(20):
        stranded = score[degree == 0].sum()
        score = (0.15 + 0.85 * stranded) / n + 0.85 * (native.matrix @ (score * share))
    return score


def _triangles(native: Native) -> Array:
    lower = sp.tril(native.matrix, -1, format="csr")
    return np.array((lower @ lower).multiply(lower).sum())


TASKS = {
    "components": lambda n: connected_components(n.matrix, directed=False)[1],
    "bfs": _bfs,
    "pagerank": _pagerank,
    "triangles": _triangles,
}

if __name__ == "__main__":
    main("scipy", scipy.__version__, read_graph, Native, TASKS)
