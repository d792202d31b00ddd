"""What a run is called, and what goes into it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.cases.decisions import Decisions, decisions_of
from lockstep.errors import ConfigError, InputRejected
from lockstep.ledger import Suspensions, suspensions
from lockstep.moments import DATE, utc_text
from lockstep.reliability import load_reliability
from lockstep.store import Store
from lockstep.sweep.benign import Groups, load_groups
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.referrals import Label, current_referrals

__all__ = ["Inputs", "inputs_of", "kinds_of", "run_id_of"]


def kinds_of(store: Store, options: SweepOptions) -> list[str]:
    """The kinds to take: those asked for, or all there are."""
    known = store.kinds
    if not known:
        raise InputRejected(f"{store.path} holds no actions yet; `lockstep ingest` some first")
    if options.kinds is None:
        return sorted(known)
    unknown = [kind for kind in options.kinds if kind not in known]
    if unknown:
        raise ConfigError(
            f"kind {unknown[0]!r} is not in {store.path}; it has {', '.join(sorted(known))}"
        )
    return sorted(set(options.kinds))


@dataclass(frozen=True)
class Inputs:
    """All that decides the result of a run, beside the actions of the store."""

    options: SweepOptions
    kinds: list[str]
    labels: list[Label]  # referrals that count now
    reliability: dict[str, float] | None
    groups: Groups
    decisions: Decisions
    suspended: Suspensions
    previous: str | None  # id of the run to compare with


def inputs_of(
    store: Store,
    options: SweepOptions,
    kinds: list[str],
    labels: list[Label],
    *,
    reliability: Path | dict[str, float] | None,
    groups: Path | None,
    previous: str | None,
) -> Inputs:
    """Reads files and decisions as they are now; `labels` are all referrals of the store."""
    return Inputs(
        options,
        kinds,
        current_referrals(labels),
        load_reliability(reliability) if isinstance(reliability, Path) else reliability,
        load_groups(Path(groups), store) if groups else Groups(),
        decisions_of(store.path),
        suspensions(store),
        previous,
    )


def run_id_of(store: Store, inputs: Inputs) -> str:
    """Name of a run: UTC date of its last action, and a hash of all that decides the result."""
    info = store.info()
    # Days dropped from before the time that counts change nothing.
    since = inputs.options.since_s
    cuts = [
        drop["number"] for drop in store.core.drops() if since is None or drop["before_s"] > since
    ]
    made_of: dict[str, Any] = {
        "options": {**inputs.options.to_dict(), "kinds": inputs.kinds},
        # When a label came does not change the result; who gave it, and how sure, does.
        "labels": [label[:4] for label in inputs.labels],
        "reliability": inputs.reliability,
        "groups": inputs.groups.rows,
        "previous": inputs.previous,
        "suspended": inputs.suspended,
        "store": info["uuid"],
        "epoch": info["epoch"],
        "version": _core.__version__,
        **({"dropped": cuts[-1]} if cuts else {}),
        **({"erased": info["erased"]} if info["erased"] else {}),
    }
    if decided := inputs.decisions.identity():
        made_of["decisions"] = decided
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    last = max(kind["last_s"] for kind in info["kinds"] if kind["name"] in inputs.kinds)
    return f"{utc_text(last, DATE)}-{digest[:8]}"
