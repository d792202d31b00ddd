"""From the store's layers to the list of edges that hold the false discovery rate."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.canonical.near_texts import TEXT, grouped
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.store import Store
from lockstep.strata import test_pairs
from lockstep.sweep.options import SweepOptions

__all__ = [
    "Edges",
    "Fusion",
    "Layer",
    "OfEdges",
    "Scan",
    "Timing",
    "hopeful_level",
    "pairs_testable_anywhere",
    "project",
    "scan",
]

WEIGHT_CAP = 50.0

U32 = npt.NDArray[np.uint32]
F64 = npt.NDArray[np.float64]


@dataclass
class Layer:
    """One kind of action: its log, and the pairs that could still become edges."""

    name: str
    log: _core.ActionLog
    window_s: int
    active: npt.NDArray[np.bool_]  # of each account of the store: has it acted here?
    enough: npt.NDArray[np.bool_]  # of each account: has it acted often enough to be tested?
    source: U32
    target: U32
    objects: U32
    pairs: npt.NDArray[np.uint64]
    expected: F64
    p_value: F64
    log10_p: F64
    testable: int
    left_out_objects: U32  # too popular by `max_object_actions`
    left_out_actions: npt.NDArray[np.uint64]  # of each of them
    counts: dict[str, int]


class OfEdges:
    """Columns with one value an edge."""

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Those of some edges: a mask or indices."""
        taken = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return replace(
            self,  # type: ignore[type-var]
            **{
                name: column.take(rows) if isinstance(column, OfEdges) else column[rows]
                for name, column in taken.items()
                if column is not None
            },
        )


@dataclass
class Fusion(OfEdges):
    """The tests of a pair in all layers as one; the same in each of its edges."""

    layers: U32  # that tested the pair
    log10_p: F64


@dataclass
class Timing(OfEdges):
    """The test beyond shared interest, one an edge; of a pair the same in all its layers."""

    common: U32  # objects of all layers on which both acted within the horizon
    met: U32  # those on which they met within the window
    expected: F64  # how many they would meet on
    p_value: F64
    log10_p: F64
    q_value: F64


@dataclass
class Edges(OfEdges):
    """Edges of all layers, layer by layer, in (source, target) order.

    Where layers are combined, a pair that holds has an edge in every layer in which it met.
    """

    source: U32
    target: U32
    layer: npt.NDArray[np.int64]  # index of the layer
    objects: U32
    pairs: npt.NDArray[np.uint64]
    expected: F64
    p_value: F64
    log10_p: F64
    q_value: F64
    fusion: Fusion | None = None  # where layers are combined
    timing: Timing | None = None  # where it was asked for

    def __len__(self) -> int:
        return len(self.source)

    @property
    def pair(self) -> npt.NDArray[np.uint64]:
        """Both ends as one number."""
        return self.source.astype(np.uint64) << np.uint64(32) | self.target

    @property
    def log10_tested(self) -> F64:
        """log10 of the p that was judged: of the pair, or of the pair in this layer."""
        return self.log10_p if self.fusion is None else self.fusion.log10_p

    @property
    def weight(self) -> F64:
        """-log10 of the larger p, capped: past it more certainty means nothing."""
        larger = self.log10_tested
        if self.timing is not None:
            larger = np.maximum(larger, self.timing.log10_p)
        return np.minimum(-larger, WEIGHT_CAP)


@dataclass
class Scan:
    """One kind of action as the store gave it, before any pair is counted."""

    name: str
    log: _core.ActionLog
    window_s: int
    duplicates: int
    profile: _core.LayerProfile


def scan(store: Store, kind: str, options: SweepOptions, control: _core.RunControl) -> Scan:
    """Reads one layer and measures what the null test needs to know of it."""
    log, duplicates = store.core.scan(
        kind,
        from_s=EARLIEST_S if options.since_s is None else options.since_s,
        to_s=LATEST_S if options.until_s is None else options.until_s,
        control=control,
    )
    if kind == TEXT:
        log = grouped(log, store.names("object", log.objects), options.text_bits, control)
    window_s = options.window_of(kind)
    profile = _core.layer_profile(
        log, window_s=window_s, max_object_actions=options.max_object_actions
    )
    return Scan(kind, log, window_s, duplicates, profile)


def hopeful_level(scans: list[Scan], options: SweepOptions) -> float:
    """The largest p that could be significant, whatever the pairs of all layers turn out to be.

    A listed pair is behind at least `min_objects` pairs of actions in some layer, so their number
    bounds that of the discoveries. Combined layers give no smaller p than the smallest of them.
    """
    if options.combine == "none":
        tests = sum(scan.profile.testable(options.min_objects) for scan in scans)
    else:
        tests = pairs_testable_anywhere(
            [scan.profile.activity >= options.min_objects for scan in scans]
        )
    close_pairs = sum(scan.profile.close_pairs for scan in scans)
    return _core.hopeful_level(options.fdr, close_pairs // options.min_objects, tests)


def pairs_testable_anywhere(enough: list[npt.NDArray[np.bool_]]) -> int:
    """Pairs of accounts of which some layer could test both; `enough` says which it could."""
    bits = np.packbits(np.stack(enough), axis=0)
    patterns, accounts = np.unique(bits, axis=1, return_counts=True)
    total = 0
    for pattern, count in zip(patterns.T, accounts, strict=True):
        together = (patterns & pattern[:, None]).any(axis=0)
        total += int(count) * int(accounts[together].sum()) - int(count) * bool(pattern.any())
    return total // 2


def project(
    scan: Scan,
    options: SweepOptions,
    level: float,
    memory_bytes: int,
    control: _core.RunControl,
) -> Layer:
    """Projects and tests one layer.

    Pairs with p above `level` can never be significant. They are counted, among the pairs and
    among the tests, but never held.
    """
    found = _tested(scan, options, level, memory_bytes, control)
    active = np.zeros(scan.log.account_count, dtype=np.bool_)
    active[scan.log.accounts] = True
    left_out_objects, left_out_actions = found.left_out
    counts = {
        "actions": len(scan.log),
        "duplicates": scan.duplicates,
        "accounts": int(active.sum()),
        "objects": scan.log.object_count,
        "left_out_objects": len(left_out_objects),
        "left_out_actions": int(left_out_actions.sum()),
        "pair_instances": found.pair_instances,
        "pairs": found.pairs,
        "testable": found.testable,
        "window_s": scan.window_s,
    }
    return Layer(
        scan.name,
        scan.log,
        scan.window_s,
        active,
        scan.profile.activity >= options.min_objects,
        *found.columns,
        found.testable,
        left_out_objects,
        left_out_actions,
        counts,
    )


@dataclass
class _Tested:
    """What a projection found, of the pairs that could still become edges."""

    columns: tuple[U32, U32, U32, npt.NDArray[np.uint64], F64, F64, F64]
    pairs: int
    testable: int
    pair_instances: int
    left_out: tuple[U32, npt.NDArray[np.uint64]]


def _tested(
    scan: Scan,
    options: SweepOptions,
    level: float,
    memory_bytes: int,
    control: _core.RunControl,
) -> _Tested:
    shared: dict[str, Any] = {
        "window_s": scan.window_s,
        "min_objects": options.min_objects,
        "max_object_actions": options.max_object_actions,
        "control": control,
    }
    if options.strata == "none":
        found = _core.significant_coaction(
            scan.log, scan.profile, level, memory_bytes=memory_bytes, **shared
        )
        pairs, tests, many = found.kept, found.tests, found.pairs
        kept: Any = slice(None)
    else:
        # What strata expect of a pair is known only with the pair: all are held, then tested.
        pairs = _core.coaction(scan.log, memory_bytes=memory_bytes, **shared)
        tests = test_pairs(scan.log, pairs, options.strata, **shared)
        kept, many = tests.p_value <= level, len(pairs.source)
    columns = (
        *(getattr(pairs, name)[kept] for name in ("source", "target", "objects", "pairs")),
        *(getattr(tests, name)[kept] for name in ("expected", "p_value", "log10_p")),
    )
    return _Tested(columns, many, tests.testable, pairs.pair_instances, pairs.left_out)
