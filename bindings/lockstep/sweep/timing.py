"""Edges that hold beyond shared interest too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lockstep import _core
from lockstep.sweep.layers import Edges, Layer, Timing
from lockstep.sweep.options import SweepOptions

__all__ = ["keep_timed"]


def keep_timed(
    layers: list[Layer], edges: Edges, options: SweepOptions, control: _core.RunControl
) -> tuple[Edges, dict[str, int]]:
    """The edges whose pairs also hold the false discovery rate of the timing test, and counts.

    What a pair did in all layers makes one test: few objects in each can be enough together.
    """
    pairs, pair = np.unique(edges.pair, return_inverse=True)
    tested = _core.timing_test(
        [layer.log for layer in layers],
        (pairs >> np.uint64(32)).astype(np.uint32),
        pairs.astype(np.uint32),
        layer_windows_s=[layer.window_s for layer in layers],
        horizon_s=options.horizon_s,
        min_objects=options.min_objects,
        max_object_actions=options.max_object_actions,
        seed=options.seed,
        control=control,
    )
    q_value = _core.benjamini_hochberg(tested.log10_p, tested.testable)
    kept = (q_value <= options.fdr)[pair]
    for number, layer in enumerate(layers):
        layer.counts["edges"] = int((kept & (edges.layer == number)).sum())
    place = pair[kept]
    timed = replace(
        edges.take(kept),
        timing=Timing(
            tested.common[place],
            tested.met[place],
            tested.expected[place],
            tested.p_value[place],
            tested.log10_p[place],
            q_value[place],
        ),
    )
    return timed, {"pairs_by_activity": len(pairs), "timing_testable": tested.testable}
