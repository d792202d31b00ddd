"""What the pages of one account and of one edge show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lockstep.case_store import reading
from lockstep.edge import Edge
from lockstep.errors import UnknownAccount
from lockstep.explorer import models
from lockstep.explorer.desk import StoredNames
from lockstep.explorer.run_index import RunIndex
from lockstep.explorer.runs import Runs
from lockstep.moments import utc_text
from lockstep.sweep.meetings import meetings

__all__ = ["account_detail", "edge_detail", "neighbourhood", "why_not"]

_MOST_ACTIONS = 5_000
_MOST_MEETINGS = 2_000
_MOST_NIGHTS = 14
_MOST_ASKED = 50  # members of a cluster that an account outside is held against
_NEIGHBOURS = 25


def edge_detail(index: RunIndex, store: StoredNames, a: str, b: str) -> models.EdgeDetail:
    """The tests of a pair and its meetings, what is rare first; nothing where it has no edge.

    KeyError where neither run nor store knows one of them.
    """
    first, second = index.place(a), index.place(b)
    for name, place in ((a, first), (b, second)):
        if place is None and not store.knows(name):
            raise KeyError(name)
    layers, evidence = index.edges.slice(0, 0), index.evidence.slice(0, 0)
    if first is not None and second is not None:
        layers = index.edges_between(first, second)
        evidence = index.evidence_between(first, second)
    if layers.num_rows == 0:
        return models.EdgeDetail(a=a, b=b, layers=[], evidence=[], evidence_total=0, reasons=[])
    order = [("object_actions", "ascending"), ("source_time_s", "ascending")]
    shown = evidence.sort_by([*order, ("object_id", "ascending")]).slice(0, _MOST_MEETINGS)
    edge = Edge(index.run, layers, evidence)
    return models.EdgeDetail(
        a=edge.accounts[0],
        b=edge.accounts[1],
        layers=layers.to_pylist(),
        evidence=shown.to_pylist(),
        evidence_total=evidence.num_rows,
        reasons=edge.reasons,
    )


def neighbourhood(
    index: RunIndex, account: str, *, offset: int = 0, limit: int = _NEIGHBOURS
) -> models.Neighbourhood:
    """The firmest ties of an account; none where it has no edge."""
    place = index.place(account)
    rows: list[dict[str, Any]] = []
    total = 0
    if place is not None:
        found = index.pairs_with(place)
        total, rows = found.num_rows, found.slice(offset, limit).to_pylist()
    neighbours = []
    for row in rows:
        other = row["target"] if row["source"] == account else row["source"]
        neighbours.append(
            models.Neighbour(
                account_id=other,
                weight=row["weight"],
                layers=row["layers"],
                cluster_id=index.membership.get(other, {}).get("cluster_id"),
            )
        )
    return models.Neighbourhood(account_id=account, neighbours=neighbours, neighbours_total=total)


def account_detail(
    runs: Runs, index: RunIndex, store: StoredNames, account: str
) -> models.AccountDetail:
    """Everything known of an account. KeyError where neither run nor store knows it."""
    known = index.place(account) is not None
    try:
        actions = store.actions(account)
    except (UnknownAccount, FileNotFoundError):
        if not known:
            raise KeyError(account) from None
        actions = None
    near = neighbourhood(index, account)
    times = None if actions is None else actions["timestamp"].to_numpy()
    hours = None if times is None else np.bincount(times // 3600 % 24, minlength=24).tolist()
    return models.AccountDetail(
        account_id=account,
        memberships=_memberships(runs, account),
        neighbours=near.neighbours,
        neighbours_total=near.neighbours_total,
        actions=None if actions is None else _latest(actions),
        hours=hours,
        words=_words(store, account),
        candidate=next(
            (models.Candidate(**row) for row in index.candidates if row["account_id"] == account),
            None,
        ),
    )


def _latest(actions: pa.Table) -> models.ActionColumns:
    shown = actions.sort_by([("timestamp", "descending")]).slice(0, _MOST_ACTIONS)
    return models.ActionColumns(
        time_s=shown["timestamp"].to_pylist(),
        object=shown["object_id"].to_pylist(),
        layer=shown["kind"].to_pylist(),
        total=actions.num_rows,
    )


def _memberships(runs: Runs, account: str) -> list[models.Membership]:
    """Where the account was in the latest runs."""
    found = []
    for name in runs.names()[:_MOST_NIGHTS]:
        own = runs.membership(name, account)
        row = None if own is None else runs.become(name, own["cluster_id"])
        found.append(
            models.Membership(
                run_id=name,
                cluster_id=None if own is None else own["cluster_id"],
                lasting_id=None if row is None else row["lasting_id"],
                change=None if row is None else row["change"],
                membership=None if own is None else own["membership"],
            )
        )
    return found


def _words(store: StoredNames, account: str) -> list[models.Word]:
    """Referrals of the account and entries of the ledger on it, by time."""
    with reading(store.path) as cases:
        entries, labels = cases.ledger(), cases.labels()
    words = []
    for (name, what, source, time_s, wave, reason), (*_, confidence, _) in zip(
        entries, labels, strict=True
    ):
        if name == account:
            said = [f"confidence {confidence:g}"] if what == "referral" else []
            detail = ", ".join([*said, *(text for text in (wave, reason) if text)])
            words.append(models.Word(what=what, source=source, time_s=time_s, detail=detail))
    return sorted(words, key=lambda word: word.time_s or 0)


def why_not(
    index: RunIndex, store: StoredNames, account: str, other: str | None, cluster: int | None
) -> models.WhyNot:
    """Which threshold a tie misses: of two accounts, or of an account and a cluster's members.

    UnknownAccount where the store does not know one of them.
    """
    others = [other] if other else []
    if cluster is not None:
        strongest = index.members_of(cluster).slice(0, _MOST_ASKED)["account_id"].to_pylist()
        others = [name for name in strongest if name != account]
    tied = _tied(index, account)
    firm = [name for name in others if name in tied]
    if firm:
        where = f"{len(firm)} of the {len(others)} asked about" if cluster is not None else other
        return models.WhyNot(
            sentence=f"There is a tie with {where}. Clusters are communities of the whole graph: "
            "an account goes where most of the weight of its ties goes.",
            thresholds=[],
        )
    most = max(
        (_closeness(index, store, account, name) for name in others),
        key=lambda found: (found["objects"], found["shared"]),
        default={"objects": 0, "shared": 0, "lag_s": None, "window_s": 0, "with": ""},
    )
    return _missed(index, most)


def _tied(index: RunIndex, account: str) -> set[str]:
    """Accounts with which one has an edge."""
    place = index.place(account)
    if place is None:
        return set()
    pairs = index.pairs_with(place)
    return {name for end in ("source", "target") for name in pairs[end].to_pylist()} - {account}


def _closeness(index: RunIndex, store: StoredNames, account: str, other: str) -> dict[str, Any]:
    """What two accounts did in the run's time: objects in common, and met on within the window."""
    options, layers = index.run.summary["options"], index.run.summary["layers"]
    shared = [
        row
        for row in meetings(store, account, other, options["window_s"])
        if row["layer"] in layers and _in_time(row, options)
    ]
    close = [row for row in shared if abs(row["lag_s"]) <= layers[row["layer"]]["window_s"]]
    return {
        "with": other,
        "shared": len(shared),
        "objects": len({row["object_id"] for row in close}),
        "lag_s": min((abs(row["lag_s"]) for row in shared), default=None),
        "window_s": max(layer["window_s"] for layer in layers.values()),
    }


def _in_time(row: dict[str, Any], options: dict[str, Any]) -> bool:
    since, until = options.get("since_s"), options.get("until_s")
    times = row["source_time_s"], row["target_time_s"]
    return (since is None or min(times) >= since) and (until is None or max(times) < until)


def _missed(index: RunIndex, most: dict[str, Any]) -> models.WhyNot:
    options = index.run.summary["options"]
    least = options["min_objects"]
    apart = "never on one object" if most["lag_s"] is None else f"{most['lag_s']:,} s"
    thresholds = [
        models.Threshold(
            name="objects on which both acted, whenever",
            value=f"{most['shared']:,}",
            needed=f"at least {least}",
            met=most["shared"] >= least,
        ),
        models.Threshold(
            name="closest two actions on one object",
            value=apart,
            needed=f"at most {most['window_s']:,} s",
            met=most["lag_s"] is not None and most["lag_s"] <= most["window_s"],
        ),
        models.Threshold(
            name="objects on which they met within the window",
            value=f"{most['objects']:,}",
            needed=f"at least {least}",
            met=most["objects"] >= least,
        ),
        models.Threshold(
            name="tests of the pair",
            value="not passed" if most["objects"] >= least else "not reached",
            needed=f"q at most {options['fdr']:g}",
            met=False,
        ),
    ]
    missing = next(threshold for threshold in thresholds if not threshold.met)
    name = f" with {most['with']}" if most["with"] else ""
    until = options.get("until_s")
    seen = "" if until is None else f" (up to {utc_text(until - 1)})"
    return models.WhyNot(
        sentence=f"The closest tie{name} misses: {missing.name} {missing.value}, "
        f"{missing.needed} is needed{seen}.",
        thresholds=thresholds,
    )
