"""When drift is worth a person's look."""

from __future__ import annotations

from typing import Any

from lockstep.nightly.config import Alarms

__all__ = ["drift_alarms"]


def drift_alarms(limits: Alarms, drift: dict[str, Any]) -> list[str]:
    """Alarms on the `drift` of a run: value, limit, and what to look at."""
    told = []
    scores, most = drift.get("scores") or {}, limits.score_drift_psi
    psi = scores.get("psi")
    if most is not None and psi is not None and psi > max(most, scores["by_chance"]):
        told.append(
            f"edge weights are spread otherwise than in the run before: index {psi:.3g}, more than "
            f"alarms.score_drift_psi ({most:g}); see what changed in the input and the options"
        )
    for layer, found in drift.get("null", {}).items():
        before = found["before"]
        if limits.null_drift is None or before is None:
            continue
        if found["ratio"] > limits.null_drift * before:
            told.append(
                f"the null fits layer {layer} worse than in the run before: {found['pairs']:,} "
                f"pairs that do not hold where {found['by_chance']:,.3g} are expected, a ratio of "
                f"{found['ratio']:.3g} after {before:.3g}, more than alarms.null_drift "
                f"({limits.null_drift:g}) times; `lockstep calibrate` says whether the rate of "
                f"false edges still holds, and strata may mend it"
            )
    return told
