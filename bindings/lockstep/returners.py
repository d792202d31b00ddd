"""New accounts that act as suspended ones did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.arguments import parse_time
from lockstep.edge_tables import ends_of
from lockstep.likeness import (
    MOST_OBJECT_ACTIONS,
    actions_of,
    first_times,
    likeness_of,
    score_of,
)
from lockstep.moments import LATEST_S
from lockstep.network import propagate
from lockstep.store import Store
from lockstep.sweep.run import Run

__all__ = ["returners"]

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]


def returners(
    run: Run,
    suspended: Sequence[str],
    *,
    since: str | int,
    store: Store | None = None,
    max_object_actions: int = MOST_OBJECT_ACTIONS,
) -> pa.Table:
    """Rank accounts that are new since a takedown by how much they act as suspended ones did.

    Parameters
    ----------
    run : Run
        A sweep over the time before and after.
    suspended : sequence of str
        Ids of suspended accounts, as the store names them; unknown ones are passed over.
    since : str or int
        ISO 8601 or UTC seconds: an account whose first action of all is then or later is new.
    store : Store, optional
        The run's store; opened from where the run says it is, if not given.
    max_object_actions : int
        Objects with more actions tell nobody apart and are passed over. At least 2.

    Returns
    -------
    pyarrow.Table
        New accounts with any likeness, the most alike first: `rank`, `account_id`, `score` (0 to
        1), `first_s`, `closeness` (personalised PageRank from the suspended over the run's pairs,
        over the largest of a new account), `similarity` (cosine of what both acted on, whenever,
        and of whom they acted upon, each by its rarity; with the suspended account most alike),
        `most_like` (that account), `shared` (objects and targets both have), `rhythm` (cosine of
        their hours of the week).

    Raises
    ------
    ValueError
        Where no suspended account is known, or an option is out of range.

    Notes
    -----
    score = 1 - (1 - closeness) (1 - similarity) (1 - 0.2 rhythm) where there is closeness or
    similarity: either is enough. O(actions + pairs of new and suspended accounts that share
    anything). A likeness is no proof that the same people are back: look at what they share.
    """
    if max_object_actions < 2:
        raise ValueError(f"max_object_actions is {max_object_actions}; give 2 or more")
    opened = Store(run.summary["store"]) if store is None else store
    since_s = parse_time(since, 0)
    old = {opened.core.find_id("account", str(account)) for account in suspended}
    known = np.array(sorted(account for account in old if account is not None), dtype=np.int64)
    if not len(known):
        raise ValueError(f"none of the {len(suspended)} suspended accounts is in {opened.path}")
    first_s, _ = first_times(opened, opened.kinds)
    new = np.setdiff1d(np.flatnonzero((first_s >= since_s) & (first_s < LATEST_S)), known)
    actions = actions_of(opened, opened.kinds, np.concatenate([new, known]))
    gone_s = np.full(len(known), since_s)
    likeness = likeness_of(actions, new, known, first_s[new], gone_s, max_object_actions)
    closeness = _closeness(run, opened, known, new)
    score = score_of(likeness, closeness)
    order = np.lexsort((new, -score))
    order = order[score[order] > 0]
    alike = likeness.similarity[order] > 0
    names = opened.names("account", known[likeness.most_like[order]].astype(np.uint32))
    return pa.table(
        {
            "rank": np.arange(1, len(order) + 1),
            "account_id": opened.names("account", new[order].astype(np.uint32)),
            "score": score[order],
            "first_s": first_s[new[order]],
            "closeness": closeness[order],
            "similarity": likeness.similarity[order],
            "most_like": pc.if_else(pa.array(alike), names, None),
            "shared": likeness.shared[order],
            "rhythm": likeness.rhythm[order],
        }
    )


def _closeness(run: Run, store: Store, known: I64, new: I64) -> F64:
    """Personalised PageRank of new accounts from the suspended, over the largest of them."""
    pairs = run.pairs
    ends = ends_of(pairs)
    names = store.names("account", known.astype(np.uint32)).to_pylist()
    seeds = [name for name in names if name in ends]
    if not seeds or not len(new):
        return np.zeros(len(new))
    scores = propagate(pairs, seeds=seeds)
    by_name = dict(zip(scores["vertex"].to_pylist(), scores["score"].to_pylist(), strict=True))
    own = store.names("account", new.astype(np.uint32)).to_pylist()
    found = np.array([by_name.get(name, 0.0) for name in own])
    return found / max(found.max(initial=0.0), 1e-300)
