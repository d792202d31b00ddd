"""What a run's summary says, in sentences for reports, terminals and mails."""

from __future__ import annotations

from typing import Any

__all__ = [
    "alarm_sentence",
    "changes_notice",
    "insufficient_notices",
    "left_out_notices",
    "scores_notice",
    "timing_notice",
    "volume_notice",
]


def alarm_sentence(detail: dict[str, str]) -> str:
    """An alarm of `alarm_details`: what is so, and what to do next."""
    return f"{detail['said']}; {detail['next']}"


def left_out_notices(summary: dict[str, Any]) -> list[str]:
    """What the cap on objects kept out of each layer, one sentence a layer that lost any."""
    cap = summary["options"]["max_object_actions"]
    return [
        f"layer {name}: {layer['left_out_objects']:,} of {layer['objects']:,} objects have more "
        f"than {cap:,} actions and were left out, with {layer['left_out_actions']:,} of "
        f"{layer['actions']:,} actions; left_out.parquet lists them"
        for name, layer in summary["layers"].items()
        if layer["left_out_objects"]
    ]


def changes_notice(summary: dict[str, Any]) -> str:
    """What became of clusters since the previous run, in a line."""
    counts = [f"{count:,} {change}" for change, count in summary["changes"].items()]
    return ", ".join(counts) or "no clusters, then as now"


def timing_notice(summary: dict[str, Any]) -> str | None:
    """What the timing test left of the edges; None where it was not asked for."""
    if not summary["options"]["timing_test"]:
        return None
    found = summary["coordination"]
    return (
        f"timing test: {found['pairs']:,} of {found['pairs_by_activity']:,} pairs also meet "
        f"beyond shared interest, of {found['timing_testable']:,} pairs with objects in common "
        f"within {summary['options']['horizon_s']:,} s"
    )


def scores_notice(summary: dict[str, Any]) -> str | None:
    """Whether edge weights are spread as in the previous run; None where there was none."""
    found = summary["drift"].get("scores")
    if not found:
        return None
    compared = (
        f"{found['pairs']:,} pairs against {found['pairs_before']:,} in {summary['previous']}"
    )
    if found["psi"] is None:
        return f"Edge weights: {compared}, too few to say whether they are spread otherwise."
    return (
        f"Edge weights, {compared}: population stability index {found['psi']:.3g}, where nothing "
        f"but chance stays below {found['by_chance']:.3g} in 99 of 100 cases."
    )


def volume_notice(summary: dict[str, Any]) -> str | None:
    """How full the last day is by the usual one; None where there is no day before."""
    read = summary["input"]
    usual = read.get("usual_day_actions")
    if not usual:
        return None
    return (
        f"The last day has {read['last_day_actions']:,} actions, "
        f"{read['last_day_actions'] / usual:.0%} of the median day before ({usual:,.0f})."
    )


def insufficient_notices(summary: dict[str, Any]) -> list[str]:
    """Where there was too little data to say anything, one sentence each."""
    found = summary["insufficient"]
    notices = [f"layer {name}: insufficient data ({why})" for name, why in found["layers"].items()]
    if found["clusters"]:
        notices.append(
            f"insufficient data to judge {found['clusters']:,} of "
            f"{summary['coordination']['clusters']:,} clusters; clusters.parquet says why"
        )
    return notices
