"""What groups of other accounts do that are as large and as active as a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.distinct import distinct
from lockstep.sweep.clusters import Coordination, Evidence
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.schema import POOL_PER_MEMBER

__all__ = ["Control", "Meetings", "objects_of_clusters", "organic_controls"]

_MOST_CLUSTERS = 200  # as many as the report lists; the others get no control
_MOST_MEMBERS = 30  # of a larger cluster so many are drawn, and as many for each control
_NEAR = 25  # places in the order of activity that a stand-in may be off
_AUDIENCE_ROWS = 1_000_000  # of the rarest objects of a cluster, whose accounts are asked
_BATCH_ROWS = 4_000_000
_EVER_S = 2**40

BOOLS = npt.NDArray[np.bool_]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@dataclass
class Control:
    """Clusters beside matched groups; NaN where one was not compared."""

    synchrony: F64  # of each cluster
    percentile: F64
    median: F64  # synchrony of its control groups
    pool: list[str]  # whom they were drawn from: audience, all, too few, or not compared


@dataclass
class Meetings:
    """On which objects members of clusters met; columns in order, no row twice."""

    cluster: I64
    layer: I64
    object: I64


class _Actions:
    """The actions of all layers; a (layer, object) is an object here, numbered by its runs."""

    def __init__(self, layers: list[Layer], max_object_actions: int) -> None:
        self._logs = [layer.log for layer in layers]
        self._windows = np.array([layer.window_s for layer in layers], dtype=np.int64)
        self._first_run = np.cumsum([0, *(log.object_count for log in self._logs)])
        self._most = max_object_actions or 2**63 - 1
        self.objects = int(self._first_run[-1])
        self.activity = np.zeros(self._logs[0].account_count, dtype=np.int64)
        for log in self._logs:
            self.activity += np.bincount(log.accounts, minlength=log.account_count)

    def window_of(self, object_: I64) -> I64:
        """Window of the layer that each object is of."""
        return self._windows[np.searchsorted(self._first_run, object_, "right") - 1]

    def by_activity(self, accounts: npt.NDArray[Any]) -> I64:
        """Accounts in order of their activity."""
        return accounts[np.argsort(self.activity[accounts], kind="stable")].astype(np.int64)

    def accounts_on(self, layer: I64, object_: I64) -> U32:
        """Accounts that acted on these objects, the rarest of each layer first, up to a limit."""
        parts = []
        for number, log in enumerate(self._logs):
            run = np.searchsorted(log.objects, object_[layer == number].astype(np.uint32))
            start = log.offsets[run].astype(np.int64)
            size = log.offsets[run + 1].astype(np.int64) - start
            rarest = np.argsort(size, kind="stable")
            fits = rarest[np.cumsum(size[rarest]) <= _AUDIENCE_ROWS]
            parts.append(log.accounts[_ranges(start[fits], size[fits])])
        return distinct(np.concatenate(parts))

    def of_accounts(self, wanted: BOOLS) -> tuple[U32, I64, I64]:
        """Account, object and time of all actions of some accounts, in order of account."""
        parts: list[tuple[U32, I64, I64]] = []
        for log, first in zip(self._logs, self._first_run[:-1], strict=True):
            row = np.flatnonzero(wanted[log.accounts])
            run = np.searchsorted(log.offsets, row, "right") - 1
            size = np.diff(log.offsets)[run]
            row, run = row[size <= self._most], run[size <= self._most]
            parts.append((log.accounts[row], run + first, log.times[row]))
        account = np.concatenate([part[0] for part in parts])
        order = np.argsort(account, kind="stable")
        object_, time_s = (np.concatenate([part[i] for part in parts])[order] for i in (1, 2))
        return account[order], object_, time_s


def organic_controls(
    layers: list[Layer],
    coordination: Coordination,
    met: Meetings,
    options: SweepOptions,
    control: _core.RunControl,
) -> Control:
    """Compares the first clusters with `options.controls` random groups of organic accounts each.

    The synchrony of a group is the share, of all (pair of its accounts, object) that both acted
    on, of those where they did within the window; 0 where no pair shares an object. For each
    member a stand-in is drawn among the accounts outside all clusters that are about as active:
    from the audience of the cluster's own objects where it has `POOL_PER_MEMBER` accounts a
    member, else from all. The percentile counts equals half. Seeded by the options.
    """
    count = len(coordination.scores)
    missing = np.full(count, np.nan)
    result = Control(missing, missing.copy(), missing.copy(), ["not compared"] * count)
    compared = min(count, _MOST_CLUSTERS) if options.controls else 0
    if not compared:
        return result
    actions = _Actions(layers, options.max_object_actions)
    organic = actions.activity > 0
    organic[coordination.accounts[coordination.cluster >= 0]] = False
    everybody = actions.by_activity(np.flatnonzero(organic))
    bounds = np.searchsorted(met.cluster, np.arange(compared + 1))
    drawn: list[I64] = []  # of each cluster compared: a group a row, the cluster itself first
    for cluster in range(compared):
        members = coordination.accounts[coordination.cluster == cluster].astype(np.int64)
        own = slice(bounds[cluster], bounds[cluster + 1])
        audience = actions.accounts_on(met.layer[own], met.object[own])
        near = actions.by_activity(audience[organic[audience]])
        pool, result.pool[cluster] = _pool(near, everybody, len(members))
        drawn.append(_draw(members, pool, actions.activity, options, cluster))
    _compare(result, _synchrony(actions, drawn, control))
    return result


def objects_of_clusters(edges: Edges, coordination: Coordination, evidence: Evidence) -> Meetings:
    """The (cluster, layer, object) on which members met, distinct and in order."""
    ends = [coordination.cluster[coordination.vertex_of(e)] for e in (edges.source, edges.target)]
    layers = int(edges.layer.max(initial=0)) + 1
    place = np.where(ends[0] == ends[1], ends[0] * layers + edges.layer, -1)[evidence.edge]
    inside = np.flatnonzero(place >= 0)
    met = distinct(place[inside] << 32 | evidence.object[inside])
    return Meetings((met >> 32) // layers, (met >> 32) % layers, met & 0xFFFFFFFF)


def _compare(result: Control, synchrony: list[F64]) -> None:
    for cluster, values in enumerate(synchrony):
        own, others = values[0], values[1:]
        result.synchrony[cluster] = own
        if len(others):
            result.median[cluster] = np.median(others)
            result.percentile[cluster] = 100.0 * np.mean((others < own) + 0.5 * (others == own))


def _pool(audience: I64, everybody: I64, members: int) -> tuple[I64, str]:
    """Accounts to draw from, and who they are."""
    for pool, name in ((audience, "audience"), (everybody, "all")):
        if len(pool) >= POOL_PER_MEMBER * members:
            return pool, name
    return everybody[:0], "too few"


def _draw(members: I64, pool: I64, activity: I64, options: SweepOptions, cluster: int) -> I64:
    """The cluster, some of it where it is large, and below it its control groups."""
    random = np.random.default_rng([options.seed, cluster])
    if len(members) > _MOST_MEMBERS:
        members = np.sort(random.choice(members, _MOST_MEMBERS, replace=False))
    if not len(pool):
        return members[None]
    others = _stand_ins(members, pool, activity, options.controls, random)
    return np.concatenate([members[None], others])


def _stand_ins(
    members: I64, pool: I64, activity: I64, groups: int, random: np.random.Generator
) -> I64:
    """Groups of distinct accounts of the pool, each near a member's place in its order."""
    place = np.searchsorted(activity[pool], activity[members])
    drawn = place + random.integers(-_NEAR, _NEAR + 1, (groups, len(members)))
    drawn = np.sort(np.clip(drawn, 0, len(pool) - 1), axis=1)
    step = np.arange(len(members))
    # Of equal places the later ones move up, and down again from the end.
    drawn = np.maximum.accumulate(drawn - step, axis=1) + step
    return pool[np.minimum(drawn, len(pool) - len(members) + step)]


def _synchrony(actions: _Actions, drawn: list[I64], control: _core.RunControl) -> list[F64]:
    """Synchrony of each group of each cluster."""
    wanted = np.zeros(len(actions.activity), dtype=np.bool_)
    for groups in drawn:
        wanted[groups] = True
    account, object_, time_s = actions.of_accounts(wanted)
    first = np.searchsorted(account, np.arange(len(wanted) + 1))
    seats = np.concatenate([groups.ravel() for groups in drawn])  # an account in a group
    widths = np.repeat([g.shape[1] for g in drawn], [g.shape[0] for g in drawn])
    group = np.repeat(np.arange(len(widths)), widths)
    size = first[seats + 1] - first[seats]
    batch = np.cumsum(size) // _BATCH_ROWS
    batch = batch[np.searchsorted(group, group)]  # a group stays whole
    met = np.zeros((2, len(widths)))  # (pair, object) within the window, and ever
    for number in np.unique(batch):
        chosen = np.flatnonzero(batch == number)
        row = _ranges(first[seats[chosen]], size[chosen])
        seat = np.repeat(np.arange(len(chosen), dtype=np.uint32), size[chosen])
        key = group[chosen][seat] * actions.objects + object_[row]
        codes = np.unique(key, return_inverse=True)[1].astype(np.uint32)
        window = actions.window_of(object_[row])
        passes = [(0, int(own), window == own) for own in np.unique(window)]
        for number_of, within_s, rows in [*passes, (1, _EVER_S, slice(None))]:
            log = _core.ActionLog(
                seat[rows], codes[rows], time_s[row][rows], account_count=len(chosen)
            )
            found = _core.coaction(log, window_s=within_s, min_objects=1, control=control)
            met[number_of] += np.bincount(
                group[chosen][found.source], found.objects, minlength=len(widths)
            )
    values = np.divide(met[0], met[1], out=np.zeros(len(widths)), where=met[1] > 0)
    return np.split(values, np.cumsum([groups.shape[0] for groups in drawn])[:-1])


def _ranges(start: I64, size: I64) -> I64:
    """All positions of [start, start + size) of each, one after another."""
    before = np.cumsum(size) - size
    return np.repeat(start - before, size) + np.arange(int(size.sum()))
