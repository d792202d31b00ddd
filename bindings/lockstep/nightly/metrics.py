"""Figures of a night for Prometheus' node exporter."""

from __future__ import annotations

from typing import Any

__all__ = ["STATUSES", "metrics_text"]

_OUTCOMES = ("accepted", "duplicates", "rejected")
STATUSES = ("ok", "alarms", "noop", "rejected", "failed")


def metrics_text(
    status: str,
    summary: dict[str, Any] | None,
    ended_s: int,
    store_bytes: int,
    free_bytes: int,
    succeeded_s: int,
) -> str:
    """The text of the file. No time stamps, which the exporter would refuse."""
    lines = [
        *_metric(
            "status",
            "1 for what the last night ended as.",
            {f'status="{name}"': int(name == status) for name in STATUSES},
        ),
        *_metric("last_end_timestamp_seconds", "When it ended.", {"": ended_s}),
        *_metric("last_success_timestamp_seconds", "When one last ended well.", {"": succeeded_s}),
        *_metric("store_bytes", "Bytes of the store on disk.", {"": store_bytes}),
        *_metric("disk_free_bytes", "Bytes free beside store and runs.", {"": free_bytes}),
    ]
    if summary is not None:
        counts, ingested = summary["coordination"], summary["ingest"]
        lines += [
            *_metric(
                "clusters",
                "Clusters by what became of them.",
                {f'change="{change}"': n for change, n in summary["changes"].items()}
                or {'change="all"': counts["clusters"]},
            ),
            *_metric(
                "clustered_accounts", "Accounts in clusters.", {"": counts["clustered_accounts"]}
            ),
            *_metric("edges", "Pairs that hold.", {"": counts["pairs"]}),
            *_metric("testable_pairs", "Pairs that could be tested.", {"": counts["testable"]}),
            *_metric("actions", "Actions that were swept.", {"": summary["input"]["actions"]}),
            *_metric(
                "rows",
                "Rows of all files so far.",
                {f'outcome="{name}"': ingested[name] for name in _OUTCOMES},
            ),
            *_metric("alarms", "Alarms of the run.", {"": len(summary["alarms"])}),
            *_metric(
                "suspended_active",
                "Suspended accounts that act.",
                {"": summary["recovery"]["active_again"]},
            ),
            *_metric(
                "most_recovered",
                "Share of the activity on a wave's objects that is back, at most.",
                {"": summary["recovery"]["most_recovered"] or 0},
            ),
            *_metric(
                "peak_memory_bytes",
                "Most memory of the process.",
                {"": summary["peak_memory_mib"] * 2**20},
            ),
            *_metric(
                "stage_seconds",
                "Seconds by stage.",
                {f'stage="{stage}"': seconds for stage, seconds in summary["timings_s"].items()},
            ),
        ]
    return "".join(f"{line}\n" for line in lines)


def _metric(name: str, help_: str, values: dict[str, float]) -> list[str]:
    return [
        f"# HELP lockstep_sweep_{name} {help_}",
        f"# TYPE lockstep_sweep_{name} gauge",
        *(
            f"lockstep_sweep_{name}{'{' + labels + '}' if labels else ''} {value}"
            for labels, value in values.items()
        ),
    ]
