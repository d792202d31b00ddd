"""Dense blocks, cores and synchrony of who acted on what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.arguments import parse_time
from lockstep.edge_tables import weight_column
from lockstep.moments import EARLIEST_S, LATEST_S
from lockstep.progress import shows_progress
from lockstep.tables import as_table, encode, id_column

if TYPE_CHECKING:
    from lockstep.store import Store

__all__ = ["Incidence", "bipartite_core", "dense_blocks", "synchrony"]

U32 = npt.NDArray[np.uint32]
F64 = npt.NDArray[np.float64]

_SIDES = ("account", "object")


@dataclass(frozen=True)
class Incidence:
    """Who acted on what, how often and when being no matter: a bipartite graph, and its ids."""

    core: _core.Graph  # vertices below `accounts` are accounts, the others objects
    accounts: int
    account_ids: Callable[[U32], pa.Array]
    object_ids: Callable[[U32], pa.Array]

    @staticmethod
    def build(
        account: U32,
        object_: U32,
        accounts: int,
        objects: int,
        account_ids: Callable[[U32], pa.Array],
        object_ids: Callable[[U32], pa.Array],
        control: _core.RunControl | None,
    ) -> Incidence:
        """From columns of dense numbers."""
        graph, _, _ = _core.Graph.build(
            accounts + objects,
            np.ascontiguousarray(account),
            object_ + np.uint32(accounts),
            directed=False,
            drop_self_loops=False,
            control=control,
        )
        return Incidence(graph, accounts, account_ids, object_ids)

    @staticmethod
    def of_store(
        store: Store,
        kind: str,
        *,
        since: str | int | None = None,
        until: str | int | None = None,
        control: _core.RunControl | None = None,
    ) -> Incidence:
        """Of the actions of one kind in [since, until)."""
        log, _ = store.core.scan(
            kind,
            from_s=parse_time(since, EARLIEST_S),
            to_s=parse_time(until, LATEST_S),
            control=control,
        )
        run = np.arange(log.object_count, dtype=np.uint32)
        return Incidence.build(
            log.accounts,
            np.repeat(run, np.diff(log.offsets).astype(np.int64)),
            log.account_count,
            log.object_count,
            lambda codes: store.names("account", codes),
            lambda codes: store.names("object", np.ascontiguousarray(log.objects[codes])),
            control,
        )

    def degrees(self, side: str) -> npt.NDArray[np.int64]:
        """Distinct objects of each account, or accounts of each object."""
        degree = np.diff(self.core.offsets).astype(np.int64)
        return degree[: self.accounts] if side == "account" else degree[self.accounts :]


@shows_progress
def dense_blocks(
    actions: Any,
    *,
    blocks: int = _core.BLOCKS,
    offset: float = _core.BLOCK_OFFSET,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Find accounts that share far more objects than the objects' popularity explains.

    Parameters
    ----------
    actions : table
        Columns `account_id` and `object_id` (strings or integers); others, such as `timestamp`,
        and repeated rows are no matter.
    blocks : int
        Find so many at most, one after another. 1 to 64.
    offset : float
        An edge to an object of d accounts weighs 1 / log(d + offset). 1 to 1e6.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        One row a block, in the order found: `block` (from 0), `density` (float64: weight of its
        edges over its accounts and objects), `edges` (uint64: those of earlier blocks apart),
        `accounts` and `objects` (lists of ids, sorted).

    Raises
    ------
    TypeError, ValueError
        On a missing column or id, ids that are neither strings nor integers, or an option out of
        range.

    Notes
    -----
    Popular objects weigh little, and weights come from the whole graph: accounts that act on
    popular objects as well do not hide by it. At least half as dense as the densest block.
    O(edges log accounts) a block at worst, in practice a few passes over the edges; same result
    for any number of threads. A dense block shows common action, not why: a fan club is one.

    References
    ----------
    Hooi et al., "FRAUDAR: Bounding Graph Fraud in the Face of Camouflage", KDD 2016.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": list("aabbccd"), "object_id": [1, 2, 1, 2, 1, 2, 3]}
    >>> ls.dense_blocks(log, blocks=1)["accounts"].to_pylist()
    [['a', 'b', 'c']]
    """
    made = _as_incidence(actions, control)
    found = _core.dense_blocks(
        made.core, made.accounts, blocks=blocks, offset=offset, control=control
    )
    first = np.uint32(made.accounts)
    return pa.table(
        {
            "block": pa.array(range(len(found)), pa.uint32()),
            "density": pa.array([density for _, _, _, density in found], pa.float64()),
            "edges": pa.array([edges for _, _, edges, _ in found], pa.uint64()),
            "accounts": _lists([made.account_ids(accounts) for accounts, _, _, _ in found]),
            "objects": _lists([made.object_ids(objects - first) for _, objects, _, _ in found]),
        }
    )


@shows_progress
def bipartite_core(
    actions: Any,
    *,
    min_accounts: int = _core.MIN_ACCOUNTS,
    side: str = "account",
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Find for every account the largest number of shared objects whose core holds it.

    The (alpha, beta)-core is what is left once accounts with fewer than alpha objects, and objects
    with fewer than beta accounts, among those left, are taken away, again and again.

    Parameters
    ----------
    actions, control
        As in `dense_blocks`.
    min_accounts : int
        beta: accounts that an object must keep to count as shared. At least 1.
    side : {"account", "object"}
        Whom to list.

    Returns
    -------
    pyarrow.Table
        `account_id`, `objects` (distinct objects) and `core` (uint32: the largest alpha whose core
        holds the account; 0 for none), sorted as the ids are. Or `object_id`, `accounts`, `core`.

    Raises
    ------
    TypeError, ValueError
        As in `dense_blocks`.

    Notes
    -----
    O(edges) time; same result for any number of threads. The k-core of the graph, alpha and beta
    being k, is `core_numbers`'.

    References
    ----------
    Liu et al., "Efficient (alpha, beta)-core Computation: an Index-based Approach", WWW 2019.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": list("aabbccd"), "object_id": [1, 2, 1, 2, 1, 2, 3]}
    >>> ls.bipartite_core(log, min_accounts=3)["core"].to_pylist()
    [2, 2, 2, 0]
    """
    if side not in _SIDES:
        raise ValueError(f"side is {side!r}; give account or object")
    if not 1 <= min_accounts < 2**32:
        raise ValueError(f"min_accounts is {min_accounts}; give 1 to {2**32 - 1}")
    made = _as_incidence(actions, control)
    core, _ = _core.bipartite_core(
        made.core, made.accounts, min_accounts=min_accounts, control=control
    )
    degree = made.degrees(side)
    chosen = np.flatnonzero(degree).astype(np.uint32)
    own, other, ids = (
        (core[: made.accounts], "objects", made.account_ids)
        if side == "account"
        else (core[made.accounts :], "accounts", made.object_ids)
    )
    return pa.table(
        {f"{side}_id": ids(chosen), other: pa.array(degree[chosen]), "core": pa.array(own[chosen])}
    )


@shows_progress
def synchrony(
    actions: Any,
    *,
    features: Any = None,
    cells: int = _core.SYNCHRONY_CELLS,
    min_objects: int = _core.SYNCHRONY_MIN_OBJECTS,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Score every account by how much more alike its objects are than common taste explains.

    Parameters
    ----------
    actions, control
        As in `dense_blocks`.
    features : table, optional
        `object_id`, `x` and `y` (numbers) of every object: what kind of object it is. The log10 of
        its popularity and of its authority (HITS) where not given.
    cells : int
        Of the grid along each feature. 1 to 1000.
    min_objects : int
        Accounts with fewer distinct objects get no score. At least 1.

    Returns
    -------
    pyarrow.Table
        `account_id`, `objects` (distinct objects); `synchronicity` (share of pairs of its objects
        that lie in one cell), `normality` (share of pairs of its and all objects that do), `bound`
        (the least synchronicity that such a normality allows), `residual` (what lies above it)
        and `z` (residual in standard deviations from the mean; the source takes 3 for suspicious).
        Sorted as the ids are; null where the account has too few objects.

    Raises
    ------
    TypeError, ValueError
        As in `dense_blocks`, and on features that are missing, not finite or given twice.

    Notes
    -----
    O(edges) time; same result for any number of threads. A high score says that the objects are
    alike, not why.

    References
    ----------
    Jiang et al., "CatchSync: Catching Synchronized Behavior in Large Directed Graphs", KDD 2014.

    Examples
    --------
    >>> import lockstep as ls
    >>> log = {"account_id": [1, 1, 2, 2], "object_id": list("pqqr")}
    >>> kinds = {"object_id": list("pqr"), "x": [0, 0, 1], "y": [0, 0, 1]}
    >>> ls.synchrony(log, features=kinds, min_objects=2)["synchronicity"].to_pylist()
    [1.0, 0.5]
    """
    if not 1 <= min_objects < 2**32:
        raise ValueError(f"min_objects is {min_objects}; give 1 to {2**32 - 1}")
    made = _as_incidence(actions, control)
    if features is None:
        x, y = _core.object_features(made.core, made.accounts, control=control)
    else:
        x, y = _features(made, features)
    scores = _core.synchrony(
        made.core, made.accounts, x, y, cells=cells, min_objects=min_objects, control=control
    )
    degree = made.degrees("account")
    chosen = np.flatnonzero(degree).astype(np.uint32)
    missing = degree[chosen] < min_objects
    names = ("synchronicity", "normality", "bound", "residual", "z")
    return pa.table(
        {
            "account_id": made.account_ids(chosen),
            "objects": pa.array(degree[chosen]),
            **{
                name: pa.array(values[chosen], mask=missing)
                for name, values in zip(names, scores, strict=True)
            },
        }
    )


def _as_incidence(actions: Any, control: _core.RunControl | None) -> Incidence:
    if isinstance(actions, Incidence):
        return actions
    table = as_table(actions, "account_id", "object_id")
    account = encode(id_column(table, "account_id"))
    object_ = encode(id_column(table, "object_id"))
    return Incidence.build(
        account.codes,
        object_.codes,
        len(account),
        len(object_),
        account.take,
        object_.take,
        control,
    )


def _features(made: Incidence, features: Any) -> tuple[F64, F64]:
    """Both features of each object, in the order of their numbers."""
    table = as_table(features, "object_id", "x", "y")
    given = id_column(table, "object_id")
    wanted = made.object_ids(np.arange(len(made.core) - made.accounts, dtype=np.uint32))
    if given.type != wanted.type:
        raise TypeError(f"features name objects by {given.type}, the actions by {wanted.type}")
    if len(given) != len(pc.unique(given)):
        raise ValueError("features name an object twice; give each one row")
    place = pc.index_in(wanted, given)
    if place.null_count:
        lacking = wanted.filter(place.is_null())
        raise ValueError(
            f"features lack {len(lacking)} of {len(wanted)} objects, the first {lacking[0]}"
        )
    row = place.to_numpy()
    x, y = (np.ascontiguousarray(weight_column(table, name)[row]) for name in ("x", "y"))
    return x, y


def _lists(parts: list[pa.Array]) -> pa.Array:
    """Arrays of one type as one array of lists."""
    if not parts:
        return pa.array([], pa.list_(pa.null()))
    offsets = np.cumsum([0, *map(len, parts)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.concat_arrays(parts))
