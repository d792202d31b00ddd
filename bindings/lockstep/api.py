"""Projection and test as functions on tables of actions."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pyarrow as pa

from lockstep import _core
from lockstep.progress import shows_progress
from lockstep.strata import test_pairs
from lockstep.tables import Codes, as_seconds, as_table, encode, id_column

__all__ = ["action_log", "coaction", "left_out", "significance"]

_LEFT_OUT = b"left_out"  # key in the schema metadata of a table of pairs


@shows_progress
def coaction(
    log: Any,
    *,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
    time_unit: str = "s",
    memory_bytes: int = _core.MEMORY_BYTES,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Project a log of actions onto pairs of accounts that act on the same objects together.

    Parameters
    ----------
    log : table or path
        Pyarrow, pandas, polars, DuckDB, a dict of columns; or a CSV, NDJSON, Parquet or Arrow file.
        Columns `account_id` and `object_id` (strings or integers) and `timestamp` (UTC: integers
        or floats in `time_unit`, or Arrow timestamps). Rows in any order.
    window_s : int
        Two actions on one object this many seconds apart, or less, pair up. 0 or more.
    min_objects : int
        Keep pairs that meet on this many distinct objects. At least 1.
    max_object_actions : int
        Leave out objects with more actions; 0 leaves out none. `left_out` lists them.
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

    Warns
    -----
    UserWarning
        Where `max_object_actions` left objects out.

    Raises
    ------
    ValueError
        On a missing column, a missing id or time, or an option out of range.
    TypeError
        On ids that are neither strings nor integers.

    Notes
    -----
    O(rows log rows + pairs of actions within the window); no popular object is capped unless
    asked for. The same result for any number of threads. A pair that meets often may do so by
    mere activity: see `significance`.

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
    actions, accounts, objects = action_log(log, time_unit)
    found = _core.coaction(
        actions,
        window_s=window_s,
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        memory_bytes=memory_bytes,
        control=control,
    )
    return _pair_table(found, accounts, objects)


@shows_progress
def significance(
    log: Any,
    *,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
    fdr: float = _core.FDR,
    strata: str = "none",
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
    log, window_s, min_objects, max_object_actions, time_unit, memory_bytes, control
        As in `coaction`; activity and crowding are those of the objects not left out.
    fdr : float
        Level of the false discovery rate that `significant` marks. In (0, 1).
    strata : {"none", "day", "hour_of_week"}
        Over which actions account labels are exchangeable: over all; or only within a UTC day, or
        within one of the 168 hours of the week, so that accounts which came for the same days, or
        keep the same hours, are expected to meet more often.

    Returns
    -------
    pyarrow.Table
        The table of `coaction` with `expected` (float64, shared objects to be expected by
        chance), `p_value`, `q_value` (float64) and `significant` (bool, q_value <= fdr).

    Raises
    ------
    ValueError, TypeError
        As in `coaction`, where `fdr` is out of range, and on unknown `strata`.

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
    actions, accounts, objects = action_log(log, time_unit)
    found = _core.coaction(
        actions,
        window_s=window_s,
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        memory_bytes=memory_bytes,
        control=control,
    )
    tested = test_pairs(
        actions,
        found,
        strata,
        window_s=window_s,
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        control=control,
    )
    q_value = _core.benjamini_hochberg(tested.log10_p, tested.testable)
    table = _pair_table(found, accounts, objects)
    for name, values in (
        ("expected", tested.expected),
        ("p_value", tested.p_value),
        ("q_value", q_value),
        ("significant", q_value <= fdr),
    ):
        table = table.append_column(name, pa.array(values))
    return table


def left_out(pairs: pa.Table) -> pa.Table:
    """List the objects that `max_object_actions` kept out of a projection.

    Parameters
    ----------
    pairs : pyarrow.Table
        As `coaction` or `significance` gave it; a part of it, or more columns, do no harm.

    Returns
    -------
    pyarrow.Table
        `object_id` (as in the log) and `actions` (uint64), the most popular first.

    Raises
    ------
    ValueError
        On a table that comes from neither.

    Notes
    -----
    The list travels in the schema metadata of the table (key `left_out`, as JSON), which Arrow
    and Parquet keep and pandas does not.

    Examples
    --------
    >>> import warnings
    >>> import lockstep as ls
    >>> log = {"account_id": ["a", "b", "c"], "object_id": ["x", "x", "y"], "timestamp": [0, 1, 2]}
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     pairs = ls.coaction(log, max_object_actions=1)
    >>> ls.left_out(pairs).to_pylist()
    [{'object_id': 'x', 'actions': 2}]
    """
    found = (pairs.schema.metadata or {}).get(_LEFT_OUT)
    if found is None:
        raise ValueError(
            "the table's schema says nothing of objects left out; give one of coaction"
        )
    said = json.loads(found)
    return pa.table(
        {
            "object_id": pa.array(said["object_id"], pa.type_for_alias(said["type"])),
            "actions": pa.array(said["actions"], pa.uint64()),
        }
    )


def action_log(log: Any, time_unit: str) -> tuple[_core.ActionLog, Codes, Codes]:
    """A table of actions as the engine takes it, with the ids of its accounts and objects."""
    table = as_table(log, "account_id", "object_id", "timestamp")
    accounts = encode(id_column(table, "account_id"))
    objects = encode(id_column(table, "object_id"))
    times = as_seconds(table, "timestamp", time_unit)
    actions = _core.ActionLog(accounts.codes, objects.codes, times, account_count=len(accounts))
    return actions, accounts, objects


def _pair_table(found: _core.CoactionResult, accounts: Codes, objects: Codes) -> pa.Table:
    table = pa.table(
        {
            "source": accounts.take(found.source),
            "target": accounts.take(found.target),
            "objects": pa.array(found.objects),
            "pairs": pa.array(found.pairs),
        }
    )
    popular, actions = found.left_out
    order = np.lexsort((popular, -actions.astype(np.int64)))
    listed = pa.table(
        {"object_id": objects.take(popular[order]), "actions": pa.array(actions[order])}
    )
    if listed.num_rows:
        warnings.warn(
            f"{listed.num_rows:,} objects with {int(actions.sum()):,} actions were left out for "
            f"max_object_actions; lockstep.left_out(table) lists them",
            stacklevel=3,
        )
    said = {"type": str(listed["object_id"].type), **listed.to_pydict()}
    return table.replace_schema_metadata({_LEFT_OUT: json.dumps(said)})
