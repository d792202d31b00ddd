"""The alarms of a run as the report shows them: value, limit, the nights before, the next step."""

from __future__ import annotations

from typing import Any

from lockstep.report.sparkline import sparkline_figure, sparkline_text
from lockstep.sweep.notices import alarm_sentence

__all__ = ["alarm_blocks"]


def alarm_blocks(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """One block an alarm, in order; `next` is None for one that is of no figure."""
    details = {alarm_sentence(detail): detail for detail in summary["alarm_details"]}
    return [
        _block(details[text]) if text in details else {"said": text, "next": None}
        for text in summary["alarms"]
    ]


def _block(detail: dict[str, Any]) -> dict[str, Any]:
    past = [night["value"] for night in detail["past"]]
    known = any(value is not None for value in past)
    values = [*past, detail["value"]]
    return {
        "said": detail["said"],
        "next": detail["next"],
        "now": _shown(detail["value"], detail["unit"]),
        "limit": _shown(detail["limit"], detail["unit"]),
        "nights": len(past),
        "since": detail["past"][0]["run"] if known else None,
        "figure": sparkline_figure(values, detail["limit"]) if known else None,
        "letters": sparkline_text(values) if known else None,
    }


def _shown(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.3g}%"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"
