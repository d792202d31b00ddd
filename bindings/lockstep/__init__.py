"""Lockstep: find accounts that act in lockstep, and show the evidence.

A cluster shows co-action: accounts that did the same things at the same moments more often than
chance explains. It is never by itself proof of who they are or of what they meant.

>>> import lockstep as ls
>>> sorted(ls.__all__)[:4]
['CorruptData', 'Graph', 'InputRejected', 'LockstepError']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# At once, not when first used: the module of that name must not stand in the function's place.
from lockstep.sweep import sweep

if TYPE_CHECKING:
    from lockstep._core import RunControl, ThreadLimit, __version__
    from lockstep.api import coaction, left_out, significance
    from lockstep.bipartite import bipartite_core, dense_blocks, synchrony
    from lockstep.clustering import communities, conductance, partition_quality
    from lockstep.errors import (
        CorruptData,
        InputRejected,
        LockstepError,
        StorageError,
        StoreLocked,
        StoreVersionError,
    )
    from lockstep.graph_functions import (
        betweenness,
        breadth_first_search,
        connected_components,
        core_numbers,
        triangles,
    )
    from lockstep.graph_scores import pagerank, spectral_embedding, truncated_svd
    from lockstep.graphs import Graph, graph, open_graph
    from lockstep.network import propagate
    from lockstep.simulation import simulate
    from lockstep.store import Store, open
    from lockstep.sweep.run import Run

# Where each public name lives; loaded at first use, so that `import lockstep` is quick.
_HOMES = {
    "CorruptData": "errors",
    "Graph": "graphs",
    "InputRejected": "errors",
    "LockstepError": "errors",
    "Run": "sweep.run",
    "RunControl": "_core",
    "StorageError": "errors",
    "Store": "store",
    "StoreLocked": "errors",
    "StoreVersionError": "errors",
    "ThreadLimit": "_core",
    "__version__": "_core",
    "betweenness": "graph_functions",
    "bipartite_core": "bipartite",
    "breadth_first_search": "graph_functions",
    "coaction": "api",
    "communities": "clustering",
    "conductance": "clustering",
    "connected_components": "graph_functions",
    "core_numbers": "graph_functions",
    "dense_blocks": "bipartite",
    "graph": "graphs",
    "left_out": "api",
    "open": "store",
    "open_graph": "graphs",
    "pagerank": "graph_scores",
    "partition_quality": "clustering",
    "propagate": "network",
    "significance": "api",
    "simulate": "simulation",
    "spectral_embedding": "graph_scores",
    "synchrony": "bipartite",
    "triangles": "graph_functions",
    "truncated_svd": "graph_scores",
}

__all__ = [
    "CorruptData",
    "Graph",
    "InputRejected",
    "LockstepError",
    "Run",
    "RunControl",
    "StorageError",
    "Store",
    "StoreLocked",
    "StoreVersionError",
    "ThreadLimit",
    "__version__",
    "betweenness",
    "bipartite_core",
    "breadth_first_search",
    "coaction",
    "communities",
    "conductance",
    "connected_components",
    "core_numbers",
    "dense_blocks",
    "graph",
    "left_out",
    "open",
    "open_graph",
    "pagerank",
    "partition_quality",
    "propagate",
    "significance",
    "simulate",
    "spectral_embedding",
    "sweep",
    "synchrony",
    "triangles",
    "truncated_svd",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"lockstep.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
