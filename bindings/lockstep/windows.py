"""How ties hold within other windows, and what is left of them once times are shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.api import action_log
from lockstep.progress import shows_progress
from lockstep.shuffles import dealt_anew

__all__ = [
    "SHUFFLES",
    "LayerLog",
    "Ties",
    "in_force",
    "least_settings",
    "robustness",
    "shuffle_times",
    "shuffled_layers",
    "tried",
]

WINDOWS_S = (15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 600)
SHUFFLES = 5

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LayerLog:
    """What some accounts did in one layer, and the window of each setting, rising."""

    log: _core.ActionLog
    windows_s: Sequence[int]


@dataclass(frozen=True)
class Ties:
    """Pairs of accounts, each with the first setting in which it is tied."""

    source: U32
    target: U32
    setting: I64


@shows_progress
def robustness(
    log: Any,
    *,
    windows_s: Sequence[int] = WINDOWS_S,
    min_objects: int = _core.MIN_OBJECTS,
    shuffles: int = SHUFFLES,
    time_unit: str = "s",
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Count the ties of some accounts within several windows, beside those of shuffled times.

    Meant for the actions of one group of accounts: a group that acts in concert holds together in
    most windows and falls apart once times are shuffled; one that only is busy does neither.

    Parameters
    ----------
    log : table or path
        As in `coaction`.
    windows_s : sequence of int
        Windows in seconds, rising, each 0 or more.
    min_objects : int
        Distinct objects that a pair must meet on to be tied. At least 1.
    shuffles : int
        Times that `shuffle_times` is done, each with a seed of its own. At least 1.
    time_unit : {"s", "ms", "us", "ns"}
        What integer times count since 1970.
    seed : int
        Same seed, same result, for any number of threads.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        One row a window: `window_s`, `pairs` (tied), `largest_component` (accounts in the largest
        connected part), `shuffled_pairs` and `shuffled_component` (means of the same over the
        shuffles), `holds` (half of the accounts or more are in the largest part, and shuffled
        times tie at most half as many pairs). All int64, means float64, `holds` bool.

    Raises
    ------
    ValueError
        On what `coaction` refuses, windows that do not rise, or no shuffle.

    Notes
    -----
    (shuffles + 1) * windows projections. It counts and does not test: a tie here is not an edge
    that holds a false discovery rate, for that see `significance`.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": ["a", "b"] * 3, "object_id": ["x", "x", "y", "y", "z", "z"],
    ...        "timestamp": [0, 20, 4000, 4020, 9000, 9020]}
    >>> ls.robustness(log, windows_s=[10, 60])["pairs"].to_pylist()
    [0, 1]
    """
    if list(windows_s) != sorted(set(windows_s)) or len(windows_s) == 0 or windows_s[0] < 0:
        raise ValueError(f"windows_s is {list(windows_s)}; give rising seconds, 0 or more")
    actions, accounts, _ = action_log(log, time_unit)
    layers = [LayerLog(actions, windows_s)]
    settings = pa.array(list(windows_s), pa.int64())
    real = least_settings(layers, min_objects, control)
    found = tried(layers, real, len(accounts), len(settings), min_objects, shuffles, seed, control)
    return pa.table({"window_s": settings, **found})


def shuffle_times(log: Any, *, time_unit: str = "s", seed: int = _core.SEED) -> pa.Table:
    """Deal the times of each account's actions out anew among its own actions.

    Each account keeps its objects and its hours; when it acted on which object is chance. What a
    picture of such a log shows is what chance looks like.

    Parameters
    ----------
    log : table or path
        As in `coaction`.
    time_unit : {"s", "ms", "us", "ns"}
        What integer times count since 1970.
    seed : int
        Same seed, same result.

    Returns
    -------
    pyarrow.Table
        `account_id`, `object_id` and `timestamp` (int64, UTC seconds), a row an action, by object
        and time.

    Raises
    ------
    ValueError, TypeError
        As in `coaction`.

    Notes
    -----
    O(rows log rows).

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": ["a", "a"], "object_id": ["x", "y"], "timestamp": [5, 700]}
    >>> sorted(ls.shuffle_times(log)["timestamp"].to_pylist())
    [5, 700]
    """
    actions, accounts, objects = action_log(log, time_unit)
    made = _shuffled(actions, np.random.default_rng(seed))
    return pa.table(
        {
            "account_id": accounts.take(made.accounts),
            "object_id": objects.take(_objects_of(made)),
            "timestamp": pa.array(made.times),
        }
    )


def shuffled_layers(layers: Sequence[LayerLog], random: np.random.Generator) -> list[LayerLog]:
    """The same layers with the times of each account dealt out anew, layer by layer."""
    return [LayerLog(_shuffled(each.log, random), each.windows_s) for each in layers]


def _shuffled(log: _core.ActionLog, random: np.random.Generator) -> _core.ActionLog:
    """A log with the times of each account dealt out anew among its actions."""
    times = dealt_anew(random, log.times, log.accounts)
    return _core.ActionLog(log.accounts, _objects_of(log), times, account_count=log.account_count)


def _objects_of(log: _core.ActionLog) -> U32:
    return np.repeat(log.objects, np.diff(log.offsets).astype(np.int64))


def least_settings(
    layers: Sequence[LayerLog],
    min_objects: int,
    control: _core.RunControl | None = None,
) -> Ties:
    """Pairs that some layer ties in some setting, each with the first such setting."""
    keys, settings = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for layer in layers:
        for setting, window_s in enumerate(layer.windows_s):
            found = _core.coaction(
                layer.log, window_s=window_s, min_objects=min_objects, control=control
            )
            keys.append((found.source.astype(np.uint64) << np.uint64(32)) | found.target)
            settings.append(np.full(len(found.source), setting, np.int64))
    key, tied_in = np.concatenate(keys), np.concatenate(settings)
    order = np.lexsort((tied_in, key))
    pairs, first = np.unique(key[order], return_index=True)
    return Ties(
        (pairs >> np.uint64(32)).astype(np.uint32),
        (pairs & np.uint64(2**32 - 1)).astype(np.uint32),
        tied_in[order][first],
    )


def tried(
    layers: Sequence[LayerLog],
    ties: Ties,
    accounts: int,
    settings: int,
    min_objects: int,
    shuffles: int,
    seed: int,
    control: _core.RunControl | None = None,
) -> dict[str, pa.Array]:
    """The columns of `robustness` behind the window, of accounts in any number of layers.

    `ties` are their `least_settings`.
    ValueError where there is no shuffle.
    """
    if shuffles < 1:
        raise ValueError(f"shuffles is {shuffles}; give 1 or more")
    real = in_force(ties, accounts, settings)
    random = np.random.default_rng(seed)
    by_chance = np.mean(
        [
            in_force(
                least_settings(shuffled_layers(layers, random), min_objects, control),
                accounts,
                settings,
            )
            for _ in range(shuffles)
        ],
        axis=0,
    )
    holds = (2 * real[1] >= accounts) & (2 * by_chance[0] <= real[0]) & (real[0] > 0)
    return {
        "pairs": pa.array(real[0]),
        "largest_component": pa.array(real[1]),
        "shuffled_pairs": pa.array(by_chance[0]),
        "shuffled_component": pa.array(by_chance[1]),
        "holds": pa.array(holds),
    }


def in_force(ties: Ties, accounts: int, settings: int) -> I64:
    """Pairs, and accounts in the largest part, in each setting; shape (2, settings)."""
    counts = np.zeros((2, settings), np.int64)
    for setting in range(settings):
        kept = ties.setting <= setting
        source, target = ties.source[kept], ties.target[kept]
        counts[0, setting] = len(source)
        if len(source):
            graph = _core.Graph(accounts, source, target, np.ones(len(source)))
            component, _ = _core.connected_components(graph)
            counts[1, setting] = np.bincount(component).max()
    return counts
