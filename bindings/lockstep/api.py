"""The algorithms as functions on tables. Each takes any table and returns a `pyarrow.Table`."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.tables import Codes, as_seconds, as_table, encode, encode_together, id_column

__all__ = ["coaction", "communities", "propagate", "significance"]


def coaction(
    log: Any,
    *,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    time_unit: str = "s",
    memory_bytes: int = _core.MEMORY_BYTES,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Project a log of actions onto pairs of accounts that act on the same objects together.

    Parameters
    ----------
    log : table
        Columns `account_id` and `object_id` (strings or integers) and `timestamp` (UTC: integers
        or floats in `time_unit`, or Arrow timestamps). Rows in any order.
    window_s : int
        Two actions on one object this many seconds apart, or less, pair up. 0 or more.
    min_objects : int
        Keep pairs that meet on this many distinct objects. At least 1.
    time_unit : {"s", "ms", "us", "ns"}
        What integer times count since 1970.
    memory_bytes : int
        Past this, intermediate results go to a temporary file.
    control : RunControl, optional
        Reports progress to, and takes a stop from, another thread.

    Returns
    -------
    pyarrow.Table
        One row a pair, in (source, target) order: `source`, `target` (ids as in the log,
        source < target), `objects` (uint32, distinct objects shared within the window) and
        `pairs` (uint64, pairs of actions behind them).

    Raises
    ------
    ValueError
        On a missing column, a missing id or time, or an option out of range.
    TypeError
        On ids that are neither strings nor integers.

    Notes
    -----
    O(rows log rows + pairs of actions within the window); no popular object is capped. The same
    result for any number of threads. A pair that meets often may do so by mere activity: see
    `significance`.

    References
    ----------
    Pacheco et al., "Uncovering Coordinated Networks on Social Media", ICWSM 2021.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": ["a", "b", "a", "b", "c"],
    ...        "object_id": ["x", "x", "y", "y", "y"],
    ...        "timestamp": [0, 30, 500, 540, 900]}
    >>> ls.coaction(log, window_s=60, min_objects=2).to_pylist()
    [{'source': 'a', 'target': 'b', 'objects': 2, 'pairs': 2}]
    """
    action_log, accounts = _action_log(log, time_unit)
    found = _core.coaction(
        action_log,
        window_s=window_s,
        min_objects=min_objects,
        memory_bytes=memory_bytes,
        control=control,
    )
    return _pair_table(found, accounts)


def significance(
    log: Any,
    *,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    fdr: float = _core.FDR,
    time_unit: str = "s",
    memory_bytes: int = _core.MEMORY_BYTES,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Test every co-acting pair against chance, given its activity and its objects' crowding.

    Null model: account labels are exchangeable over the actions, objects and times stay. The
    number of shared objects is then Poisson with a mean that depends on the two accounts'
    activity alone.

    Parameters
    ----------
    log, window_s, min_objects, time_unit, memory_bytes, control
        As in `coaction`.
    fdr : float
        Level of the false discovery rate that `significant` marks. In (0, 1).

    Returns
    -------
    pyarrow.Table
        The table of `coaction` with `expected` (float64, shared objects to be expected by
        chance), `p_value`, `q_value` (float64) and `significant` (bool, q_value <= fdr).

    Raises
    ------
    ValueError, TypeError
        As in `coaction`, and where `fdr` is out of range.

    Notes
    -----
    q-values are Benjamini and Hochberg's over all pairs that could have been tested (both ends
    with at least `min_objects` actions), not only those that met. A small q says that two
    accounts act together more than activity and popularity explain; it says nothing of why.

    References
    ----------
    Benjamini and Hochberg, "Controlling the False Discovery Rate", JRSS B 57, 1995.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": [1, 2] * 6, "object_id": [n // 2 for n in range(12)],
    ...        "timestamp": [1000 * (n // 2) + n % 2 for n in range(12)]}
    >>> ls.significance(log)["objects"].to_pylist()
    [6]
    """
    if not 0.0 < fdr < 1.0:
        raise ValueError(f"fdr is {fdr}; give a rate above 0 and below 1")
    action_log, accounts = _action_log(log, time_unit)
    found = _core.coaction(
        action_log,
        window_s=window_s,
        min_objects=min_objects,
        memory_bytes=memory_bytes,
        control=control,
    )
    tested = _core.significance(
        action_log,
        found.source,
        found.target,
        found.objects,
        window_s=window_s,
        min_objects=min_objects,
        control=control,
    )
    q_value = _core.benjamini_hochberg(tested.log10_p, tested.testable)
    table = _pair_table(found, accounts)
    for name, values in (
        ("expected", tested.expected),
        ("p_value", tested.p_value),
        ("q_value", q_value),
        ("significant", q_value <= fdr),
    ):
        table = table.append_column(name, pa.array(values))
    return table


def communities(
    edges: Any,
    *,
    method: str = "leiden",
    resolution: float = _core.RESOLUTION,
    seed: int = _core.SEED,
    quality: str = "modularity",
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Split an undirected graph into communities, each of them connected.

    Parameters
    ----------
    edges : table
        Columns `source` and `target` (strings or integers); repeated edges add up.
    method : {"leiden"}
        Algorithm.
    resolution : float
        Above 0; more gives smaller communities.
    seed : int
        Same seed, same result, for any number of threads.
    quality : {"modularity", "cpm"}
        What is maximised.
    weight : str, optional
        Column of positive weights. Where not given: `weight` if there is one, else all are 1.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `community` (uint32, numbered from 0 by the
        smallest vertex).

    Raises
    ------
    ValueError
        On a missing column, a self-loop, a weight that is not positive, or an unknown option.

    References
    ----------
    Traag, Waltman and van Eck, "From Louvain to Leiden", Scientific Reports 9, 2019.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": [1, 1, 2, 4, 4, 5], "target": [2, 3, 3, 5, 6, 6]}
    >>> ls.communities(edges)["community"].to_pylist()
    [0, 0, 0, 1, 1, 1]
    """
    if method != "leiden":
        raise ValueError(f"method is {method!r}; give 'leiden'")
    graph, ids = _graph(edges, weight)
    found = _core.leiden(graph, quality=quality, resolution=resolution, seed=seed, control=control)
    return pa.table({"vertex": ids, "community": pa.array(found.community)})


def propagate(
    edges: Any,
    seeds: Any,
    *,
    method: str = "ppr",
    damping: float = _core.DAMPING,
    weight: str | None = None,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Score every vertex by how readily a walk from the seeds reaches it.

    Parameters
    ----------
    edges : table
        As in `communities`.
    seeds : iterable of ids, or table
        Vertices that walks start from; a table has `vertex` and, optionally, `confidence`
        (above 0). Seeds that no edge touches are left out with a warning.
    method : {"ppr"}
        Personalised PageRank.
    damping : float
        Share of score passed on per step, in [0, 1).
    weight : str, optional
        As in `communities`.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `score` (float64, non-negative, summing to 1).

    Raises
    ------
    ValueError
        On a missing column, no seed in the graph, or an option out of range.

    Notes
    -----
    A score is closeness to the seeds in the graph given. It is no probability of anything the
    account did.

    References
    ----------
    Haveliwala, "Topic-Sensitive PageRank", WWW 2002.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["b", "c"]}
    >>> ls.propagate(edges, ["a"], damping=0.5)["score"].to_numpy().round(3).tolist()
    [0.583, 0.333, 0.083]
    """
    if method != "ppr":
        raise ValueError(f"method is {method!r}; give 'ppr'")
    graph, ids = _graph(edges, weight)
    vertices, confidence = _seeds(seeds, ids)
    found = _core.propagation(graph, vertices, confidence, damping=damping, control=control)
    return pa.table({"vertex": ids, "score": pa.array(found.scores)})


def _action_log(log: Any, time_unit: str) -> tuple[_core.ActionLog, Codes]:
    table = as_table(log, "account_id", "object_id", "timestamp")
    accounts = encode(id_column(table, "account_id"))
    objects = encode(id_column(table, "object_id"))
    times = as_seconds(table, "timestamp", time_unit)
    action_log = _core.ActionLog(accounts.codes, objects.codes, times, account_count=len(accounts))
    return action_log, accounts


def _pair_table(found: _core.CoactionResult, accounts: Codes) -> pa.Table:
    return pa.table(
        {
            "source": accounts.take(found.source),
            "target": accounts.take(found.target),
            "objects": pa.array(found.objects),
            "pairs": pa.array(found.pairs),
        }
    )


def _graph(edges: Any, weight: str | None) -> tuple[_core.Graph, pa.Array]:
    table = as_table(edges)
    as_table(table, "source", "target", *([] if weight is None else [weight]))
    (source, target), ids = encode_together(id_column(table, "source"), id_column(table, "target"))
    if weight is None and "weight" in table.column_names:
        weight = "weight"
    weights: npt.NDArray[np.float64] = np.ones(table.num_rows)
    if weight is not None:
        weights = np.ascontiguousarray(table[weight].to_numpy(), dtype=np.float64)
    return _core.Graph(len(ids), source, target, weights), ids


def _seeds(seeds: Any, ids: pa.Array) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]:
    is_list = isinstance(seeds, Iterable) and not hasattr(seeds, "__arrow_c_stream__")
    if is_list and not isinstance(seeds, dict):
        table = pa.table({"vertex": pa.array(list(seeds))})
    else:
        table = as_table(seeds)
        as_table(table, "vertex")
    if table.num_rows == 0:
        raise ValueError("no seeds given")
    wanted = id_column(table, "vertex")
    if wanted.type != ids.type:
        raise TypeError(f"seeds are {wanted.type} but the vertices of the edges are {ids.type}")
    confidence = np.ones(table.num_rows)
    if "confidence" in table.column_names:
        confidence = np.ascontiguousarray(table["confidence"].to_numpy(), dtype=np.float64)
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
    return np.ascontiguousarray(vertices), np.ascontiguousarray(confidence[known])
