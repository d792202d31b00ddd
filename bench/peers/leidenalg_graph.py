"""leidenalg, by the authors of the Leiden algorithm (C++, one thread)."""

from __future__ import annotations

import leidenalg
import numpy as np
from igraph_graph import Native
from peer import Array, main, read_graph


def _leiden(native: Native) -> Array:
    found = leidenalg.find_partition(native.graph, leidenalg.ModularityVertexPartition, seed=0)
    return np.array(found.membership)


if __name__ == "__main__":
    main("leidenalg", leidenalg.__version__, read_graph, Native, {"leiden": _leiden})
