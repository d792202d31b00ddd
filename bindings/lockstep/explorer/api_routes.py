"""The routes of runs, clusters, accounts and the ledger: they read, and change nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response

from lockstep import _core
from lockstep.convert import write_gexf, write_graphml
from lockstep.errors import MissingPackage
from lockstep.explorer import (
    account_answers,
    cluster_answers,
    cluster_models,
    models,
    night_answers,
)
from lockstep.explorer.access import Session
from lockstep.explorer.desk import Desk
from lockstep.explorer.faults import ApiFault
from lockstep.explorer.run_index import RunIndex

__all__ = ["router", "session_of"]

router = APIRouter(prefix="/api")

Account = Annotated[str, Query(min_length=1, max_length=4096)]
Sort = Literal[
    "rank", "members", "edges", "density", "score", "objects", "median_lag_s", "stability",
    "synchrony", "control_percentile", "first_s", "last_s", "cluster_id",
]  # fmt: skip
Offset = Annotated[int, Query(ge=0, le=2**31)]


def desk_of(request: Request) -> Desk:
    """The store and the runs that this server reads."""
    desk: Desk = request.app.state.desk
    return desk


def session_of(request: Request) -> Session:
    """Who asks; the guard has let nobody else through."""
    session: Session = request.scope["state"]["session"]
    return session


def _index(request: Request, run: str) -> RunIndex:
    try:
        return desk_of(request).runs.get(run)
    except KeyError:
        raise ApiFault(404, "There is no such run", f"{run!r} is not in the folder of runs.",
                       "Open the latest one.") from None  # fmt: skip


def _cluster(index: RunIndex, name: str) -> int:
    place = index.place_of_cluster.get(name)
    if place is None:
        count = len(index.clusters)
        there = f"It has C-0001 to C-{count:04d}." if count else "It has none."
        raise ApiFault(404, "There is no such cluster in this run", there, "Go to its clusters.")
    return place


@router.get("/meta")
def meta(request: Request) -> models.Meta:
    """Who asks, and what this server can do."""
    desk, session = desk_of(request), session_of(request)
    return models.Meta(
        version=_core.__version__,
        store=desk.store.path.name,
        read_only=desk.read_only,
        user=session.user,
        role=session.role,
        csrf=session.csrf,
        pseudonymous=desk.pseudonymous,
        features=models.Features(ledger=True, cases=True),
    )


@router.get("/runs")
def runs(
    request: Request, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[models.RunRow]:
    """Runs, the latest first."""
    return night_answers.run_rows(desk_of(request).runs, limit)


@router.get("/runs/{run}")
def run_summary(request: Request, run: str) -> dict[str, Any]:
    """run.json of a run; `latest` is one too."""
    index = _index(request, run)
    return {**index.run.summary, "folder": index.run.path.name}


@router.get("/runs/{run}/clusters")
def clusters(
    request: Request,
    run: str,
    text: Annotated[str, Query(max_length=200)] = "",
    change: Annotated[str | None, Query(max_length=20)] = None,
    min_members: Annotated[int, Query(ge=0, le=2**31)] = 0,
    sort: Sort = "rank",
    descending: bool = False,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> cluster_models.ClusterPage:
    """Clusters that fit a filter, in order, page by page."""
    return cluster_answers.cluster_page(
        _index(request, run),
        text=text,
        change=change,
        min_members=min_members,
        sort=sort,
        descending=descending,
        offset=offset,
        limit=limit,
    )


@router.get("/runs/{run}/map")
def map_of_clusters(request: Request, run: str) -> cluster_models.Drawn:
    """The first 500 clusters and the edges between them."""
    return cluster_answers.map_of_clusters(_index(request, run))


@router.get("/runs/{run}/clusters/{cluster}")
def cluster_detail(request: Request, run: str, cluster: str) -> cluster_models.ClusterDetail:
    """One cluster in words."""
    index = _index(request, run)
    return cluster_answers.detail(index, _cluster(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/members")
def cluster_members(
    request: Request,
    run: str,
    cluster: str,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=cluster_answers.MOST_MEMBERS)] = 500,
) -> cluster_models.MemberPage:
    """Members of a cluster, the strongest first, page by page."""
    index = _index(request, run)
    return cluster_answers.member_page(index, _cluster(index, cluster), offset=offset, limit=limit)


@router.get("/runs/{run}/clusters/{cluster}/graph")
def cluster_graph(
    request: Request,
    run: str,
    cluster: str,
    most: Annotated[int, Query(ge=1, le=cluster_answers.MOST_VERTICES)] = (
        cluster_answers.MOST_VERTICES
    ),
) -> cluster_models.Drawing:
    """Its graph, placed, and the meetings behind it."""
    index = _index(request, run)
    return cluster_answers.drawing(
        desk_of(request).runs, index, _cluster(index, cluster), most=most
    )


@router.get("/runs/{run}/clusters/{cluster}/file")
def cluster_file(
    request: Request, run: str, cluster: str, form: Literal["gexf", "graphml"] = "gexf"
) -> Response:
    """Its graph as a file for Gephi, NetworkX and others."""
    index = _index(request, run)
    place = _cluster(index, cluster)
    pairs, members = index.pairs_within(place), index.members_of(place)
    if pairs.num_rows > cluster_answers.MOST_EDGES:
        raise ApiFault(
            413,
            "The graph is too large for a download here",
            f"It has {pairs.num_rows:,} edges.",
            "`lockstep runs export` writes its edges as a table.",
        )
    name = index.clusters[place]["cluster_id"]
    return Response(
        _written(pairs, members, form),
        media_type="application/xml",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


def _written(pairs: pa.Table, members: pa.Table, form: str) -> bytes:
    write = {"gexf": write_gexf, "graphml": write_graphml}[form]
    with tempfile.TemporaryDirectory() as folder:
        try:
            return write(pairs, Path(folder) / "graph", vertices=members).read_bytes()
        except MissingPackage as error:
            raise ApiFault(501, "This server writes no graph files", str(error),
                           "Install it beside the server.") from None  # fmt: skip


@router.get("/runs/{run}/clusters/{cluster}/lags")
def cluster_lags(request: Request, run: str, cluster: str) -> cluster_models.Lags:
    """Seconds between members on one object, beside chance."""
    index = _index(request, run)
    return cluster_answers.lags(index, _cluster(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/nights")
def cluster_nights(request: Request, run: str, cluster: str) -> list[cluster_models.Night]:
    """The cluster in other runs."""
    index = _index(request, run)
    return cluster_answers.nights(desk_of(request).runs, index, _cluster(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/takedown")
def cluster_takedown(request: Request, run: str, cluster: str) -> cluster_models.TakedownCurve:
    """What is left of its ties as members are taken away, the most firmly tied first."""
    index = _index(request, run)
    return cluster_answers.curve(index, _cluster(index, cluster))


@router.post("/runs/{run}/clusters/{cluster}/takedown")
def takedown_of(
    request: Request, run: str, cluster: str, removed: cluster_models.RemovedAccounts
) -> cluster_models.TakedownCurve:
    """The same for accounts of one's own choice. It changes nothing."""
    index = _index(request, run)
    try:
        return cluster_answers.curve(index, _cluster(index, cluster), removed.accounts)
    except ValueError as error:
        raise ApiFault(422, "These accounts cannot be taken away", str(error),
                       "Choose members of the cluster, each once.") from None  # fmt: skip


@router.get("/runs/{run}/edge")
def edge(request: Request, run: str, a: Account, b: Account) -> models.EdgeDetail:
    """Why two accounts are tied; without rows where they are not."""
    try:
        return account_answers.edge_detail(_index(request, run), desk_of(request).fresh(), a, b)
    except KeyError as error:
        raise _no_account(error.args[0]) from None


def _no_account(name: str) -> ApiFault:
    return ApiFault(
        404,
        "There is no such account",
        f"Neither the store nor the run has {name!r}.",
        "Ids are exact: check upper and lower case.",
    )


@router.get("/runs/{run}/account")
def account(request: Request, run: str, id: Account) -> models.AccountDetail:
    """Everything known of one account."""
    desk = desk_of(request)
    try:
        return account_answers.account_detail(desk.runs, _index(request, run), desk.fresh(), id)
    except KeyError:
        raise _no_account(id) from None


@router.get("/runs/{run}/neighbourhood")
def neighbourhood(
    request: Request,
    run: str,
    id: Account,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 25,
) -> models.Neighbourhood:
    """The firmest ties of an account, page by page."""
    return account_answers.neighbourhood(_index(request, run), id, offset=offset, limit=limit)


@router.get("/runs/{run}/why-not")
def why_not(
    request: Request,
    run: str,
    account: Account,
    other: Annotated[str, Query(max_length=4096)] = "",
    cluster: Annotated[str, Query(max_length=40)] = "",
) -> models.WhyNot:
    """Which threshold a tie with another account, or with a cluster's members, misses."""
    index = _index(request, run)
    if bool(other) == bool(cluster) or account == other:
        raise ApiFault(422, "One question at a time", "Give another account, or a cluster.", "")
    place = _cluster(index, cluster) if cluster else None
    return account_answers.why_not(index, desk_of(request).fresh(), account, other or None, place)


@router.get("/runs/{run}/search")
def search(
    request: Request, run: str, q: Annotated[str, Query(min_length=1, max_length=4096)]
) -> list[models.Hit]:
    """Clusters and accounts whose name begins so, and the account of exactly this id."""
    return night_answers.hits(_index(request, run), desk_of(request).fresh(), q)


@router.get("/runs/{run}/referrals")
def referrals(
    request: Request, run: str, limit: Annotated[int, Query(ge=1, le=1000)] = 500
) -> models.ReferralQueue:
    """Accounts near referred ones, and the partners' records."""
    return night_answers.referral_queue(_index(request, run), desk_of(request).fresh(), limit)


@router.get("/compare")
def compare(request: Request, a: str, b: str) -> models.Comparison:
    """What became of the clusters of run `a` in run `b`."""
    return night_answers.comparison(_index(request, a).run, _index(request, b).run)


By = Literal["wave", "source", "month", "reason"]


@router.get("/ledger")
def ledger(request: Request, by: By = "wave") -> models.Ledger:
    """The ledger of suspensions."""
    return night_answers.ledger(desk_of(request).fresh(), by)
