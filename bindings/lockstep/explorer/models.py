"""The answers of the explorer's API of runs, accounts and the ledger.

Times are UTC seconds, ids external ids as the store names them. Large tables come as columns.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

__all__ = [
    "AccountDetail",
    "ActionColumns",
    "Candidate",
    "Comparison",
    "EdgeDetail",
    "Fault",
    "Faults",
    "Hit",
    "Ledger",
    "Meta",
    "Neighbourhood",
    "ReferralQueue",
    "RunRow",
    "Threshold",
    "WhyNot",
    "Word",
]


class Fault(BaseModel):
    """What went wrong, why, and what to do."""

    what: str
    why: str
    next: str
    request_id: str


class Faults(BaseModel):
    """The body of every failed answer."""

    error: Fault


class Features(BaseModel):
    """What this server can do."""

    ledger: bool
    cases: bool


class Meta(BaseModel):
    """Who asks, and whom."""

    version: str
    store: str
    read_only: bool
    user: str
    role: str  # viewer, analyst or lead
    csrf: str  # to be sent as X-CSRF-Token with everything that is not a GET
    pseudonymous: bool
    features: Features


class RunRow(BaseModel):
    """One run."""

    run_id: str
    finished_s: int
    clusters: int
    clustered_accounts: int
    previous: str | None
    alarms: int


class EdgeDetail(BaseModel):
    """Why two accounts are tied: rows of edges.parquet and evidence.parquet."""

    a: str
    b: str
    layers: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    evidence_total: int
    reasons: list[str]


class Neighbour(BaseModel):
    """An account tied to another, and how firmly."""

    account_id: str
    weight: float
    layers: list[str]
    cluster_id: str | None


class Neighbourhood(BaseModel):
    """The firmest ties of an account."""

    account_id: str
    neighbours: list[Neighbour]
    neighbours_total: int


class ActionColumns(BaseModel):
    """Actions of an account, the latest; columns of equal length."""

    time_s: list[int]
    object: list[str]
    layer: list[str]
    total: int


class Word(BaseModel):
    """What somebody said of an account: a referral, or an entry of the ledger."""

    what: str
    source: str
    time_s: int | None
    detail: str


class Candidate(BaseModel):
    """A row of candidates.parquet."""

    rank: int
    account_id: str
    score: float
    cluster_id: str | None
    path: list[str]
    path_probability: float | None
    sources: list[str]
    groups: list[str]


class Membership(BaseModel):
    """Where an account was in a run."""

    run_id: str
    cluster_id: str | None
    lasting_id: str | None
    change: str | None
    membership: float | None


class AccountDetail(BaseModel):
    """Everything known of one account."""

    account_id: str
    memberships: list[Membership]
    neighbours: list[Neighbour]
    neighbours_total: int
    actions: ActionColumns | None
    hours: list[int] | None  # actions by hour of the day, UTC
    words: list[Word]
    candidate: Candidate | None


class Partner(BaseModel):
    """What became of one partner's referrals."""

    source: str
    referred: int
    confirmed: int
    rejected: int
    open: int
    reliability: float


class ReferralQueue(BaseModel):
    """Accounts near referred ones, ranked, and the partners' records."""

    candidates: list[Candidate]
    partners: list[Partner]
    total: int


class LedgerSummary(BaseModel):
    """Accounts, each once."""

    suspended: int
    in_force: int
    appealed: int
    reinstated: int


class Tally(BaseModel):
    """One wave, source, month or reason of the ledger."""

    name: str
    suspended: int
    appealed: int
    reinstated: int
    in_force: int
    first_s: int
    last_s: int
    running_total: int


class Ledger(BaseModel):
    """The ledger of suspensions."""

    summary: LedgerSummary
    tallies: list[Tally]


class Evolved(BaseModel):
    """A row of evolution.parquet: what became of one cluster."""

    lasting_id: str
    cluster_id: str | None
    previous_cluster_id: str | None
    change: str
    members: int
    members_before: int
    joined: list[str]  # the first of them
    joined_total: int
    left: list[str]
    left_total: int
    others: list[str]
    joined_by_new: int  # of those that joined: they met since the earlier run's last action
    left_by_age: int  # of those that left: they last met before the later run's first action


class Comparison(BaseModel):
    """Two runs beside each other."""

    rows: list[Evolved]
    total: int
    causes: list[str]


class Threshold(BaseModel):
    """One thing that a tie needs, and what there is."""

    name: str
    value: str
    needed: str
    met: bool


class WhyNot(BaseModel):
    """Why two accounts have no tie, or an account is not in a cluster."""

    sentence: str
    thresholds: list[Threshold]


class Hit(BaseModel):
    """Something that a search found."""

    kind: str  # account or cluster
    id: str
    cluster_id: str | None
