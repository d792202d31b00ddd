"""What the pages of one cluster show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lockstep import _core
from lockstep.explorer import cluster_models
from lockstep.explorer.graph_answers import strongest_part
from lockstep.explorer.run_index import RunIndex
from lockstep.explorer.runs import Runs
from lockstep.store import Store
from lockstep.sweep.benign import doubts
from lockstep.sweep.remarks import cluster_remarks
from lockstep.sweep.trials import FACTORS, member_layers
from lockstep.takedown import takedown_curve
from lockstep.windows import SHUFFLES, Ties, least_settings, shuffled_layers, tried

__all__ = [
    "MOST_MEMBERS",
    "MOST_TRIED",
    "cluster_page",
    "curve",
    "detail",
    "lags",
    "member_page",
    "nights",
    "robustness",
]

MOST_MEMBERS = 1_000
MOST_TRIED = 200  # all of their pairs can be drawn
_MOST_NIGHTS = 60
_LAG_BINS = 30
_MOST_RESEMBLING = 20


def cluster_page(
    index: RunIndex,
    *,
    text: str,
    change: str | None,
    min_members: int,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
) -> cluster_models.ClusterPage:
    """Clusters that fit, in order; `text` is looked for in names, objects, groups and layers."""
    wanted = text.casefold()
    fitting = [
        row
        for row in index.clusters
        if row["members"] >= min_members
        and (change is None or row["change"] == change)
        and (not wanted or wanted in _words_of(row))
    ]
    # Whatever has no value comes last, in either order.
    known = [row for row in fitting if row[sort] is not None]
    known.sort(key=lambda row: row[sort], reverse=descending)
    ordered = known + [row for row in fitting if row[sort] is None]
    rows = [cluster_models.ClusterRow(**row) for row in ordered[offset : offset + limit]]
    return cluster_models.ClusterPage(rows=rows, matching=len(fitting), total=len(index.clusters))


def _words_of(row: dict[str, Any]) -> str:
    words = [row["cluster_id"], row["lasting_id"] or "", row["network"] or ""]
    return "\n".join([*words, *row["top_objects"], *row["groups"], *row["layers"]]).casefold()


def detail(index: RunIndex, cluster: int) -> cluster_models.ClusterDetail:
    """A cluster in words, with its strongest members."""
    row = index.clusters[cluster]
    page = member_page(index, cluster, offset=0, limit=MOST_MEMBERS)
    resembling = index.resembling(row["cluster_id"])
    return cluster_models.ClusterDetail(
        row=cluster_models.ClusterRow(**row),
        remarks=cluster_remarks(row),
        members=page.rows,
        members_total=page.total,
        window_s=_window_s(index, cluster),
        resembling=[cluster_models.Returner(**each) for each in resembling[:_MOST_RESEMBLING]],
        resembling_total=len(resembling),
    )


def member_page(
    index: RunIndex, cluster: int, *, offset: int, limit: int
) -> cluster_models.MemberPage:
    """Members of a cluster, the strongest first."""
    table = index.members_of(cluster)
    rows = table.slice(offset, limit).to_pylist()
    return cluster_models.MemberPage(
        rows=[cluster_models.Member(**row) for row in rows], total=table.num_rows
    )


def lags(index: RunIndex, cluster: int) -> cluster_models.Lags:
    """Seconds apart in bins; chance spreads what the test of activity expects evenly over them."""
    window_s = _window_s(index, cluster)
    bins = min(_LAG_BINS, window_s + 1)
    apart = np.abs(index.evidence_within(cluster)["lag_s"].to_numpy())
    observed, edges_s = np.histogram(apart, bins=bins, range=(0, window_s + 1))
    expected = float(np.nansum(index.edges_within(cluster)["expected"].to_numpy()))
    return cluster_models.Lags(
        edges_s=edges_s.tolist(), observed=observed.tolist(), expected=[expected / bins] * bins
    )


def _window_s(index: RunIndex, cluster: int) -> int:
    return max(index.run.window_of(layer) for layer in index.clusters[cluster]["layers"])


def nights(runs: Runs, index: RunIndex, cluster: int) -> list[cluster_models.Night]:
    """The cluster in the latest runs, found by its lasting name."""
    row = runs.become(index.run.id, index.clusters[cluster]["cluster_id"])
    if row is None:
        return []
    rows = [(name, runs.lasting(name, row["lasting_id"])) for name in runs.names()[:_MOST_NIGHTS]]
    return [
        cluster_models.Night(
            run_id=name,
            cluster_id=own["cluster_id"],
            change=own["change"],
            members=own["members"],
            members_before=own["members_before"],
            joined=len(own["joined"]),
            left=len(own["left"]),
            others=own["others"],
            last_s=own["last_s"],
        )
        for name, own in rows
        if own is not None
    ]


def curve(
    index: RunIndex, cluster: int, accounts: Sequence[str] | None = None
) -> cluster_models.TakedownCurve:
    """What is left of a cluster's ties as accounts are taken away.

    ValueError where an account has no tie in it, or is named twice.
    """
    found = takedown_curve(index.pairs_within(cluster), accounts).to_pydict()
    members = index.members_of(cluster)
    doubt = dict(zip(members["account_id"].to_pylist(), doubts(members), strict=True))
    removed = np.cumsum([doubt[name] if name else 0.0 for name in found["account_id"]])
    return cluster_models.TakedownCurve(**found, may_not_belong=np.round(removed, 4).tolist())


def robustness(
    index: RunIndex, store: Store, cluster: int, *, seed: int
) -> cluster_models.Robustness:
    """Which of its ties other windows have, and which are left once times are shuffled."""
    ids = strongest_part(index, cluster, MOST_TRIED)["account_id"].to_pylist()
    least = index.run.summary["options"]["min_objects"]
    layers = member_layers(index.run, store, ids)
    real = least_settings(layers, least)
    shuffled = least_settings(shuffled_layers(layers, np.random.default_rng(seed)), least)
    window_s = _window_s(index, cluster)
    columns = tried(layers, real, len(ids), len(FACTORS), least, SHUFFLES, _core.SEED)
    return cluster_models.Robustness(
        ids=ids,
        members_total=index.clusters[cluster]["members"],
        factors=[float(by) for by in FACTORS],
        window_s=[round(window_s * by) for by in FACTORS],
        real=_tied(real),
        shuffled=_tied(shuffled),
        seed=seed,
        **{name: column.to_pylist() for name, column in columns.items()},
    )


def _tied(ties: Ties) -> cluster_models.TiedPairs:
    return cluster_models.TiedPairs(
        source=ties.source.tolist(), target=ties.target.tolist(), setting=ties.setting.tolist()
    )
