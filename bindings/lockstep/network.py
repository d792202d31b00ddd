"""Spread over graphs that come as tables of edges."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.calibration import balanced, choose_strength
from lockstep.progress import shows_progress
from lockstep.reliability import UNKNOWN_SOURCE, reliability_of
from lockstep.tables import as_table, encode_together, id_column

__all__ = ["propagate"]

# Methods that need both classes: how beliefs couple, and whether edges count by their overlap.
_BELIEFS = {
    "lbp": ("sender", True),
    "sybilscar": ("receiver", False),
    "sybilscar_c": ("uniform", False),
}
_DIRECTED = "gang"
_METHODS = ("ppr", "forward_push", "sybilrank", *_BELIEFS, _DIRECTED)


@shows_progress
def propagate(
    edges: Any,
    seeds: Any,
    *,
    method: str = "ppr",
    damping: float = _core.DAMPING,
    epsilon: float = _core.EPSILON,
    strength: float | None = None,
    log_base: float = _core.LOG_BASE,
    reliability: Any = None,
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Score every vertex by what is known of some: a higher score is more suspicious.

    Parameters
    ----------
    edges : table
        Columns `source` and `target` (strings or integers); repeated edges add up.
    seeds : iterable of ids, or table
        Vertices of which something is known; a table has `vertex` and, optionally, `label`
        (1 suspicious, 0 benign; 1 where there is no such column) and `confidence` (above 0; with
        labels, at most 1). Those that no edge touches are left out with a warning.
    method : {"ppr", "forward_push", "lbp", "sybilscar", "sybilscar_c", "gang", "sybilrank"}
        Personalised PageRank of all vertices from the suspicious ones; or of those near them
        alone, in a time that does not grow with the graph. The others need labels: linearised
        belief propagation between both classes, over edges rated by the overlap of their ends'
        neighbourhoods (`lbp`) or by their weights (`sybilscar`: the mean of the neighbours;
        `sybilscar_c`: one coupling for all edges); the same over edges of who follows whom, from
        `source` to `target` (`gang`: where one does not follow back, suspicion walks to the
        follower, trust to the followed); or little trust from the benign (`sybilrank`).
    damping : float
        Share of score passed on per step, in [0, 1).
    epsilon : float
        Of forward push: largest error of a score, per unit of weight around its vertex. Above 0.
    strength : float, optional
        Of the four belief methods: spectral radius of the coupling, in [0, 1). The weight of an
        edge follows from it and from the graph's own radius, so it converges on any graph. Where
        not given it is chosen by 5-fold cross-validation on the labels alone: of those within a
        standard error of the best AUC, the largest.
    log_base : float
        Of `sybilrank`: trust walks as many steps as the logarithm of the vertices to this base.
        Above 1.
    reliability : table, optional
        What became of each referrer's labels: `source`, `confirmed` and `rejected` (counts). With
        it, the labels need a column `source`, and the confidence of each is multiplied by the
        mean of Beta(1 + confirmed, 1 + rejected), 1/2 for a source without history.
    weight : str, optional
        Column of positive weights. Where not given: `weight` if there is one, else all are 1.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `score` (float64). By `ppr` it is non-negative and
        sums to 1; by forward push it is never too high, 0 far from the seeds, and sums to less;
        by the belief methods it is above 0 where suspicion outweighs trust; by `sybilrank` it is
        minus the trust per degree, at most 0. Of belief methods the metadata of the schema holds
        `strength`, `cross_validated_auc` (null where given or too few labels), `rounds`,
        `converged` and `spectral_radius` (null by `gang`, which has none).

    Warns
    -----
    UserWarning
        Where labels are left out, or beliefs have not converged.

    Raises
    ------
    ValueError
        On a missing column, no seed in the graph, only one class where both are needed, a label
        other than 0 and 1, a confidence out of range, or an option out of range.

    Notes
    -----
    Beliefs are balanced: both classes spread the same total, each label its confidence's part.
    Overlap costs O(sum over edges of both degrees), each round O(edges); a strength of 0.99 takes
    up to some 1,400 rounds. Choosing the strength costs 25 spreads more.
    `lbp` rests on edges across the border closing few triangles; accounts that enter whole circles
    of friends blunt it. The cross-validated AUC is of labels as given: where these are wrong, it
    is low although the scores may be good. Same result for any number of threads.
    A score is closeness to the seeds in the graph given. It is no probability of anything the
    account did.

    References
    ----------
    Haveliwala, "Topic-Sensitive PageRank", WWW 2002. Andersen, Chung and Lang, "Local Graph
    Partitioning using PageRank Vectors", FOCS 2006. Cao et al., "Aiding the Detection of Fake
    Accounts in Large Scale Social Online Services", NSDI 2012. Wang, Jia, Zhang and Gong,
    "Structure-based Sybil Detection in Social Networks via Local Rule-based Propagation", IEEE
    TNSE 2019. Wang, Gong and Fu, "GANG: Detecting Fraudulent Users in Online Social Networks via
    Guilt-by-Association on Directed Graphs", ICDM 2017.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["b", "c"]}
    >>> ls.propagate(edges, ["a"], damping=0.5)["score"].to_numpy().round(3).tolist()
    [0.583, 0.333, 0.083]
    >>> labels = {"vertex": ["a", "c"], "label": [1, 0]}
    >>> ls.propagate(edges, labels, method="lbp")["score"].to_numpy().round(3).tolist()
    [1.0, 0.0, -1.0]
    """
    if method not in _METHODS:
        raise ValueError(f"method is {method!r}; give one of {', '.join(_METHODS)}")
    graph, ids = _graph(edges, weight, directed=method == _DIRECTED)
    vertices, label, confidence = _seeds(seeds, ids, reliability)
    if method in _BELIEFS or method == _DIRECTED:
        return _beliefs(graph, ids, (vertices, label, confidence), method, strength, control)
    wanted = label == (0 if method == "sybilrank" else 1)
    if not wanted.any():
        kind = "0 (benign)" if method == "sybilrank" else "1 (suspicious)"
        raise ValueError(f"{method} starts from labels {kind}, and there is none in the graph")
    vertices, confidence = vertices[wanted], confidence[wanted]
    if method == "sybilrank":
        trust, _ = _core.sybilrank(graph, vertices, confidence, log_base=log_base, control=control)
        return pa.table({"vertex": ids, "score": pa.array(trust)})
    if method == "ppr":
        found = _core.propagation(graph, vertices, confidence, damping=damping, control=control)
        return pa.table({"vertex": ids, "score": pa.array(found.scores)})
    near, near_scores = _core.forward_push(
        graph, vertices, confidence, damping=damping, epsilon=epsilon, control=control
    )
    scores = np.zeros(len(ids))
    scores[near] = near_scores
    return pa.table({"vertex": ids, "score": pa.array(scores)})


def _graph(edges: Any, weight: str | None, *, directed: bool) -> tuple[_core.Graph, pa.Array]:
    table = as_table(edges)
    as_table(table, "source", "target", *([] if weight is None else [weight]))
    (source, target), ids = encode_together(id_column(table, "source"), id_column(table, "target"))
    if weight is None and "weight" in table.column_names:
        weight = "weight"
    weights: npt.NDArray[np.float64] = np.ones(table.num_rows)
    if weight is not None:
        weights = np.ascontiguousarray(table[weight].to_numpy(), dtype=np.float64)
    if directed:
        built, _, _ = _core.Graph.build(
            len(ids), source, target, weight=weights, directed=True, drop_self_loops=False
        )
        return built, ids
    return _core.Graph(len(ids), source, target, weights), ids


def _seed_table(seeds: Any) -> pa.Table:
    if isinstance(seeds, dict) or hasattr(seeds, "columns"):
        table = as_table(seeds)
        as_table(table, "vertex")
        return table
    if isinstance(seeds, str | bytes) or not isinstance(seeds, Iterable):
        raise TypeError(f"seeds is {seeds!r}; give a list of ids, or a table with `vertex`")
    is_arrow = isinstance(seeds, pa.Array | pa.ChunkedArray)
    return pa.table({"vertex": seeds if is_arrow else pa.array(list(seeds))})


def _beliefs(
    graph: _core.Graph,
    ids: pa.Array,
    labels: tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.float64]],
    method: str,
    strength: float | None,
    control: _core.RunControl | None,
) -> pa.Table:
    vertices, label, confidence = labels
    coupling, overlap = _BELIEFS.get(method, ("", False))
    if overlap:
        graph = _core.edge_overlap(graph, control=control)

    def spread(
        known: npt.NDArray[np.uint32], residuals: npt.NDArray[np.float64], how_far: float
    ) -> tuple[npt.NDArray[np.float64], float | None, int, bool]:
        if method == _DIRECTED:
            score, rounds, converged = _core.directed_belief(
                graph, known, residuals, strength=how_far, control=control
            )
            return score, None, rounds, converged
        return _core.linear_belief(
            graph,
            known,
            residuals,
            coupling=coupling,
            strength=how_far,
            control=control,
        )

    residuals = balanced(label, confidence)
    auc = None
    if strength is None:
        strength, auc = choose_strength(
            vertices, label, confidence, lambda *given: spread(*given)[0]
        )
    score, radius, rounds, converged = spread(vertices, residuals, strength)
    if not converged:
        warnings.warn(f"not converged after {rounds} rounds; lower strength", stacklevel=3)
    said = {
        "strength": strength,
        "cross_validated_auc": auc,
        "rounds": rounds,
        "converged": converged,
        "spectral_radius": radius,
    }
    table = pa.table({"vertex": ids, "score": pa.array(score)})
    return table.replace_schema_metadata({key: json.dumps(value) for key, value in said.items()})


def _labels(table: pa.Table) -> npt.NDArray[np.int64]:
    """The column `label`, checked before it is narrowed; 1 for all where there is none."""
    if "label" not in table.column_names:
        return np.ones(table.num_rows, np.int64)
    given = table["label"].to_pylist()
    for row, value in enumerate(given):
        if value not in (0, 1):
            raise ValueError(f"label is {value!r} in row {row}; give 1 (suspicious) or 0 (benign)")
    return np.array(given, dtype=np.int64)


def _reliability(table: pa.Table, history: Any) -> npt.NDArray[np.float64]:
    """For each label the posterior mean chance that what its source says is confirmed."""
    as_table(table, "source")
    mean = reliability_of(history)
    return np.array([mean.get(source, UNKNOWN_SOURCE) for source in table["source"].to_pylist()])


def _seeds(
    seeds: Any, ids: pa.Array, reliability: Any
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    table = _seed_table(seeds)
    if table.num_rows == 0:
        raise ValueError("no seeds given")
    wanted = id_column(table, "vertex")
    if wanted.type != ids.type:
        raise TypeError(f"seeds are {wanted.type} but the vertices of the edges are {ids.type}")
    confidence = np.ones(table.num_rows)
    if "confidence" in table.column_names:
        confidence = np.ascontiguousarray(table["confidence"].to_numpy(), dtype=np.float64)
    label = _labels(table)
    if "label" in table.column_names and not ((confidence > 0.0) & (confidence <= 1.0)).all():
        row = int(np.argmin((confidence > 0.0) & (confidence <= 1.0)))
        raise ValueError(f"confidence is {confidence[row]} in row {row}; give above 0, at most 1")
    if reliability is not None:
        confidence = confidence * _reliability(table, reliability)
    place = pc.index_in(wanted, ids)
    known = place.is_valid().to_numpy(zero_copy_only=False)
    if not known.any():
        raise ValueError(f"none of the {len(known)} seeds is a vertex of the edges")
    if not known.all():
        warnings.warn(
            f"{int((~known).sum())} of {len(known)} seeds are touched by no edge and left out",
            stacklevel=3,
        )
    vertices = place.drop_null().to_numpy().astype(np.uint32)
    return np.ascontiguousarray(vertices), label[known], np.ascontiguousarray(confidence[known])
