"""The routes of runs, accounts, referrals and the ledger: they read, and change nothing."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from lockstep import _core
from lockstep.explorer import account_answers, cluster_models, graph_answers, models, night_answers
from lockstep.explorer.asked import Account, Offset, cluster_of, desk_of, index_of, session_of
from lockstep.explorer.faults import ApiFault

__all__ = ["router"]

router = APIRouter(prefix="/api")


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
    index = index_of(request, run)
    return {**index.run.summary, "folder": index.run.path.name}


@router.get("/runs/{run}/edge")
def edge(request: Request, run: str, a: Account, b: Account) -> models.EdgeDetail:
    """Why two accounts are tied; without rows where they are not."""
    try:
        return account_answers.edge_detail(index_of(request, run), desk_of(request).fresh(), a, b)
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
        return account_answers.account_detail(desk.runs, index_of(request, run), desk.fresh(), id)
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
    return account_answers.neighbourhood(index_of(request, run), id, offset=offset, limit=limit)


@router.get("/runs/{run}/neighbourhood/graph")
def neighbourhood_graph(
    request: Request,
    run: str,
    id: Account,
    most: Annotated[int, Query(ge=1, le=500)] = 25,
) -> cluster_models.Drawn:
    """An account, its firmest ties and those among their other ends, placed and coloured."""
    return graph_answers.neighbourhood(index_of(request, run), id, most=most)


@router.get("/runs/{run}/why-not")
def why_not(
    request: Request,
    run: str,
    account: Account,
    other: Annotated[str, Query(max_length=4096)] = "",
    cluster: Annotated[str, Query(max_length=40)] = "",
) -> models.WhyNot:
    """Which threshold a tie with another account, or with a cluster's members, misses."""
    index = index_of(request, run)
    if bool(other) == bool(cluster) or account == other:
        raise ApiFault(422, "One question at a time", "Give another account, or a cluster.", "")
    place = cluster_of(index, cluster) if cluster else None
    return account_answers.why_not(index, desk_of(request).fresh(), account, other or None, place)


@router.get("/runs/{run}/search")
def search(
    request: Request, run: str, q: Annotated[str, Query(min_length=1, max_length=4096)]
) -> list[models.Hit]:
    """Clusters and accounts whose name begins so, and the account of exactly this id."""
    return night_answers.hits(index_of(request, run), desk_of(request).fresh(), q)


@router.get("/runs/{run}/referrals")
def referrals(
    request: Request, run: str, limit: Annotated[int, Query(ge=1, le=1000)] = 500
) -> models.ReferralQueue:
    """Accounts near referred ones, and the partners' records."""
    return night_answers.referral_queue(index_of(request, run), desk_of(request).fresh(), limit)


@router.get("/runs/{run}/returners")
def returners(
    request: Request, run: str, limit: Annotated[int, Query(ge=1, le=1000)] = 500
) -> cluster_models.Returners:
    """New accounts that resemble suspended ones: to be looked at, and nothing more."""
    return night_answers.returners(index_of(request, run), limit)


@router.get("/compare")
def compare(request: Request, a: str, b: str) -> models.Comparison:
    """What became of the clusters of run `a` in run `b`."""
    return night_answers.comparison(index_of(request, a), index_of(request, b))


By = Literal["wave", "source", "month", "reason"]


@router.get("/ledger")
def ledger(request: Request, by: By = "wave") -> models.Ledger:
    """The ledger of suspensions."""
    return night_answers.ledger(desk_of(request).fresh(), by)
