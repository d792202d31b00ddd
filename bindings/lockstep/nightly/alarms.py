"""When what a run found is worth a person's look."""

from __future__ import annotations

from typing import Any

from lockstep.nightly.config import Alarms
from lockstep.nightly.drift_alarms import drift_alarms

__all__ = ["run_alarms"]


def run_alarms(limits: Alarms, summary: dict[str, Any]) -> list[str]:
    """Alarms on what a run found: value, limit, and what to look at."""
    counts = summary["coordination"]
    changes, told = summary["changes"], []
    born = changes.get("born", 0)
    most = limits.max_new_clusters
    if summary["previous"] and most is not None and born > most:
        told.append(
            f"{born} new clusters, more than {most} (alarms.max_new_clusters); read what changed, "
            f"and what was new in the input"
        )
    share = counts["clustered_accounts"] / max(summary["input"]["accounts"], 1)
    if limits.max_clustered_share is not None and share > limits.max_clustered_share:
        told.append(
            f"{100 * share:.3g}% of the accounts are in clusters, more than "
            f"{100 * limits.max_clustered_share:.3g}% (alarms.max_clustered_share); see in the "
            f"report whether the null still fits, and what was new in the input"
        )
    returned = changes.get("returned", 0)
    if limits.returned_clusters is not None and returned >= limits.returned_clusters:
        told.append(
            f"{returned} clusters returned that were gone, {limits.returned_clusters} or more "
            f"(alarms.returned_clusters); compare their members with those before"
        )
    told += _returner_alarms(limits, summary["returners"])
    told += _recovery_alarms(limits, summary["recovery"])
    return told + drift_alarms(limits, summary["drift"])


def _returner_alarms(limits: Alarms, found: dict[str, int]) -> list[str]:
    fresh, most = found.get("fresh", 0), limits.returned_accounts
    if most is None or fresh < most:
        return []
    return [
        f"{fresh:,} new accounts resemble suspended ones and did not in the run before, {most:,} "
        f"or more (alarms.returned_accounts); look in the report at what they share"
    ]


def _recovery_alarms(limits: Alarms, back: dict[str, Any]) -> list[str]:
    told, share = [], back["most_recovered"]
    if share is not None and limits.max_recovered is not None and share > limits.max_recovered:
        told.append(
            f"{100 * share:.3g}% of the activity on a wave's objects is back, more than "
            f"{100 * limits.max_recovered:.3g}% (alarms.max_recovered); see the report's recovery"
        )
    again = back["active_again"]
    if limits.max_active_again is not None and again > limits.max_active_again:
        told.append(
            f"{again:,} suspended accounts act, more than {limits.max_active_again:,} "
            f"(alarms.max_active_again); ask the platform whether they were reinstated"
        )
    return told
