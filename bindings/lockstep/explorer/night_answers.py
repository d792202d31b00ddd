"""What the pages of runs, referrals and the ledger show."""

from __future__ import annotations

import bisect
from typing import Any

from lockstep.explorer import cluster_models, models
from lockstep.explorer.desk import StoredNames
from lockstep.explorer.run_index import RunIndex
from lockstep.explorer.runs import Runs
from lockstep.ledger import ledger_summary, ledger_tally
from lockstep.moments import DATE, utc_text
from lockstep.partners import partner_records
from lockstep.sweep.evolution import compare_runs

__all__ = ["comparison", "hits", "ledger", "referral_queue", "returners", "run_rows"]

_MOST_CHANGES = 1_000
_MOST_NAMED = 50  # accounts that joined or left, of one cluster
_MOST_CANDIDATES = 1_000
_MOST_HITS = 12


def run_rows(runs: Runs, limit: int) -> list[models.RunRow]:
    """Runs, the latest first."""
    return [models.RunRow(**runs.figures(name)) for name in runs.names()[:limit]]


def comparison(earlier: RunIndex, later: RunIndex) -> models.Comparison:
    """What became of the clusters of one run in another, and what differs between the two."""
    rows = [row for row in compare_runs(earlier.run, later.run) if row["change"] != "absent"]
    return models.Comparison(
        rows=[_evolved(row, earlier, later) for row in rows[:_MOST_CHANGES]],
        total=len(rows),
        causes=_causes(earlier.run.summary, later.run.summary),
    )


def _evolved(row: dict[str, Any], earlier: RunIndex, later: RunIndex) -> models.Evolved:
    end, begin = earlier.run.summary["input"]["last_s"], later.run.summary["input"]["first_s"]
    met = [later.last_met_s(name) for name in row["joined"]]
    met_before = [earlier.last_met_s(name) for name in row["left"]]
    lists = ("joined", "left")
    shortened = {name: row[name][:_MOST_NAMED] for name in lists}
    totals = {f"{name}_total": len(row[name]) for name in lists}
    return models.Evolved(
        **{**row, **shortened, **totals},
        joined_by_new=sum(time is not None and end is not None and time > end for time in met),
        left_by_age=sum(
            time is not None and begin is not None and time < begin for time in met_before
        ),
    )


def _causes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs between two runs, in words."""
    told = []
    if before["epoch"] != after["epoch"]:
        more = after["ingest"]["accepted"] - before["ingest"]["accepted"]
        told.append(
            f"The store: epoch {before['epoch']}, then {after['epoch']}; "
            f"{more:+,} actions taken in."
        )
    spans = [_span(summary) for summary in (before, after)]
    if spans[0] != spans[1]:
        told.append(f"The time that counts: {spans[0]}, then {spans[1]}.")
    for name in sorted({*before["options"], *after["options"]} - {"since_s", "until_s"}):
        values = before["options"].get(name), after["options"].get(name)
        if values[0] != values[1]:
            told.append(f"The option {name}: {values[0]}, then {values[1]}.")
    if before["versions"] != after["versions"]:
        told.append("The version of the program or of Arrow.")
    return told or ["Nothing: the same store, time and options."]


def _span(summary: dict[str, Any]) -> str:
    first, last = summary["input"]["first_s"], summary["input"]["last_s"]
    return "no actions" if first is None else f"{utc_text(first, DATE)} to {utc_text(last, DATE)}"


def referral_queue(index: RunIndex, store: StoredNames, limit: int) -> models.ReferralQueue:
    """Ranked candidates of a run, and what became of each partner's referrals."""
    return models.ReferralQueue(
        candidates=[
            models.Candidate(**row) for row in index.candidates[: min(limit, _MOST_CANDIDATES)]
        ],
        partners=[models.Partner(**row) for row in partner_records(store).to_pylist()],
        total=len(index.candidates),
    )


def returners(index: RunIndex, limit: int) -> cluster_models.Returners:
    """New accounts of a run, the most like suspended ones first."""
    summary = index.run.summary["returners"]
    return cluster_models.Returners(
        rows=[cluster_models.Returner(**row) for row in index.returners[:limit]],
        **{name: summary.get(name) for name in ("new", "suspended", "alike")},
    )


def ledger(store: StoredNames, by: str) -> models.Ledger:
    """The ledger's tally by wave, source, month or reason."""
    tallies = [
        models.Tally(**{**row, "name": row[by]}) for row in ledger_tally(store, by=by).to_pylist()
    ]
    return models.Ledger(summary=models.LedgerSummary(**ledger_summary(store)), tallies=tallies)


def hits(index: RunIndex, store: StoredNames, text: str) -> list[models.Hit]:
    """Clusters and accounts whose name begins so; and the account of exactly this id."""
    found = [
        models.Hit(kind="cluster", id=row["cluster_id"], cluster_id=row["cluster_id"])
        for row in index.clusters
        if _begins(row, text)
    ][:_MOST_HITS]
    names = _beginning(index.sorted_names, text)
    if text not in names and store.knows(text):
        names.insert(0, text)
    return [
        *found[: _MOST_HITS // 2],
        *(
            models.Hit(
                kind="account",
                id=name,
                cluster_id=index.membership.get(name, {}).get("cluster_id"),
            )
            for name in names[:_MOST_HITS]
        ),
    ]


def _begins(row: dict[str, Any], text: str) -> bool:
    ids = (row["cluster_id"], row["lasting_id"] or "")
    return any(name.casefold().startswith(text.casefold()) for name in ids)


def _beginning(names: list[str], text: str) -> list[str]:
    first = bisect.bisect_left(names, text)
    found = []
    for name in names[first : first + _MOST_HITS]:
        if not name.startswith(text):
            break
        found.append(name)
    return found
