"""What a run is called, and what goes into it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from lockstep import _core
from lockstep.cases.decisions import Decisions
from lockstep.errors import ConfigError, InputRejected
from lockstep.ledger import Suspensions
from lockstep.moments import DATE, utc_text
from lockstep.store import Store
from lockstep.sweep.benign import Groups
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.referrals import Label

__all__ = ["kinds_of", "run_id_of"]


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


def run_id_of(
    store: Store,
    options: SweepOptions,
    kinds: list[str],
    labels: list[Label],
    reliability: dict[str, float] | None,
    groups: Groups,
    decisions: Decisions,
    previous: str | None,
    suspended: Suspensions,
) -> str:
    """Name of a run: UTC date of its last action, and a hash of all that decides the result."""
    info = store.info()
    # Days dropped from before the time that counts change nothing.
    since = options.since_s
    cuts = [
        drop["number"] for drop in store.core.drops() if since is None or drop["before_s"] > since
    ]
    # When a label came does not change the result; who gave it, and how sure, does.
    said = [label[:4] for label in labels]
    made_of: dict[str, Any] = {
        "options": {**options.to_dict(), "kinds": kinds},
        "labels": said,
        "reliability": reliability,
        "groups": groups.rows,
        "previous": previous,
        "suspended": suspended,
        "store": info["uuid"],
        "epoch": info["epoch"],
        "version": _core.__version__,
        **({"dropped": cuts[-1]} if cuts else {}),
    }
    if decided := decisions.identity():
        made_of["decisions"] = decided
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    last = max(kind["last_s"] for kind in info["kinds"] if kind["name"] in kinds)
    return f"{utc_text(last, DATE)}-{digest[:8]}"
