"""The routes of clusters: they read, and change nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response

from lockstep.convert import write_gexf, write_graphml
from lockstep.errors import MissingPackage
from lockstep.explorer import cluster_answers, cluster_models, graph_answers
from lockstep.explorer.asked import Offset, cluster_of, desk_of, index_of
from lockstep.explorer.faults import ApiFault

__all__ = ["router"]

router = APIRouter(prefix="/api")

Sort = Literal[
    "rank", "members", "edges", "density", "score", "objects", "median_lag_s", "stability",
    "synchrony", "control_percentile", "first_s", "last_s", "cluster_id",
]  # fmt: skip


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
        index_of(request, run),
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
    return graph_answers.map_of_clusters(index_of(request, run))


@router.get("/runs/{run}/clusters/{cluster}")
def cluster_detail(request: Request, run: str, cluster: str) -> cluster_models.ClusterDetail:
    """One cluster in words."""
    index = index_of(request, run)
    return cluster_answers.detail(index, cluster_of(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/members")
def cluster_members(
    request: Request,
    run: str,
    cluster: str,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=cluster_answers.MOST_MEMBERS)] = 500,
) -> cluster_models.MemberPage:
    """Members of a cluster, the strongest first, page by page."""
    index = index_of(request, run)
    return cluster_answers.member_page(
        index, cluster_of(index, cluster), offset=offset, limit=limit
    )


@router.get("/runs/{run}/clusters/{cluster}/graph")
def cluster_graph(
    request: Request,
    run: str,
    cluster: str,
    most: Annotated[int, Query(ge=1, le=graph_answers.MOST_VERTICES)] = (
        graph_answers.MOST_VERTICES
    ),
) -> cluster_models.Drawing:
    """Its graph, placed, and the meetings behind it."""
    index = index_of(request, run)
    return graph_answers.drawing(
        desk_of(request).runs, index, cluster_of(index, cluster), most=most
    )


@router.get("/runs/{run}/clusters/{cluster}/file")
def cluster_file(
    request: Request, run: str, cluster: str, form: Literal["gexf", "graphml"] = "gexf"
) -> Response:
    """Its graph as a file for Gephi, NetworkX and others."""
    index = index_of(request, run)
    place = cluster_of(index, cluster)
    pairs = index.pairs_within(place)
    if pairs.num_rows > graph_answers.MOST_EDGES:
        raise ApiFault(
            413,
            "The graph is too large for a download here",
            f"It has {pairs.num_rows:,} edges.",
            "`lockstep runs export` writes its edges as a table.",
        )
    name = index.clusters[place]["cluster_id"]
    return Response(
        _written(pairs, graph_answers.placed_members(index, place), form),
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
    index = index_of(request, run)
    return cluster_answers.lags(index, cluster_of(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/nights")
def cluster_nights(request: Request, run: str, cluster: str) -> list[cluster_models.Night]:
    """The cluster in other runs."""
    index = index_of(request, run)
    return cluster_answers.nights(desk_of(request).runs, index, cluster_of(index, cluster))


@router.get("/runs/{run}/clusters/{cluster}/robustness")
def cluster_robustness(
    request: Request, run: str, cluster: str, seed: Annotated[int, Query(ge=0, le=2**31)] = 1
) -> cluster_models.Robustness:
    """Its ties within other windows, beside those of times that `seed` shuffles."""
    index = index_of(request, run)
    return cluster_answers.robustness(
        index, desk_of(request).fresh(), cluster_of(index, cluster), seed=seed
    )


@router.get("/runs/{run}/clusters/{cluster}/takedown")
def cluster_takedown(request: Request, run: str, cluster: str) -> cluster_models.TakedownCurve:
    """What is left of its ties as members are taken away, the most firmly tied first."""
    index = index_of(request, run)
    return cluster_answers.curve(index, cluster_of(index, cluster))


@router.post("/runs/{run}/clusters/{cluster}/takedown")
def takedown_of(
    request: Request, run: str, cluster: str, removed: cluster_models.RemovedAccounts
) -> cluster_models.TakedownCurve:
    """The same for accounts of one's own choice. It changes nothing."""
    index = index_of(request, run)
    try:
        return cluster_answers.curve(index, cluster_of(index, cluster), removed.accounts)
    except ValueError as error:
        raise ApiFault(422, "These accounts cannot be taken away", str(error),
                       "Choose members of the cluster, each once.") from None  # fmt: skip
