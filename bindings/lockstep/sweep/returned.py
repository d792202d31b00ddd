"""New accounts that resemble suspended ones, night by night: what to look at, and nothing more."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.distinct import distinct
from lockstep.likeness import MOST_OBJECT_ACTIONS, Actions, actions_of, likeness_of, score_of
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.store import Store
from lockstep.sweep.clusters import Coordination
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.run import Run
from lockstep.sweep.schema import ALIKE, FEWEST_SHARED, MOST_RETURNERS, NEAR
from lockstep.sweep.waves import Past

__all__ = ["find_returners"]

_MOST_MOMENTS = 64  # at which the suspended so far are taken for seeds: bounds the propagations
_SHOWN = 5  # of what two accounts share
_FIRST = 10  # rows in run.json
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def find_returners(
    store: Store,
    past: Past,
    kinds: list[str],
    coordination: Coordination,
    options: SweepOptions,
    previous: Run | None,
    control: _core.RunControl,
) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """Columns of the returners table, and what the summary says of them.

    New is an account whose first action is within the time that is swept, and that came after an
    account was suspended: with those that were gone by then it is compared, with no others.
    """
    since_s, first_s = past.waves.since_s, past.first_s
    known = np.flatnonzero(since_s < LATEST_S)
    new = _new_accounts(past, EARLIEST_S if options.since_s is None else options.since_s)
    actions = actions_of(store, kinds, np.concatenate([new, known]), past.to_s)
    likeness = likeness_of(actions, new, known, first_s[new], since_s[known], MOST_OBJECT_ACTIONS)
    close = _Closeness(coordination, past, known, new, options.damping, control)
    paths = close.paths(control)
    near = np.array([0 < len(path) <= NEAR for path in paths], dtype=np.bool_)
    score = score_of(likeness, close.values)
    alike = near | ((score >= ALIKE) & (likeness.shared >= FEWEST_SHARED))
    order = np.lexsort((new, -score, ~alike))
    order = order[score[order] > 0][: max(MOST_RETURNERS, int(alike.sum()))]
    walked = [paths[place] for place in order]
    similarity = likeness.similarity[order]
    like = np.where(similarity > 0, known[likeness.most_like[order]], -1)
    begins = np.array([path[0] if path else -1 for path in walked], dtype=np.int64)
    resembles = np.where(close.values[order] >= similarity, begins, like)
    columns: dict[str, list[Any]] = {
        "rank": list(range(1, len(order) + 1)),
        "account_id": store.names("account", new[order].astype(np.uint32)).to_pylist(),
        "score": score[order].tolist(),
        "alike": alike[order].tolist(),
        "first_s": first_s[new[order]].tolist(),
        "similarity": similarity.tolist(),
        "shared": likeness.shared[order].tolist(),
        "closeness": close.values[order].tolist(),
        "path": _named(store, walked),
        "rhythm": likeness.rhythm[order].tolist(),
        "resembles": store.names("account", resembles.astype(np.uint32)).to_pylist(),
        "wave": [past.waves.names[wave] for wave in past.waves.of_account[resembles]],
        "suspended_s": since_s[resembles].tolist(),
        **_shared(store, actions, new[order], like),
    }
    columns["fresh"] = _fresh(columns, previous)
    return columns, {"new": len(new), "suspended": len(known), **_counts(columns)}


def _new_accounts(past: Past, begin_s: int) -> I64:
    """Accounts that acted first since then, and since anybody was suspended, and were not."""
    since_s, first_s = past.waves.since_s, past.first_s
    earliest = max(begin_s, int(since_s.min(initial=LATEST_S)))
    return np.flatnonzero((first_s >= earliest) & (first_s < LATEST_S) & (since_s == LATEST_S))


def _shared(store: Store, actions: Actions, accounts: I64, like: I64) -> dict[str, list[Any]]:
    """Of each account: the suspended one most similar to it, if any, and what both share."""
    none = np.zeros(0, dtype=np.int64)
    things = [
        none if other < 0 else actions.common(account, other, MOST_OBJECT_ACTIONS)[:_SHOWN]
        for account, other in zip(accounts.tolist(), like.tolist(), strict=True)
    ]
    objects, targets = actions.names_of(store, things)
    names = iter(store.names("account", like[like >= 0].astype(np.uint32)).to_pylist())
    return {
        "most_like": [next(names) if other >= 0 else None for other in like],
        "shared_objects": objects,
        "shared_targets": targets,
    }


def _counts(columns: dict[str, list[Any]]) -> dict[str, Any]:
    alike = sum(columns["alike"])
    first = [
        {name: values[place] for name, values in columns.items()}
        for place in range(min(_FIRST, alike))
    ]
    listed = len(columns["rank"])
    return {"alike": alike, "fresh": sum(columns["fresh"]), "listed": listed, "first": first}


class _Closeness:
    """Personalised PageRank of new accounts from those that were suspended before each came."""

    def __init__(
        self,
        coordination: Coordination,
        past: Past,
        known: I64,
        new: I64,
        damping: float,
        control: _core.RunControl,
    ) -> None:
        self._graph, self._accounts = coordination.graph, coordination.accounts
        self._damping = damping
        vertex = np.full(len(past.first_s), -1, dtype=np.int64)
        vertex[coordination.accounts] = np.arange(len(coordination.accounts))
        tied = known[vertex[known] >= 0]
        tied = tied[np.argsort(past.waves.since_s[tied], kind="stable")]
        self._seeds, self._vertex = vertex[tied], vertex[new]
        self._gone = np.searchsorted(past.waves.since_s[tied], past.first_s[new], side="right")
        self._gone[self._vertex < 0] = 0
        moments = distinct(self._gone[self._gone > 0])
        if len(moments) > _MOST_MOMENTS:
            moments = moments[np.linspace(0, len(moments) - 1, _MOST_MOMENTS).astype(np.int64)]
            place = np.searchsorted(moments, self._gone, side="right") - 1
            self._gone = np.where(self._gone > 0, moments[place], 0)
        self.values: F64 = np.zeros(len(new))  # over the largest of them
        for gone in moments.tolist():
            rows = np.flatnonzero(self._gone == gone)
            scores = _core.propagation(
                self._graph, *self._from(gone), damping=damping, control=control
            ).scores
            self.values[rows] = scores[self._vertex[rows]] * gone
        self.values /= max(self.values.max(initial=0.0), 1e-300)

    def paths(self, control: _core.RunControl) -> list[list[int]]:
        """Accounts on the most probable walk to each new account; empty where there is none."""
        found: list[list[int]] = [[] for _ in self.values]
        gone = np.where(self.values > 0, self._gone, 0)
        for count in distinct(gone[gone > 0]).tolist():
            places = np.flatnonzero(gone == count)
            targets = np.ascontiguousarray(self._vertex[places].astype(np.uint32))
            walks = _core.explaining_paths(
                self._graph, *self._from(count), targets, damping=self._damping, control=control
            )
            for place, (walk, _) in zip(places.tolist(), walks, strict=True):
                found[place] = self._accounts[walk].tolist()
        return found

    def _from(self, gone: int) -> tuple[npt.NDArray[np.uint32], F64]:
        return np.sort(self._seeds[:gone]).astype(np.uint32), np.ones(gone)


def _fresh(columns: dict[str, list[Any]], previous: Run | None) -> list[bool]:
    """Which accounts are alike and were not so in the previous run."""
    before: set[str] = set()
    if previous is not None:
        table = previous.returners
        before = set(table.filter(table["alike"])["account_id"].to_pylist())
    rows = zip(columns["alike"], columns["account_id"], strict=True)
    return [alike and account not in before for alike, account in rows]


def _named(store: Store, paths: list[list[int]]) -> list[list[str]]:
    """The same paths, by the names of their accounts."""
    flat = np.array([account for path in paths for account in path], dtype=np.uint32)
    names = iter(store.names("account", flat).to_pylist())
    return [[next(names) for _ in path] for path in paths]
