"""Lockstep: find accounts that act in lockstep, and show the evidence.

A cluster shows co-action: accounts that did the same things at the same moments more often than
chance explains. It is never by itself proof of who they are or of what they meant.

>>> import lockstep as ls
>>> sorted(ls.__all__)[:4]
['Calibration', 'Cluster', 'CoactionDetector', 'CorruptData']
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
    from lockstep.cluster import Cluster
    from lockstep.clustering import communities, conductance, partition_quality
    from lockstep.convert import (
        to_graphology,
        to_igraph,
        to_networkx,
        to_polars,
        to_scipy,
        write_gexf,
        write_graphml,
    )
    from lockstep.detector import CoactionDetector
    from lockstep.edge import Edge
    from lockstep.errors import (
        CorruptData,
        InputRejected,
        LockstepError,
        MissingPackage,
        StorageError,
        StoreLocked,
        StoreVersionError,
    )
    from lockstep.estimates import Estimate, estimate
    from lockstep.evaluation import Evaluation, evaluate
    from lockstep.graph_functions import (
        betweenness,
        breadth_first_search,
        connected_components,
        core_numbers,
        triangles,
    )
    from lockstep.graph_layout import layout
    from lockstep.graph_scores import pagerank, spectral_embedding, truncated_svd
    from lockstep.graphs import Graph, graph, open_graph
    from lockstep.network import propagate
    from lockstep.null_calibration import Calibration, calibrate
    from lockstep.progress import set_progress
    from lockstep.reach import TakedownEffect, takedown_effect
    from lockstep.returners import returners
    from lockstep.simulation import simulate
    from lockstep.store import Store, open
    from lockstep.sweep.run import Run
    from lockstep.takedown import takedown_curve
    from lockstep.timing import timing_test
    from lockstep.windows import robustness, shuffle_times

# Where each public name lives; loaded at first use, so that `import lockstep` is quick.
_HOMES = {
    "Calibration": "null_calibration",
    "Cluster": "cluster",
    "CoactionDetector": "detector",
    "CorruptData": "errors",
    "Edge": "edge",
    "Estimate": "estimates",
    "Evaluation": "evaluation",
    "Graph": "graphs",
    "InputRejected": "errors",
    "LockstepError": "errors",
    "MissingPackage": "errors",
    "Run": "sweep.run",
    "RunControl": "_core",
    "StorageError": "errors",
    "Store": "store",
    "StoreLocked": "errors",
    "StoreVersionError": "errors",
    "TakedownEffect": "reach",
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
    "estimate": "estimates",
    "evaluate": "evaluation",
    "graph": "graphs",
    "layout": "graph_layout",
    "left_out": "api",
    "near_duplicates": "canonical",
    "open": "store",
    "open_graph": "graphs",
    "pagerank": "graph_scores",
    "partition_quality": "clustering",
    "propagate": "network",
    "returners": "returners",
    "robustness": "windows",
    "set_progress": "progress",
    "shuffle_times": "windows",
    "significance": "api",
    "simulate": "simulation",
    "spectral_embedding": "graph_scores",
    "synchrony": "bipartite",
    "takedown_curve": "takedown",
    "takedown_effect": "reach",
    "text_signatures": "canonical",
    "timing_test": "timing",
    "to_graphology": "convert",
    "to_igraph": "convert",
    "to_networkx": "convert",
    "to_polars": "convert",
    "to_scipy": "convert",
    "triangles": "graph_functions",
    "truncated_svd": "graph_scores",
    "url_domains": "canonical",
    "write_gexf": "convert",
    "write_graphml": "convert",
}

__all__ = [
    "Calibration",
    "Cluster",
    "CoactionDetector",
    "CorruptData",
    "Edge",
    "Estimate",
    "Evaluation",
    "Graph",
    "InputRejected",
    "LockstepError",
    "MissingPackage",
    "Run",
    "RunControl",
    "StorageError",
    "Store",
    "StoreLocked",
    "StoreVersionError",
    "TakedownEffect",
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
    "estimate",
    "evaluate",
    "graph",
    "layout",
    "left_out",
    "near_duplicates",
    "open",
    "open_graph",
    "pagerank",
    "partition_quality",
    "propagate",
    "returners",
    "robustness",
    "set_progress",
    "shuffle_times",
    "significance",
    "simulate",
    "spectral_embedding",
    "sweep",
    "synchrony",
    "takedown_curve",
    "takedown_effect",
    "text_signatures",
    "timing_test",
    "to_graphology",
    "to_igraph",
    "to_networkx",
    "to_polars",
    "to_scipy",
    "triangles",
    "truncated_svd",
    "url_domains",
    "write_gexf",
    "write_graphml",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lockstep' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"lockstep.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
