"""What stands beside the findings: known groups, dismissed cases, controls, too little data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core
from lockstep.cases.decisions import Decisions, Twin
from lockstep.store import Store
from lockstep.sweep.benign import Groups, Membership
from lockstep.sweep.clusters import Coordination, Evidence
from lockstep.sweep.control import (
    Control,
    Meetings,
    objects_of_clusters,
    organic_controls,
)
from lockstep.sweep.layers import Edges, Layer
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.schema import FEWEST_ACCOUNTS, FEWEST_OBJECTS, POOL_PER_MEMBER
from lockstep.sweep.stability import bootstrap

__all__ = ["Remarks", "cluster_remarks", "make_remarks"]

Columns = dict[str, list[Any]]


@dataclass
class Remarks:
    """Columns to add to result tables, in the order of what they describe; and counts."""

    clusters: Columns
    members: Columns  # one value a vertex of the graph
    edges: Columns
    candidates: Columns
    insufficient: dict[str, Any]  # for run.json


def make_remarks(
    store: Store,
    groups: Groups,
    decisions: Decisions,
    layers: list[Layer],
    edges: Edges,
    coordination: Coordination,
    evidence: Evidence,
    candidates: dict[str, Any],
    options: SweepOptions,
    control: _core.RunControl,
) -> Remarks:
    """Says of each finding what could make it harmless, or worth little. Takes none away."""
    membership = Membership(groups, coordination, store)
    named, explained = membership.of_clusters()
    met = objects_of_clusters(edges, coordination, evidence)
    compared = organic_controls(layers, coordination, met, options, control)
    jaccard, there = bootstrap(edges, evidence, coordination, options, control)
    outcome = _outcomes(met, compared)
    return Remarks(
        clusters={
            "groups": named,
            "explained": explained,
            "synchrony": _or_none(compared.synchrony),
            "control_percentile": _or_none(compared.percentile),
            "control_synchrony": _or_none(compared.median),
            "control_pool": list(compared.pool),
            "stability": _or_none(jaccard),
            "insufficient": outcome,
            **_dismissed(decisions, coordination, store),
        },
        members={"groups": membership.of_vertices(), "stability": _or_none(there)},
        edges={"groups": membership.of_edges(edges)},
        candidates={"groups": [membership.of_account(a) for a in candidates["account_id"]]},
        insufficient={
            "layers": {layer.name: why for layer in layers if (why := _too_little(layer, options))},
            "clusters": sum(why is not None for why in outcome),
        },
    )


def _dismissed(decisions: Decisions, coordination: Coordination, store: Store) -> Columns:
    """Which dismissed case each cluster is most like, if any."""
    twins: list[Twin | None] = [None] * len(coordination.scores)
    if decisions.dismissed:
        inside = np.flatnonzero(coordination.cluster >= 0)
        names = store.names("account", coordination.accounts[inside]).to_pylist()
        clusters: list[list[str]] = [[] for _ in twins]
        for name, cluster in zip(names, coordination.cluster[inside].tolist(), strict=True):
            clusters[cluster].append(name)
        twins = decisions.twins(clusters)
    return {
        f"dismissed_{name}": [None if twin is None else getattr(twin, field) for twin in twins]
        for name, field in (
            ("case", "case_id"),
            ("shared", "shared"),
            ("overlap", "overlap"),
            ("note", "note"),
        )
    }


def _outcomes(met: Meetings, compared: Control) -> list[str | None]:
    """Why the data do not suffice to judge each cluster, or None where they do."""
    objects = np.bincount(met.cluster, minlength=len(compared.pool))
    outcomes: list[str | None] = []
    for shared, pool in zip(objects.tolist(), compared.pool, strict=True):
        reasons = []
        if shared < FEWEST_OBJECTS:
            reasons.append(f"met on {shared} objects, fewer than {FEWEST_OBJECTS}")
        if pool == "too few":
            reasons.append(f"fewer than {POOL_PER_MEMBER} other accounts a member to compare with")
        outcomes.append("; ".join(reasons) or None)
    return outcomes


def _too_little(layer: Layer, options: SweepOptions) -> str | None:
    """Why nothing could be found in a layer, or None where it could."""
    accounts, objects = layer.counts["accounts"], layer.counts["objects"]
    if accounts < FEWEST_ACCOUNTS:
        return f"{accounts} accounts, fewer than {FEWEST_ACCOUNTS}"
    if objects < FEWEST_OBJECTS:
        return f"{objects} objects, fewer than {FEWEST_OBJECTS}"
    if layer.testable == 0:
        return f"no two accounts have {options.min_objects} actions each"
    return None


def _or_none(values: npt.NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else value for value in values.tolist()]


def cluster_remarks(row: dict[str, Any]) -> list[str]:
    """A row of the clusters table as sentences: what to hold against it before it is believed."""
    told = []
    if row["insufficient"]:
        told.append(f"Insufficient data to judge it: {row['insufficient']}.")
    if row["groups"]:
        told.append(
            f"Known groups in it: {', '.join(row['groups'])}; they explain "
            f"{100 * row['explained']:.0f}% of its edges."
        )
    if row.get("dismissed_case") is not None:  # which older runs do not tell
        told.append(
            f"{row['dismissed_shared']} of its {row['members']} members were in case "
            f"{row['dismissed_case']} (Jaccard index {row['dismissed_overlap']:.2f}), which two "
            f"people dismissed as {row['dismissed_note']}"
        )
    if row["control_percentile"] is not None:
        whom = {
            "audience": "of other accounts that acted on its objects",
            "all": "of any other accounts",
        }[row["control_pool"]]
        told.append(
            f"Of what two members both acted on, {100 * row['synchrony']:.0f}% was within the "
            f"window; in groups {whom}, as large and as active, "
            f"{100 * row['control_synchrony']:.0f}% (median). That is percentile "
            f"{row['control_percentile']:.3g} of theirs."
        )
    if row["tied_to"]:
        told.append(
            f"More edges than false discoveries would give tie it to {', '.join(row['tied_to'])}: "
            f"together they are network {row['network']}."
        )
    if row["stability"] is not None:
        told.append(
            f"When its objects are drawn anew, it comes back with a Jaccard index of "
            f"{row['stability']:.2f}."
        )
    return told
