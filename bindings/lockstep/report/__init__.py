"""The report of a run: one HTML page that needs nothing else, and its short form in Markdown."""

from __future__ import annotations

import re
import shlex
from typing import Any

import jinja2
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.moments import utc_text
from lockstep.report.alarms import alarm_blocks
from lockstep.report.detail import MOST_EVIDENCE, MOST_MEMBERS, cluster_detail
from lockstep.report.figures import MOST_VERTICES, label
from lockstep.report.timeline import MOST_ROWS
from lockstep.sweep.evolution import CHANGES
from lockstep.sweep.notices import (
    changes_notice,
    insufficient_notices,
    left_out_notices,
    scores_notice,
    timing_notice,
    volume_notice,
)
from lockstep.sweep.remarks import cluster_remarks

__all__ = ["render_markdown", "render_report", "sweep_call", "sweep_command", "templates"]

MOST_CLUSTERS = 20
MOST_LISTED = 200
MOST_CANDIDATES = 50
MOST_NEWS = 100
MOST_ROWS_MARKDOWN = 20
MOST_WAVES = 50
MOST_RETURNERS = 25


def render_report(tables: dict[str, pa.Table], summary: dict[str, Any]) -> str:
    """Renders the report of a run's tables and summary.

    What is too long for a page is cut, and the page says so and names the file that has it all.
    """
    environment = templates("report", autoescape=True)
    environment.filters.update(
        remarks=cluster_remarks,
        capitalize_first=lambda text: text[:1].upper() + text[1:],
        id=label,
    )
    clusters = tables["clusters"].slice(0, MOST_LISTED).to_pylist()
    shown = clusters[:MOST_CLUSTERS]
    their_tables = _of_clusters(tables, shown)
    windows = {name: layer["window_s"] for name, layer in summary["layers"].items()}
    return environment.get_template("report.html.j2").render(
        run=summary,
        alarms=alarm_blocks(summary),
        command=sweep_command(summary),
        call=sweep_call(summary),
        clusters=clusters,
        cluster_count=tables["clusters"].num_rows,
        timed=timing_notice(summary),
        notices=left_out_notices(summary),
        lacking=insufficient_notices(summary),
        scores=scores_notice(summary),
        volume=volume_notice(summary),
        details=[
            cluster_detail(their_tables, row, max(windows[layer] for layer in row["layers"]))
            for row in shown
        ],
        windows=_windows(windows),
        changes=changes_notice(summary),
        evolution=_news(tables["evolution"]),
        most_news=MOST_NEWS,
        recovery=tables["recovery"].to_pylist()[-MOST_WAVES:],
        wave_count=tables["recovery"].num_rows,
        returners=tables["returners"].slice(0, MOST_RETURNERS).to_pylist(),
        candidates=tables["candidates"].slice(0, MOST_CANDIDATES).to_pylist(),
        candidate_count=tables["candidates"].num_rows,
        most_evidence=MOST_EVIDENCE,
        most_members=MOST_MEMBERS,
        most_rows=MOST_ROWS,
        most_vertices=MOST_VERTICES,
    )


def _of_clusters(
    tables: dict[str, pa.Table], clusters: list[dict[str, Any]]
) -> dict[str, pa.Table]:
    """Members, edges and evidence of some clusters: those of a large run are read once."""
    ids = pa.array([row["cluster_id"] for row in clusters], pa.string())
    own = {
        name: tables[name].filter(pc.is_in(tables[name]["cluster_id"], ids))
        for name in ("members", "edges")
    }
    accounts, evidence = own["members"]["account_id"], tables["evidence"]
    inside = (pc.is_in(evidence[end], accounts.combine_chunks()) for end in ("source", "target"))
    return {**own, "evidence": evidence.filter(pc.and_(*inside))}


def render_markdown(tables: dict[str, pa.Table], summary: dict[str, Any], report: str) -> str:
    """The short form, for mails and tickets: clusters, candidates, news, waves; no evidence.

    Whatever comes from the data is escaped: it begins no markup, no link and no HTML. `report` is
    where the page is.
    """
    environment = templates("report", autoescape=False)
    environment.filters["md"] = _markdown
    counts = summary["coordination"]
    headline = "No group of accounts acts in concert beyond chance"
    if counts["clusters"]:
        headline = (
            f"{counts['clusters']:,} cluster{'s' * (counts['clusters'] != 1)} of "
            f"{counts['clustered_accounts']:,} accounts that act in concert beyond chance"
        )
    text = environment.get_template("report.md.j2").render(
        run=summary,
        headline=headline,
        alarms=alarm_blocks(summary),
        timed=timing_notice(summary),
        notices=left_out_notices(summary),
        lacking=insufficient_notices(summary),
        scores=scores_notice(summary),
        volume=volume_notice(summary),
        changes=changes_notice(summary),
        evolution=_news(tables["evolution"]),
        recovery=tables["recovery"].to_pylist()[-MOST_ROWS_MARKDOWN:],
        wave_count=tables["recovery"].num_rows,
        returners=tables["returners"].slice(0, MOST_ROWS_MARKDOWN).to_pylist(),
        clusters=tables["clusters"].to_pylist(),
        candidates=tables["candidates"].to_pylist(),
        most_rows=MOST_ROWS_MARKDOWN,
        report=report,
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


def templates(package: str, *, autoescape: bool) -> jinja2.Environment:
    """The templates of a package of `lockstep`, with the filters that all of them have."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lockstep", package),
        autoescape=autoescape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(utc=utc_text, number=_number, small=_small, share=_share)
    return environment


def _markdown(text: object) -> str:
    r"""Text that stands for itself in Markdown.

    >>> print(_markdown("[a](http://b.c)|<i>"))
    \[a\]\(http\://b\.c\)\|\<i\>
    """
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&:@.])", r"\\\1", label(text, 300))


_NAMES = (
    "min_objects",
    "max_object_actions",
    "fdr",
    "text_bits",
    "combine",
    "strata",
    "resolution",
    "seed",
    "min_cluster_size",
    "damping",
    "controls",
    "bootstraps",
)


def _news(evolution: pa.Table) -> list[dict[str, Any]]:
    """Clusters that are not as they were, in order of interest."""
    rows = [row for row in evolution.to_pylist() if row["change"] not in ("same", "absent")]
    order = {change: place for place, change in enumerate(CHANGES)}
    return sorted(rows, key=lambda row: (order[row["change"]], -row["members"], row["lasting_id"]))


def _windows(windows: dict[str, int]) -> str:
    """How far apart two actions may be, in words."""
    distinct = sorted(set(windows.values()))
    if len(distinct) == 1:
        return f"{distinct[0]:,} seconds"
    return ", ".join(f"{window:,} ({name})" for name, window in windows.items()) + " seconds"


def sweep_command(summary: dict[str, Any]) -> str:
    """The call that makes this run again, in a shell."""
    options = summary["options"]
    words = ["lockstep", "sweep", summary["store"], "--window", f"{options['window_s']}s"]
    for kind in options["kinds"]:
        words += ["--kind", kind]
    for kind, window in options["layer_windows"]:
        words += ["--layer-window", f"{kind}={window}s"]
    for name in _NAMES:
        words += [f"--{name.replace('_', '-')}", str(options[name])]
    if options["timing_test"]:
        words += ["--timing-test", "--horizon", f"{options['horizon_s']}s"]
    for name in ("since", "until"):
        if options[f"{name}_s"] is not None:
            words += [f"--{name}", str(options[f"{name}_s"])]
    if summary["previous"]:
        words += ["--previous", summary["previous"]]
    if summary["referrals"].get("reliability_file"):
        words += ["--reliability", summary["referrals"]["reliability_file"]]
    for name in ("referrals", "groups"):
        if summary[name]["file"]:
            words += [f"--{name}", summary[name]["file"]]
    return shlex.join(words)


def sweep_call(summary: dict[str, Any]) -> str:
    """The same in Python."""
    options = summary["options"]
    named = {name: options[name] for name in ("kinds", "window_s", *_NAMES)}
    if options["layer_windows"]:
        named["layer_windows"] = dict(options["layer_windows"])
    if options["timing_test"]:
        named |= {name: options[name] for name in ("timing_test", "horizon_s")}
    for name in ("since", "until"):
        if options[f"{name}_s"] is not None:
            named[name] = options[f"{name}_s"]
    if summary["previous"]:
        named["previous"] = summary["previous"]
    if summary["referrals"].get("reliability_file"):
        named["reliability"] = summary["referrals"]["reliability_file"]
    for name in ("referrals", "groups"):
        if summary[name]["file"]:
            named[name] = summary[name]["file"]
    said = ", ".join(f"{name}={value!r}" for name, value in named.items())
    return f"lockstep.sweep({summary['store']!r}, {said})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if isinstance(value, int) or value >= 1000 else f"{value:.3g}"


def _share(value: float | None) -> str:
    """A share in per cent, where there is one."""
    return "none" if value is None else f"{100 * value:.3g}%"


def _small(value: float) -> str:
    """A probability for people."""
    return f"{value:.2g}" if value > 1e-300 else "below 1e-300"
