"""Whether the tests still fit the data, and whether scores are spread as they were before."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.strata import SharedPairs, test_pairs
from lockstep.sweep.layers import Edges, Layer, Scan
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.run import Run

__all__ = ["expected_pairs", "measure_drift", "score_drift"]

F64 = npt.NDArray[np.float64]

_DRAWS = 50_000  # pairs of accounts, for the expectation of a layer
_LARGEST_POWER = 4
_BINS = 10
_FEWEST_SCORES = 100  # on either side; below it the index says nothing
_CHANCE = 0.01


def measure_drift(
    scans: list[Scan],
    layers: list[Layer],
    edges: Edges,
    options: SweepOptions,
    previous: Run | None,
    control: _core.RunControl,
) -> dict[str, Any]:
    """`drift` of a run: `null` by layer, and `scores` against the previous run.

    Under the null a layer has a known expectation of pairs that share `min_objects`. Those listed
    and not held, over that expectation, is its `null_ratio` (one is added to both, so that few
    pairs say little): about 1 where the null fits; above, where accounts that nothing binds meet
    more than the null has it, as in a burst of interest; then more edges are false than promised.
    """
    before = previous.summary.get("drift", {}).get("null", {}) if previous else {}
    null = {}
    for number, (scan, layer) in enumerate(zip(scans, layers, strict=True)):
        held = int(((edges.layer == number) & (edges.objects >= options.min_objects)).sum())
        listed = layer.counts["pairs"] - held
        expected = expected_pairs(scan, options, control)
        null[layer.name] = {
            "pairs": listed,
            "by_chance": float(f"{expected:.6g}"),
            "ratio": round((listed + 1) / (expected + 1), 4),
            "before": before.get(layer.name, {}).get("ratio"),
        }
    return {"null": null, "scores": None if previous is None else _scores(edges, previous)}


def expected_pairs(scan: Scan, options: SweepOptions, control: _core.RunControl) -> float:
    """How many pairs of a layer would share `min_objects` under the null.

    An estimate from 50,000 pairs, drawn by a power of the accounts' activity: about as the
    probability goes, so that it errs by some per cent where accounts are many. O(actions + draws).
    """
    enough = np.flatnonzero(scan.profile.activity >= options.min_objects).astype(np.uint32)
    if len(enough) < 2:
        return 0.0
    power = min(options.min_objects, _LARGEST_POWER)
    share = scan.profile.activity[enough].astype(np.float64) ** power
    share /= share.sum()
    random = np.random.default_rng([options.seed, zlib.crc32(scan.name.encode())])
    one, other = random.choice(len(enough), (2, _DRAWS), p=share)
    differ = one != other
    one, other = one[differ], other[differ]
    pairs = SharedPairs(
        np.minimum(enough[one], enough[other]),
        np.maximum(enough[one], enough[other]),
        np.full(len(one), options.min_objects, dtype=np.uint32),
    )
    tests = test_pairs(
        scan.log,
        pairs,
        options.strata,
        window_s=scan.window_s,
        min_objects=options.min_objects,
        max_object_actions=options.max_object_actions,
        control=control,
    )
    return float((tests.p_value / (2.0 * share[one] * share[other])).sum() / _DRAWS)


def _scores(edges: Edges, previous: Run) -> dict[str, Any]:
    pairs, place = np.unique(edges.pair, return_inverse=True)
    now = np.zeros(len(pairs))
    np.maximum.at(now, place, edges.weight)
    return score_drift(previous.pairs["weight"].to_numpy(), now)


def score_drift(before: F64, now: F64) -> dict[str, Any]:
    """The population stability index of scores, in tenths of those before.

    `by_chance` is what it stays below 99 times of 100 where nothing has changed: the index times
    n m / (n + m) is about chi-squared. Both are null where either side has under 100 scores.

    References
    ----------
    Yurdakul, "Statistical properties of population stability index", Western Michigan University,
    2018.
    """
    from scipy.special import chdtri

    found = {"psi": None, "by_chance": None, "pairs": len(now), "pairs_before": len(before)}
    if min(len(before), len(now)) < _FEWEST_SCORES:
        return found
    bounds = np.unique(np.quantile(before, np.arange(1, _BINS) / _BINS))
    shares = []
    for scores in (before, now):
        counts = np.bincount(np.searchsorted(bounds, scores), minlength=len(bounds) + 1)
        shares.append((counts + 0.5) / (len(scores) + 0.5 * len(counts)))
    psi = float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
    chance = float(chdtri(len(bounds), _CHANCE)) * (1 / len(before) + 1 / len(now))
    return found | {"psi": round(psi, 4), "by_chance": round(chance, 4)}
