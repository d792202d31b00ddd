"""The answers of the explorer's API of one cluster, as pages and OpenAPI document know them.

Times are UTC seconds, ids external ids as the store names them. Large tables come as columns.
"""

from __future__ import annotations

from pydantic import BaseModel

__all__ = [
    "ClusterDetail",
    "ClusterPage",
    "ClusterRow",
    "Drawing",
    "Drawn",
    "Events",
    "Graph",
    "Lags",
    "Member",
    "MemberPage",
    "Night",
    "RemovedAccounts",
    "Returner",
    "Returners",
    "Robustness",
    "TakedownCurve",
    "TiedPairs",
]


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


class Returner(BaseModel):
    """A row of returners.parquet: a new account, and the suspended one that it resembles."""

    rank: int
    account_id: str
    score: float
    alike: bool
    fresh: bool
    first_s: int
    resembles: str
    wave: str | None
    suspended_s: int
    similarity: float
    most_like: str | None
    shared: int
    shared_objects: list[str]
    shared_targets: list[str]
    closeness: float
    path: list[str]
    rhythm: float


class Returners(BaseModel):
    """New accounts by likeness to suspended ones; all is none where nobody was suspended."""

    rows: list[Returner]
    new: int | None  # accounts that were compared
    suspended: int | None
    alike: int | None  # to be looked at


class ClusterDetail(BaseModel):
    """One cluster in words, with its first members."""

    row: ClusterRow
    remarks: list[str]
    members: list[Member]  # the strongest
    members_total: int
    window_s: int  # the widest of its layers
    resembling: list[Returner]  # members that resemble suspended accounts, the first
    resembling_total: int


class Graph(BaseModel):
    """A graph to be drawn, as columns; `source` and `target` are places in `ids`."""

    ids: list[str]
    x: list[float]  # 0 to 1
    y: list[float]
    strength: list[float]
    group: list[int]  # community by size from 0; 7 for all but the seven largest
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
    joined: int
    left: int
    others: list[str]  # lasting names of clusters that it merged with, or that it split into
    last_s: int | None


class TakedownCurve(BaseModel):
    """What is left after each removal, as shares; columns of `lockstep.takedown_curve`.

    And how many of those removed so far may not belong: all that are in a known group, of others
    the share of draws of the objects that leave them out.
    """

    removed: list[int]
    account_id: list[str | None]
    weight_left: list[float]
    pairs_left: list[float]
    largest_component: list[float]
    may_not_belong: list[float]


class TiedPairs(BaseModel):
    """Pairs as columns, each with the first setting that ties it."""

    source: list[int]
    target: list[int]
    setting: list[int]


class Robustness(BaseModel):
    """Ties within several windows, beside those of one shuffle of the times.

    Ends of ties are places in `ids`; `setting` is the first in which a pair is tied.
    """

    ids: list[str]  # the members with the firmest ties
    members_total: int
    factors: list[float]  # of each setting, times the window of each layer
    window_s: list[int]  # of each setting, in the layer with the widest window
    real: TiedPairs
    shuffled: TiedPairs
    seed: int
    pairs: list[int]  # in each setting, as all that follow
    largest_component: list[int]
    shuffled_pairs: list[float]  # means of several shuffles
    shuffled_component: list[float]
    holds: list[bool]


class RemovedAccounts(BaseModel):
    """Accounts of a cluster, in the order in which to take them away."""

    accounts: list[str]
