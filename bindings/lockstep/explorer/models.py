"""The answers of the explorer's API, as its pages and its OpenAPI document know them.

Times are UTC seconds, ids external ids as the store names them. Large tables come as columns.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

__all__ = [
    "AccountDetail",
    "ActionColumns",
    "Candidate",
    "ClusterDetail",
    "ClusterPage",
    "ClusterRow",
    "Comparison",
    "Drawing",
    "Drawn",
    "EdgeDetail",
    "Events",
    "Fault",
    "Faults",
    "Graph",
    "Hit",
    "Lags",
    "Ledger",
    "MemberPage",
    "Meta",
    "Neighbourhood",
    "Night",
    "ReferralQueue",
    "RemovedAccounts",
    "RunRow",
    "TakedownCurve",
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


class ClusterRow(BaseModel):
    """One cluster: the columns of clusters.parquet, and how its meetings lie over the run."""

    cluster_id: str
    lasting_id: str | None
    change: str | None
    network: str | None
    tied_to: list[str]
    rank: int
    members: int
    edges: int
    density: float
    score: float
    layers: list[str]
    objects: int
    median_lag_s: float | None
    median_objects: float | None
    median_expected: float | None
    first_s: int
    last_s: int
    groups: list[str]
    explained: float | None
    synchrony: float | None
    control_percentile: float | None
    control_synchrony: float | None
    control_pool: str | None
    stability: float | None
    insufficient: str | None
    top_objects: list[str]
    dismissed_case: int | None = None  # none of these four in runs made before there were cases
    dismissed_shared: int | None = None
    dismissed_overlap: float | None = None
    dismissed_note: str | None = None
    reason: str
    spark: list[int]  # meetings in equal parts of the run's time


class ClusterPage(BaseModel):
    """Some of the clusters that fit a filter."""

    rows: list[ClusterRow]
    matching: int
    total: int


class Member(BaseModel):
    """A row of members.parquet."""

    account_id: str
    degree: int
    strength: float
    objects: int
    membership: float
    groups: list[str]
    stability: float | None


class MemberPage(BaseModel):
    """Some of the members of a cluster."""

    rows: list[Member]
    total: int


class ClusterDetail(BaseModel):
    """One cluster in words, with its first members."""

    row: ClusterRow
    remarks: list[str]
    members: list[Member]  # the strongest
    members_total: int
    window_s: int  # the widest of its layers


class Graph(BaseModel):
    """A graph to be drawn, as columns; `source` and `target` are places in `ids`."""

    ids: list[str]
    x: list[float]  # 0 to 1
    y: list[float]
    strength: list[float]
    mark: list[int]  # 1 near a referred account, 2 in a known group, 4 new in it, 0 none of these
    source: list[int]
    target: list[int]
    weight: list[float]
    layer: list[int]  # place in the layers, or 6 for several


class Drawn(BaseModel):
    """A graph, and how much there is of it in all."""

    graph: Graph
    layers: list[str]
    totalVertices: int  # noqa: N815 (as the page names it)
    totalEdges: int  # noqa: N815


class Events(BaseModel):
    """Meetings as columns; ends are places in `ids`, objects in `objects`, layers in `layers`."""

    ids: list[str]
    source: list[int]
    target: list[int]
    object: list[int]
    layer: list[int]
    sourceTime: list[int]  # noqa: N815
    targetTime: list[int]  # noqa: N815
    objects: list[str]
    layers: list[str]
    objectActions: list[int]  # noqa: N815 (of each of the objects)
    total: int


class Drawing(BaseModel):
    """The graph of a cluster and the meetings behind it."""

    drawn: Drawn
    events: Events


class Lags(BaseModel):
    """Seconds between two members on one object, in bins, beside what chance would give."""

    edges_s: list[float]
    observed: list[int]
    expected: list[float]


class Night(BaseModel):
    """A cluster in another run, found by its lasting name."""

    run_id: str
    cluster_id: str | None
    change: str | None
    members: int
    members_before: int | None
    last_s: int | None


class TakedownCurve(BaseModel):
    """What is left after each removal, as shares; columns of `lockstep.takedown_curve`."""

    removed: list[int]
    account_id: list[str | None]
    weight_left: list[float]
    pairs_left: list[float]
    largest_component: list[float]


class RemovedAccounts(BaseModel):
    """Accounts of a cluster, in the order in which to take them away."""

    accounts: list[str]


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
