"""Figures of a night for Prometheus' node exporter."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from typing import Any

__all__ = ["STATUSES", "metrics_text"]

_OUTCOMES = ("accepted", "duplicates", "rejected")
STATUSES = ("ok", "alarms", "noop", "rejected", "failed")

Values = Mapping[str, float | None]


def metrics_text(
    night: dict[str, Any], summary: dict[str, Any] | None, store_bytes: int, free_bytes: int
) -> str:
    """The text of the file; no time stamps on lines, which the exporter would refuse.

    `night` is the night's result, `summary` that of its run, if it has one: without, the figures
    of runs are left out, and alerts see them missing rather than old.
    """
    metrics = [*_of_night(night), *_of_disks(store_bytes, free_bytes)]
    if summary is not None:
        metrics += [*_of_run(summary), *_of_input(summary), *_of_drift(summary)]
        metrics += _of_recovery(summary["recovery"])
        metrics.append(_of_returners(summary["returners"]))
    metrics.append(_seconds(night["timings_s"], summary["timings_s"] if summary else {}))
    return "".join(f"{line}\n" for metric in metrics for line in _metric(*metric))


def _of_night(night: dict[str, Any]) -> list[tuple[str, str, Values]]:
    taken = [file for file in night["files"] if "fault" not in file]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return [
        (
            "status",
            "1 for what the last night ended as.",
            {f'status="{name}"': int(name == night["status"]) for name in STATUSES},
        ),
        ("last_end_timestamp_seconds", "When it ended.", {"": night["ended_s"]}),
        ("last_success_timestamp_seconds", "When one last ended well.", {"": night["succeeded_s"]}),
        ("night_seconds", "How long it took.", {"": night["seconds"]}),
        ("alarms", "Alarms of the night.", {"": len(night["alarms"])}),
        ("files_taken", "Files that were taken in.", {"": len(taken)}),
        (
            "files_refused",
            "Files of the inbox that are refused, tonight or before.",
            {"": len(night["files"]) - len(taken) + len(night["refused"])},
        ),
        (
            "night_rows",
            "Rows of the files that were taken in.",
            {f'outcome="{name}"': sum(file[name] for file in taken) for name in _OUTCOMES},
        ),
        ("peak_memory_bytes", "Most memory of the process.", {"": peak}),
        ("removed_runs", "Old runs that were removed.", {"": len(night["removed"])}),
        (
            "dropped_rows",
            "Old rows that were dropped from the store.",
            {"": (night["dropped"] or {}).get("rows", 0)},
        ),
        (
            "forgotten_names",
            "Names that the store forgot, for nothing refers to them any more.",
            {f'of="{of}"': (night["dropped"] or {}).get(of, 0) for of in ("accounts", "objects")},
        ),
    ]


def _seconds(night: dict[str, float], run: dict[str, float]) -> tuple[str, str, Values]:
    """Of a night with nothing to do, the run's are those of the night that made it."""
    both = {**night, **run}
    values = {f'stage="{stage}"': seconds for stage, seconds in both.items()}
    return "stage_seconds", "Seconds by stage of night and run.", values


def _of_disks(store_bytes: int, free_bytes: int) -> list[tuple[str, str, Values]]:
    return [
        ("store_bytes", "Bytes of the store on disk.", {"": store_bytes}),
        ("disk_free_bytes", "Bytes free beside store and runs.", {"": free_bytes}),
    ]


def _of_run(summary: dict[str, Any]) -> list[tuple[str, str, Values]]:
    counts, changes, ingested = summary["coordination"], summary["changes"], summary["ingest"]
    return [
        (
            "clusters",
            "Clusters by what became of them.",
            {f'change="{change}"': n for change, n in changes.items()}
            or {'change="all"': counts["clusters"]},
        ),
        ("clustered_accounts", "Accounts in clusters.", {"": counts["clustered_accounts"]}),
        ("edges", "Pairs that hold.", {"": counts["pairs"]}),
        ("testable_pairs", "Pairs that could be tested.", {"": counts["testable"]}),
        (
            "rows",
            "Rows of all files so far.",
            {f'outcome="{name}"': ingested[name] for name in _OUTCOMES},
        ),
    ]


def _of_input(summary: dict[str, Any]) -> list[tuple[str, str, Values]]:
    read = summary["input"]
    return [
        ("actions", "Actions that were swept.", {"": read["actions"]}),
        ("accounts", "Accounts that were swept.", {"": read["accounts"]}),
        ("last_action_timestamp_seconds", "When the last of them was.", {"": read["last_s"]}),
        (
            "duplicates",
            "Rows that repeat others, by where those are.",
            {
                'where="other files"': read["duplicates"],
                'where="the same file"': read["duplicates_in_files"],
            },
        ),
        (
            "day_actions",
            "Actions of the last day, and of the median day before.",
            {'day="last"': read["last_day_actions"], 'day="usual"': read["usual_day_actions"]},
        ),
    ]


def _of_drift(summary: dict[str, Any]) -> list[tuple[str, str, Values]]:
    null, scores = summary["drift"].get("null", {}), summary["drift"].get("scores") or {}
    return [
        (
            "null_ratio",
            "Pairs that do not hold, over those that the null expects, by layer.",
            {f'layer="{layer}"': found["ratio"] for layer, found in null.items()},
        ),
        (
            "score_drift_psi",
            "Population stability index of edge weights against the run before.",
            {"": scores.get("psi")},
        ),
    ]


def _of_recovery(recovery: dict[str, Any]) -> list[tuple[str, str, Values]]:
    return [
        ("suspended_active", "Suspended accounts that act.", {"": recovery.get("active_again")}),
        (
            "most_recovered",
            "Share of the activity on a wave's objects that is back, at most.",
            {"": recovery.get("most_recovered")},
        ),
    ]


def _of_returners(returners: dict[str, Any]) -> tuple[str, str, Values]:
    values = {f'which="{which}"': returners.get(which) for which in ("alike", "fresh")}
    return "returners", "New accounts that resemble suspended ones, all and newly so.", values


def _metric(name: str, help_: str, values: Values) -> list[str]:
    """The lines of a metric; none where no value is known."""
    known = {labels: value for labels, value in values.items() if value is not None}
    if not known:
        return []
    return [
        f"# HELP lockstep_sweep_{name} {help_}",
        f"# TYPE lockstep_sweep_{name} gauge",
        *(
            f"lockstep_sweep_{name}{'{' + labels + '}' if labels else ''} {value}"
            for labels, value in known.items()
        ),
    ]
