"""How much accounts act as others did: what they act on, whom they act upon, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from lockstep.distinct import RowsByNumber, distinct, starts_of_runs
from lockstep.graphs import Graph
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.store import Store

__all__ = [
    "MOST_OBJECT_ACTIONS",
    "Actions",
    "Likeness",
    "actions_of",
    "first_times",
    "likeness_of",
    "score_of",
]

MOST_OBJECT_ACTIONS = 1_000  # objects with more tell nobody apart
_HOURS = 168  # of a week
_RHYTHM_WEIGHT = 0.2  # many strangers keep the same hours: it breaks ties, and no more
_BATCH = 10_000_000  # shared things that are looked at together: bounds the memory
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


@dataclass
class Actions:
    """Rows of some accounts: who, on what (a number of its own for each object and target), when.

    A target is no action of its own: its time is LATEST_S.
    """

    account: I64
    thing: I64
    time_s: I64
    accounts: int
    popularity: I64  # of each thing: rows of anybody
    parts: list[tuple[int, str, I64]] = field(default_factory=list)  # first thing, "object" or
    # "account", and ids: of what the things from there on are

    @cached_property
    def _rows(self) -> RowsByNumber:
        return RowsByNumber(self.account, self.accounts)

    @property
    def rarity(self) -> F64:
        """Weight of each thing; 0 where only one account, or too many, have to do with it."""
        return np.maximum(np.log(self.accounts / np.maximum(self.popularity, 1)), 0.0)

    def things_of(self, accounts: I64, most: int) -> csr_array:
        """The rarity of what each of some accounts acted on, once each; popular things are 0."""
        telling = (self.popularity > 1) & (self.popularity <= most)
        place = np.full(self.accounts, -1, dtype=np.int64)
        place[accounts] = np.arange(len(accounts))
        rows = np.flatnonzero((place[self.account] >= 0) & telling[self.thing])
        things = len(self.popularity)
        key = distinct(place[self.account[rows]] * things + self.thing[rows])
        row, thing = key // things, key % things
        return csr_array((self.rarity[thing], (row, thing)), shape=(len(accounts), things))

    def common(self, account: int, other: int, most: int) -> I64:
        """Telling things that two accounts have in common, the rarest first."""
        first, second = (self.thing[self._rows.of(one)] for one in (account, other))
        both = np.intersect1d(first, second)
        often = self.popularity[both]
        return both[often <= most][np.argsort(often[often <= most], kind="stable")]

    def names_of(self, store: Store, lists: list[I64]) -> tuple[list[list[str]], list[list[str]]]:
        """Lists of things by their names: the objects of each, and the targets of each."""
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *lists])
        part = np.searchsorted([first for first, _, _ in self.parts], flat, side="right") - 1
        names = np.empty(len(flat), dtype=object)
        for number, (first, space, ids) in enumerate(self.parts):
            rows = np.flatnonzero(part == number)
            names[rows] = store.names(space, ids[flat[rows] - first].astype(np.uint32)).to_pylist()
        target = np.array([space == "account" for _, space, _ in self.parts])[part]
        bounds = list(pairwise(np.cumsum([0, *(len(things) for things in lists)]).tolist()))
        objects, targets = (
            [names[begin:end][is_one[begin:end]].tolist() for begin, end in bounds]
            for is_one in (~target, target)
        )
        return objects, targets

    def hours_of(self, accounts: I64) -> csr_array:
        """Actions of each of some distinct accounts by hour of the week, of length 1.

        An hour before and after count half: few actions say little of the very hour.
        """
        place = np.full(self.accounts, -1, dtype=np.int64)
        place[accounts] = np.arange(len(accounts))
        rows = np.flatnonzero((place[self.account] >= 0) & (self.time_s < LATEST_S))
        hour = self.time_s[rows] // 3600 % _HOURS
        account = place[self.account[rows]]
        parts = [(0, 1.0), (1, 0.5), (-1, 0.5)]
        shape = (len(accounts), _HOURS)
        counts = sum(
            csr_array((np.full(len(rows), weight), (account, (hour + step) % _HOURS)), shape=shape)
            for step, weight in parts
        )
        norm = np.sqrt(counts.multiply(counts).sum(axis=1))
        scale = 1.0 / np.maximum(norm, 1e-300)
        return csr_array(counts.multiply(scale[:, np.newaxis]))


def first_times(store: Store, kinds: Sequence[str], to_s: int = LATEST_S) -> tuple[I64, int]:
    """When each account of the store acted first, and the second after the last action of all.

    Before `to_s`; LATEST_S for an account that did not act, EARLIEST_S where none did.
    """
    first, end_s = np.zeros(0, dtype=np.int64), EARLIEST_S
    for kind in kinds:
        log, _ = store.core.scan(kind, from_s=EARLIEST_S, to_s=to_s)
        if not len(first):
            first = np.full(log.account_count, LATEST_S, dtype=np.int64)
        np.minimum.at(first, log.accounts, log.times)
        if len(log):
            end_s = max(end_s, int(log.times.max()) + 1)
    return first, end_s


def actions_of(store: Store, kinds: Sequence[str], accounts: I64, to_s: int = LATEST_S) -> Actions:
    """All that some accounts did before `to_s`, and upon whom; one kind at a time is in memory."""
    parts: list[tuple[I64, I64, I64]] = []
    popularity: list[I64] = []
    names: list[tuple[int, str, I64]] = []
    everybody, things = 0, 0
    for kind in kinds:
        log, _ = store.core.scan(kind, from_s=EARLIEST_S, to_s=to_s)
        everybody = log.account_count
        wanted = np.zeros(everybody, dtype=np.bool_)
        wanted[accounts] = True
        rows = np.flatnonzero(wanted[log.accounts])
        offsets = log.offsets.astype(np.int64)
        run = np.searchsorted(offsets, rows, side="right") - 1
        parts.append((log.accounts[rows].astype(np.int64), run + things, log.times[rows]))
        popularity.append(np.diff(offsets))
        names.append((things, "object", log.objects.astype(np.int64)))
        things += log.object_count
        graph = store.graph(kind)
        if len(graph.targets):
            source, target = _targets_of(graph, np.flatnonzero(wanted))
            parts.append((source, target + things, np.full(len(source), LATEST_S)))
            arrivals: I64 = graph.in_offsets.astype(np.int64)
            popularity.append(np.diff(arrivals))
            names.append((things, "account", np.arange(everybody)))
            things += everybody
    account, thing, time_s = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Actions(account, thing, time_s, everybody, np.concatenate(popularity), names)


def _targets_of(graph: Graph, accounts: I64) -> tuple[I64, I64]:
    """Arcs out of some accounts: from whom, and upon whom."""
    begin, end = (graph.offsets[accounts + step].astype(np.int64) for step in (0, 1))
    degree = end - begin
    before = np.cumsum(degree) - degree
    place = np.arange(degree.sum()) + np.repeat(begin - before, degree)
    return np.repeat(accounts, degree), graph.targets[place].astype(np.int64)


@dataclass
class Likeness:
    """Of each of some accounts: with the other one that it is most like."""

    similarity: F64  # cosine of what both acted on; 0 where nothing is shared
    most_like: I64  # place among the others
    shared: I64  # things that both have
    rhythm: F64  # cosine of their hours of the week


def likeness_of(
    actions: Actions, new: I64, others: I64, first_s: I64, since_s: I64, most: int
) -> Likeness:
    """Compare each new account with all others that were gone (`since_s`) when it came (`first_s`).

    Of others as like, it is the first. O(things that a new and another account share).
    """
    ours, theirs = actions.things_of(new, most), actions.things_of(others, most)
    found = Likeness(
        np.zeros(len(new)),
        np.zeros(len(new), dtype=np.int64),
        np.zeros(len(new), dtype=np.int64),
        np.zeros(len(new)),
    )
    norms = [np.sqrt(m.multiply(m).sum(axis=1)) for m in (ours, theirs)]
    columns = csr_array(theirs.T)
    work = np.diff(columns.indptr)[ours.indices]
    upto = np.concatenate([[0], np.cumsum(work)])[ours.indptr]
    starts = np.flatnonzero(starts_of_runs(upto[:-1] // _BATCH))
    for begin, end in pairwise([*starts, len(new)]):
        product = csr_array(ours[begin:end] @ columns)
        row = np.repeat(np.arange(begin, end), np.diff(product.indptr))
        column = product.indices.astype(np.int64)
        cosine = product.data / np.maximum(norms[0][row] * norms[1][column], 1e-300)
        cosine[first_s[row] < since_s[column]] = 0.0
        order = np.lexsort((column, -cosine, row))
        best = order[np.unique(row[order], return_index=True)[1]]
        best = best[cosine[best] > 0.0]
        found.similarity[row[best]] = np.minimum(cosine[best], 1.0)
        found.most_like[row[best]] = column[best]
    flags = [(m > 0).astype(np.int64) for m in (ours, theirs)]
    both = flags[0].multiply(flags[1][found.most_like])
    found.shared = np.where(found.similarity > 0, np.asarray(both.sum(axis=1)).ravel(), 0)
    alike, back = np.unique(others[found.most_like], return_inverse=True)
    hours = actions.hours_of(new).multiply(actions.hours_of(alike)[back])
    found.rhythm = np.clip(np.asarray(hours.sum(axis=1)).ravel(), 0.0, 1.0)
    return found


def score_of(likeness: Likeness, closeness: F64) -> F64:
    """How like each new account is, 0 to 1; 0 where it is neither close nor similar."""
    away = (1 - closeness) * (1 - likeness.similarity) * (1 - _RHYTHM_WEIGHT * likeness.rhythm)
    return np.where((closeness > 0) | (likeness.similarity > 0), 1 - away, 0.0)
