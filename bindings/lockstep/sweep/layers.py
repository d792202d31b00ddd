"""From the store's layers to the list of edges that hold the false discovery rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.sweep.options import SweepOptions

__all__ = ["Edges", "Layer", "project", "select"]

WEIGHT_CAP = 50.0
_EARLIEST = -(2**63)
_LATEST = 2**63 - 1

U32 = npt.NDArray[np.uint32]
F64 = npt.NDArray[np.float64]


@dataclass
class Layer:
    """One kind of action: its log, and the pairs that could still become edges."""

    name: str
    log: _core.ActionLog
    active: npt.NDArray[np.bool_]  # of each account of the store: has it acted here?
    source: U32
    target: U32
    objects: U32
    pairs: npt.NDArray[np.uint64]
    expected: F64
    p_value: F64
    log10_p: F64
    testable: int
    counts: dict[str, int]


@dataclass
class Edges:
    """Edges of all layers, layer by layer, in (source, target) order."""

    source: U32
    target: U32
    layer: npt.NDArray[np.int64]  # index of the layer
    objects: U32
    pairs: npt.NDArray[np.uint64]
    expected: F64
    p_value: F64
    log10_p: F64
    q_value: F64

    def __len__(self) -> int:
        return len(self.source)

    @property
    def weight(self) -> F64:
        """-log10 p, capped: past it more certainty means nothing."""
        return np.minimum(-self.log10_p, WEIGHT_CAP)


def project(
    core: _core.Store,
    kind: str,
    options: SweepOptions,
    memory_bytes: int,
    control: _core.RunControl,
) -> Layer:
    """Scans, projects and tests one layer.

    Pairs with p above the level can never be significant, whatever the other layers hold, and
    are dropped here; they stay counted among the tests.
    """
    log, duplicates = core.scan(
        kind,
        from_s=_EARLIEST if options.since_s is None else options.since_s,
        to_s=_LATEST if options.until_s is None else options.until_s,
        control=control,
    )
    found = _core.coaction(
        log,
        window_s=options.window_s,
        min_objects=options.min_objects,
        memory_bytes=memory_bytes,
        control=control,
    )
    tested = _core.significance(
        log,
        found.source,
        found.target,
        found.objects,
        window_s=options.window_s,
        min_objects=options.min_objects,
        control=control,
    )
    active = np.zeros(log.account_count, dtype=np.bool_)
    active[log.accounts] = True
    hopeful = tested.log10_p <= np.log10(options.fdr)
    counts = {
        "actions": len(log),
        "duplicates": duplicates,
        "accounts": int(active.sum()),
        "objects": log.object_count,
        "pair_instances": found.pair_instances,
        "pairs": len(found.source),
        "testable": tested.testable,
    }
    return Layer(
        kind,
        log,
        active,
        found.source[hopeful],
        found.target[hopeful],
        found.objects[hopeful],
        found.pairs[hopeful],
        tested.expected[hopeful],
        tested.p_value[hopeful],
        tested.log10_p[hopeful],
        tested.testable,
        counts,
    )


def select(layers: list[Layer], fdr: float) -> Edges:
    """One Benjamini-Hochberg over all (pair, layer) tests; notes the edges of each layer."""

    def joined(name: str) -> Any:
        return np.concatenate([getattr(layer, name) for layer in layers])

    log10_p = np.ascontiguousarray(joined("log10_p"), dtype=np.float64)
    q_value = _core.benjamini_hochberg(log10_p, sum(layer.testable for layer in layers))
    kept = q_value <= fdr
    index = np.repeat(np.arange(len(layers)), [len(layer.source) for layer in layers])
    for number, layer in enumerate(layers):
        layer.counts["edges"] = int((kept & (index == number)).sum())
    return Edges(
        joined("source")[kept],
        joined("target")[kept],
        index[kept],
        joined("objects")[kept],
        joined("pairs")[kept],
        joined("expected")[kept],
        joined("p_value")[kept],
        log10_p[kept],
        q_value[kept],
    )
