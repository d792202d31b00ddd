"""When what a run found is worth a person's look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep.nightly.config import Alarms
from lockstep.sweep.run import runs_in

__all__ = ["earlier_nights", "figures_of", "run_alarms"]

_NIGHTS = 14
_DATE = len("2026-11-23")  # with which the id of a run begins

Found = dict[str, Any]
Figures = dict[str, float | None]


@dataclass(frozen=True)
class _Rule:
    """Of a key of `[alarms]`: what is said of a figure past it, and what to do next."""

    said: Callable[[Any, Any, Found], str]  # of figure, limit, and what is known of its layer
    step: str
    reaches: bool = False  # whether the limit itself is an alarm
    unit: str = "number"  # or share


def _percent(share: float) -> str:
    return f"{100 * share:.3g}%"


_RULES = {
    "max_new_clusters": _Rule(
        lambda born, most, _: (
            f"{born:,} new clusters, more than {most:,} (alarms.max_new_clusters)"
        ),
        "read what changed, and what was new in the input",
    ),
    "max_clustered_share": _Rule(
        lambda share, most, _: (
            f"{_percent(share)} of the accounts are in clusters, more than "
            f"{_percent(most)} (alarms.max_clustered_share)"
        ),
        "see in the report whether the null still fits, and what was new in the input",
        unit="share",
    ),
    "returned_clusters": _Rule(
        lambda back, least, _: (
            f"{back:,} clusters returned that were gone, {least:,} or more "
            f"(alarms.returned_clusters)"
        ),
        "compare their members with those before",
        reaches=True,
    ),
    "returned_accounts": _Rule(
        lambda fresh, least, _: (
            f"{fresh:,} new accounts resemble suspended ones and did not in the "
            f"run before, {least:,} or more (alarms.returned_accounts)"
        ),
        "look in the report at what they share",
        reaches=True,
    ),
    "max_recovered": _Rule(
        lambda share, most, _: (
            f"{_percent(share)} of the activity on a wave's objects is back, more "
            f"than {_percent(most)} (alarms.max_recovered)"
        ),
        "see the report's recovery",
        unit="share",
    ),
    "max_active_again": _Rule(
        lambda again, most, _: (
            f"{again:,} suspended accounts act, more than {most:,} (alarms.max_active_again)"
        ),
        "ask the platform whether they were reinstated",
    ),
    "score_drift_psi": _Rule(
        lambda psi, most, _: (
            f"edge weights are spread otherwise than in the run before: index "
            f"{psi:.3g}, more than alarms.score_drift_psi ({most:g})"
        ),
        "see what changed in the input and the options",
    ),
    "null_drift": _Rule(
        lambda _, most, layer: (
            f"the null fits layer {layer['name']} worse than in the run before: "
            f"{layer['pairs']:,} pairs that do not hold where {layer['by_chance']:,.3g} are "
            f"expected, a ratio of {layer['ratio']:.3g} after {layer['before']:.3g}, more than "
            f"alarms.null_drift ({most:g}) times"
        ),
        "`lockstep calibrate` says whether the rate of false edges still holds, and strata may "
        "mend it",
    ),
}


def figures_of(summary: dict[str, Any]) -> Figures:
    """What the alarms watch, by their keys, and by layer where they are of one; None if unknown."""
    counts, changes = summary["coordination"], summary["changes"]
    before = bool(summary["previous"])
    accounts = max(summary["input"]["accounts"], 1)
    null = summary["drift"].get("null", {})
    return {
        "max_new_clusters": changes.get("born", 0) if before else None,
        "max_clustered_share": counts["clustered_accounts"] / accounts,
        "returned_clusters": changes.get("returned", 0) if before else None,
        "returned_accounts": summary["returners"].get("fresh"),
        "max_recovered": summary["recovery"].get("most_recovered"),
        "max_active_again": summary["recovery"].get("active_again"),
        "score_drift_psi": (summary["drift"].get("scores") or {}).get("psi"),
        **{
            f"null_drift {layer}": found["ratio"] / found["before"] if found["before"] else None
            for layer, found in null.items()
        },
    }


def earlier_nights(out: Path, run_id: str) -> list[dict[str, Any]]:
    """Summaries of the last runs of the 14 nights before that of a run, as far as they are there.

    A night is the date with which a run's id begins.
    """
    nights = {run.id[:_DATE]: run.summary for run in runs_in(out)}
    return [nights[date] for date in sorted(nights) if date < run_id[:_DATE]][-_NIGHTS:]


def run_alarms(
    limits: Alarms, past: Sequence[dict[str, Any]], summary: dict[str, Any]
) -> list[dict[str, Any]]:
    """Alarms on what a run found: value, limit, the same in `past` summaries, what to look at."""
    earlier = [(run["run_id"], figures_of(run)) for run in past]
    told = []
    for name, value in figures_of(summary).items():
        key, _, layer = name.partition(" ")
        rule, limit = _RULES[key], getattr(limits, key)
        if value is None or limit is None or not _beyond(rule, value, limit):
            continue
        if key == "score_drift_psi" and value <= summary["drift"]["scores"]["by_chance"]:
            continue
        found = {"name": layer, **summary["drift"]["null"][layer]} if layer else {}
        told.append(
            {
                "alarm": name,
                "said": rule.said(value, limit, found),
                "next": rule.step,
                "unit": rule.unit,
                "value": value,
                "limit": limit,
                "past": [{"run": run, "value": figures.get(name)} for run, figures in earlier],
            }
        )
    return told


def _beyond(rule: _Rule, value: float, limit: float) -> bool:
    return value >= limit if rule.reaches else value > limit
