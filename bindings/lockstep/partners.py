"""What became of each partner's referrals."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep.case_store import reading
from lockstep.cases.decisions import decisions_of
from lockstep.ledger import last_events
from lockstep.reliability import RECORD
from lockstep.store import Store
from lockstep.sweep.referrals import current_referrals

__all__ = ["as_reliability", "partner_records", "partner_report", "reliability_by_record"]

# What the ledger says last of an account, for those who referred it.
_STATES = {
    "suspended": "confirmed",
    "appealed": "confirmed",
    "reinstated": "rejected",
    "cleared": "rejected",
}


def partner_records(store: Store) -> pa.Table:
    """Count, for each source, what became of the accounts that it referred.

    Parameters
    ----------
    store : Store

    Returns
    -------
    pyarrow.Table
        One row a source, sorted: `source`, `referred` (accounts), `confirmed` (suspended by the
        ledger, an appeal running or not, or found coordinated and inauthentic by a signed case),
        `rejected` (reinstated or cleared, or found harmless by a signed case), `open`, and
        `reliability`: the mean of Beta(1 + confirmed, 1 + rejected). The last word counts.
    """
    counts: dict[str, dict[str, int]] = defaultdict(
        lambda: {"confirmed": 0, "rejected": 0, "open": 0}
    )
    for row in _referrals(store):
        counts[row["source"]][row["state"]] += 1
    rows = [
        {
            "source": source,
            "referred": sum(own.values()),
            **own,
            "reliability": (1 + own["confirmed"]) / (2 + own["confirmed"] + own["rejected"]),
        }
        for source, own in sorted(counts.items())
    ]
    kinds = [(name, pa.int64()) for name in ("referred", "confirmed", "rejected", "open")]
    schema = pa.schema([("source", pa.string()), *kinds, ("reliability", pa.float64())])
    return pa.Table.from_pylist(rows, schema)


def partner_report(store: Store, source: str) -> pa.Table:
    """List one source's own referrals with their outcome, and nobody else's.

    Parameters
    ----------
    store : Store
    source : str
        As it stands in the referrals.

    Returns
    -------
    pyarrow.Table
        `account_id` (as the store names it, sorted), `confidence` (as the source gave it),
        `referred_s`, `state` (confirmed, rejected or open) and `decided_s` (null while open).

    Raises
    ------
    ValueError
        Where the store has no referral of that source.
    """
    referrals = _referrals(store)
    rows = [row for row in referrals if row["source"] == source]
    if not rows:
        known = ", ".join(sorted({row["source"] for row in referrals})) or "none"
        raise ValueError(f"no referral is from {source!r}; there are {known}")
    names = ("account_id", "confidence", "referred_s", "state", "decided_s")
    types = (pa.string(), pa.float64(), pa.int64(), pa.string(), pa.int64())
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kind)
            for name, kind in zip(names, types, strict=True)
        }
    )


def reliability_by_record(store: Store) -> dict[str, float]:
    """The reliability of each source, by what became of its referrals."""
    table = partner_records(store)
    return dict(zip(table["source"].to_pylist(), table["reliability"].to_pylist(), strict=True))


def as_reliability(store: Store, given: str | Path | None) -> dict[str, float] | Path | None:
    """A file of reliabilities, or what `record` stands for."""
    if given is None:
        return None
    return reliability_by_record(store) if str(given) == RECORD else Path(given)


def _referrals(store: Store) -> list[dict[str, Any]]:
    """Each source's last word on each account, by account, with what the ledger says."""
    with reading(store.path) as cases:
        labels = current_referrals(cases.labels())
    decided = _decided(store)
    rows = []
    for account, _, source, confidence, time_s in labels:
        state, decided_s = decided.get(account, ("open", None))
        rows.append(
            {
                "account_id": account,
                "source": source,
                "confidence": confidence,
                "referred_s": time_s,
                "state": state,
                "decided_s": decided_s,
            }
        )
    return rows


def _decided(store: Store) -> dict[str, tuple[str, int | None]]:
    """Of each account that was decided on: the state, and when. The last word counts, be it an
    entry of the ledger or a signed case; of equal times the ledger's, which tells what was done."""
    decided: dict[str, tuple[str, int | None]] = {}
    for account, event in last_events(store).items():
        decided[account] = (_STATES[event[1]], event[3])
    for account, verdict in decisions_of(store.path).verdicts.items():
        known = decided.get(account)
        if known is None or known[1] is None or verdict.time_s > known[1]:
            decided[account] = (verdict.state, verdict.time_s)
    return decided
