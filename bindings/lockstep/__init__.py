"""Lockstep: find accounts that act in lockstep, and show the evidence.

A cluster shows co-action: accounts that did the same things at the same moments more often than
chance explains. It is never by itself proof of who they are or of what they meant.

>>> import lockstep as ls
>>> sorted(ls.__all__)[:4]
['Calibration', 'CorruptData', 'Evaluation', 'Graph']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# At once, not when first used: the module of that name must not stand in the function's place.
from lockstep.sweep import sweep

if TYPE_CHECKING:
    from lockstep._core import RunControl, ThreadLimit, __version__
    from lockstep.api import coaction, left_out, significance
    from lockstep.backbones import backbone
    from lockstep.bipartite import bipartite_core, dense_blocks, synchrony
    from lockstep.canonical import (
        canonical_hashtags,
        canonical_urls,
        near_duplicates,
        text_signatures,
        url_domains,
    )
    from lockstep.clustering import communities, conductance, partition_quality
    from lockstep.errors import (
        CorruptData,
        InputRejected,
        LockstepError,
        StorageError,
        StoreLocked,
        StoreVersionError,
    )
    from lockstep.evaluation import Evaluation, evaluate
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
    from lockstep.null_calibration import Calibration, calibrate
    from lockstep.simulation import simulate
    from lockstep.store import Store, open
    from lockstep.sweep.run import Run
    from lockstep.timing import timing_test

# Where each public name lives; loaded at first use, so that `import lockstep` is quick.
_HOMES = {
    "Calibration": "null_calibration",
    "CorruptData": "errors",
    "Evaluation": "evaluation",
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
    "backbone": "backbones",
    "betweenness": "graph_functions",
    "bipartite_core": "bipartite",
    "breadth_first_search": "graph_functions",
    "calibrate": "null_calibration",
    "canonical_hashtags": "canonical",
    "canonical_urls": "canonical",
    "coaction": "api",
    "communities": "clustering",
    "conductance": "clustering",
    "connected_components": "graph_functions",
    "core_numbers": "graph_functions",
    "dense_blocks": "bipartite",
    "evaluate": "evaluation",
    "graph": "graphs",
    "left_out": "api",
    "near_duplicates": "canonical",
    "open": "store",
    "open_graph": "graphs",
    "pagerank": "graph_scores",
    "partition_quality": "clustering",
    "propagate": "network",
    "significance": "api",
    "simulate": "simulation",
    "spectral_embedding": "graph_scores",
    "synchrony": "bipartite",
    "text_signatures": "canonical",
    "timing_test": "timing",
    "triangles": "graph_functions",
    "truncated_svd": "graph_scores",
    "url_domains": "canonical",
}

__all__ = [
    "Calibration",
    "CorruptData",
    "Evaluation",
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
    "backbone",
    "betweenness",
    "bipartite_core",
    "breadth_first_search",
    "calibrate",
    "canonical_hashtags",
    "canonical_urls",
    "coaction",
    "communities",
    "conductance",
    "connected_components",
    "core_numbers",
    "dense_blocks",
    "evaluate",
    "graph",
    "left_out",
    "near_duplicates",
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
    "text_signatures",
    "timing_test",
    "triangles",
    "truncated_svd",
    "url_domains",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"lockstep.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
