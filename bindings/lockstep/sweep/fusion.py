"""Which pairs hold the false discovery rate, by their tests in all layers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.strata import SharedPairs, test_pairs
from lockstep.sweep.layers import Edges, Fusion, Layer, OfEdges, pairs_testable_anywhere
from lockstep.sweep.options import SweepOptions

__all__ = ["judge"]

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]


def judge(
    layers: list[Layer], options: SweepOptions, control: _core.RunControl
) -> tuple[Edges, dict[str, int]]:
    """The edges that hold `options.fdr`, noted in the counts of each layer; and those tested."""
    if options.combine == "none":
        tests = sum(layer.testable for layer in layers)
        edges = _judge_apart(layers, options.fdr, tests)
    else:
        tests = pairs_testable_anywhere([layer.enough for layer in layers])
        edges = _judge_together(layers, options, tests, control)
    for number, layer in enumerate(layers):
        layer.counts["edges"] = int((edges.layer == number).sum())
    return edges, {"testable": tests}


def _judge_apart(layers: list[Layer], fdr: float, tests: int) -> Edges:
    """One Benjamini-Hochberg over all (pair, layer) tests."""
    rows = _Rows.joined([_listed(layer, number) for number, layer in enumerate(layers)])
    q_value = _core.benjamini_hochberg(rows.log10_p, tests)
    kept = np.flatnonzero(q_value <= fdr)
    return rows.take(kept).edges(q_value[kept])


def _judge_together(
    layers: list[Layer], options: SweepOptions, tests: int, control: _core.RunControl
) -> Edges:
    """Combines the p-values of each pair; one Benjamini-Hochberg over pairs testable somewhere.

    A pair is listed in at least one layer, or else it could not hold; what it did in the others,
    were it a single object, is looked up and counts. A layer that could test a pair and in which
    it never met counts too, against it; one in which an account was hardly active does not. Kept
    pairs have an edge in each layer in which they met.
    """
    parts = [_listed(layer, number) for number, layer in enumerate(layers)]
    pairs = _union([part.pair for part in parts])
    source, target = _ends(pairs)
    judged = np.zeros(len(pairs), dtype=np.uint32)  # layers that tested each pair
    for number, layer in enumerate(layers):
        could = layer.enough[source] & layer.enough[target]
        judged += could
        could[np.searchsorted(pairs, parts[number].pair)] = False  # those it listed itself
        missing = pairs[could]
        parts[number] = _merged(parts[number], _looked_up(layer, number, missing, options, control))
    rows = _Rows.joined(parts)
    place = np.searchsorted(pairs, rows.pair)
    fused = _core.cauchy_combination(place.astype(np.uint64), rows.log10_p, judged)
    q_value = _core.benjamini_hochberg(fused, tests)
    kept = np.flatnonzero((q_value <= options.fdr)[place])
    fusion = Fusion(judged[place[kept]], fused[place[kept]])
    return rows.take(kept).edges(q_value[place[kept]], fusion)


@dataclass
class _Rows(OfEdges):
    """Pairs that met in a layer, and their tests; layer by layer and in order."""

    pair: U64  # both ends as one number
    layer: npt.NDArray[np.int64]
    objects: U32
    pairs: U64
    expected: F64
    p_value: F64
    log10_p: F64

    @staticmethod
    def joined(parts: list[_Rows]) -> _Rows:
        names = [field.name for field in fields(_Rows)]
        return _Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def edges(self, q_value: F64, fusion: Fusion | None = None) -> Edges:
        return Edges(
            *_ends(self.pair),
            self.layer,
            self.objects,
            self.pairs,
            self.expected,
            self.p_value,
            self.log10_p,
            q_value,
            fusion,
        )


def _listed(layer: Layer, number: int) -> _Rows:
    """The pairs that the layer's own projection listed."""
    pair = layer.source.astype(np.uint64) << np.uint64(32) | layer.target
    columns = layer.objects, layer.pairs, layer.expected, layer.p_value, layer.log10_p
    return _Rows(pair, np.full(len(pair), number), *columns)


def _looked_up(
    layer: Layer, number: int, pair: U64, options: SweepOptions, control: _core.RunControl
) -> _Rows:
    """What pairs that other layers listed did in this one."""
    source, target = _ends(pair)
    shared: dict[str, Any] = {
        "window_s": layer.window_s,
        "max_object_actions": options.max_object_actions,
        "control": control,
    }
    objects, pairs = _core.shared_objects(layer.log, source, target, **shared)
    met = np.flatnonzero(objects)
    found = SharedPairs(source[met], target[met], objects[met])
    tests = test_pairs(layer.log, found, options.strata, min_objects=options.min_objects, **shared)
    return _Rows(
        pair[met],
        np.full(len(met), number),
        found.objects,
        pairs[met],
        tests.expected,
        tests.p_value,
        tests.log10_p,
    )


def _merged(ours: _Rows, others: _Rows) -> _Rows:
    """Both, in order of their pairs."""
    both = _Rows.joined([ours, others])
    return both.take(np.argsort(both.pair, kind="stable"))


def _union(parts: list[U64]) -> U64:
    """The distinct values of sorted columns, sorted: a merge, where np.unique would hash."""
    both = np.concatenate(parts)
    both.sort(kind="stable")
    fresh = np.ones(len(both), dtype=np.bool_)
    fresh[1:] = both[1:] != both[:-1]
    return both[fresh]


def _ends(pair: U64) -> tuple[U32, U32]:
    return (pair >> np.uint64(32)).astype(np.uint32), pair.astype(np.uint32)
