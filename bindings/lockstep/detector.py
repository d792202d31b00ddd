"""The main road as one object, for those who think in estimators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted

from lockstep import _core
from lockstep.api import significance
from lockstep.clustering import communities
from lockstep.sweep.layers import WEIGHT_CAP
from lockstep.tables import as_table, encode, id_column
from lockstep.timing import timing_test

__all__ = ["CoactionDetector"]


class CoactionDetector(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Find clusters of accounts that act together beyond chance, in one layer.

    `significance`, `timing_test` where asked for, and `communities` in a row, with the conventions
    of scikit-learn; a sweep does the same for all layers of a store, with evidence.

    Parameters
    ----------
    window_s, min_objects, max_object_actions, fdr, strata
        As in `lockstep.significance`.
    timing : bool
        Whether edges must also pass `lockstep.timing_test`.
    horizon_s : int
        Of that test.
    resolution : float
        As in `lockstep.communities`.
    min_cluster_size : int
        Members a community must have to be a cluster.
    random_state : int
        Seed of the communities.
    time_unit : {"s", "ms", "us", "ns"}
        What numbers in `timestamp` count.

    Attributes
    ----------
    accounts_ : pyarrow.Array
        Ids of all accounts of the log, sorted.
    labels_ : numpy.ndarray
        int64, cluster of each account from 0 by size; -1 for none.
    scores_ : numpy.ndarray
        float64, strength of each account: the sum of -log10 p (at most 50) of its edges.
    edges_ : pyarrow.Table
        The edges, as `significance` gives them, and `weight`.
    clusters_ : pyarrow.Table
        `cluster`, `members` and `accounts` (a list), the largest first.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.simulate(accounts=300, groups=3, seed=1)
    >>> found = ls.CoactionDetector(window_s=60).fit(made.log)
    >>> found.clusters_.num_rows >= 3
    True
    """

    def __init__(
        self,
        *,
        window_s: int = _core.WINDOW_S,
        min_objects: int = _core.MIN_OBJECTS,
        max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
        fdr: float = _core.FDR,
        strata: str = "none",
        timing: bool = False,
        horizon_s: int = _core.HORIZON_S,
        resolution: float = _core.RESOLUTION,
        min_cluster_size: int = 3,
        random_state: int = _core.SEED,
        time_unit: str = "s",
    ) -> None:
        self.window_s = window_s
        self.min_objects = min_objects
        self.max_object_actions = max_object_actions
        self.fdr = fdr
        self.strata = strata
        self.timing = timing
        self.horizon_s = horizon_s
        self.resolution = resolution
        self.min_cluster_size = min_cluster_size
        self.random_state = random_state
        self.time_unit = time_unit

    def fit(self, X: Any, y: Any = None) -> CoactionDetector:  # noqa: N803 (scikit-learn's name)
        """Find the clusters of a log; see `lockstep.significance` for its columns. `y` is ignored.

        Raises
        ------
        ValueError, TypeError
            As `significance`, and on a minimal size below 2.
        """
        if self.min_cluster_size < 2:
            raise ValueError(f"min_cluster_size is {self.min_cluster_size}; give 2 or more")
        log = as_table(X, "account_id", "object_id", "timestamp")
        self.accounts_ = encode(id_column(log, "account_id")).ids
        self.edges_ = self._edges(log)
        self.labels_, self.scores_ = self._clusters()
        self.clusters_ = self._table()
        self.n_features_in_ = 3
        return self

    def fit_predict(self, X: Any, y: Any = None, **_: Any) -> npt.NDArray[np.int64]:  # noqa: N803
        """Fit, and give `labels_`."""
        return self.fit(X).labels_

    def score_samples(self, accounts: Sequence[Any]) -> npt.NDArray[np.float64]:
        """Scores of accounts, in the order given; 0 where the log has no edge of one.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        """
        check_is_fitted(self, "scores_")
        place = pc.index_in(pa.array(accounts, self.accounts_.type), self.accounts_)
        known = place.is_valid().to_numpy(zero_copy_only=False)
        scores = np.zeros(len(known))
        scores[known] = self.scores_[place.drop_null().to_numpy()]
        return scores

    def _edges(self, log: pa.Table) -> pa.Table:
        shared: dict[str, Any] = {
            "window_s": self.window_s,
            "min_objects": self.min_objects,
            "max_object_actions": self.max_object_actions,
            "fdr": self.fdr,
            "time_unit": self.time_unit,
        }
        edges = significance(log, strata=self.strata, **shared)
        edges = edges.filter(edges["significant"])
        p_value = edges["p_value"].to_numpy()
        if self.timing:
            timed = timing_test(log, edges, horizon_s=self.horizon_s, **shared)
            kept = timed["timed"]
            p_value = np.maximum(p_value, timed["timing_p_value"].to_numpy())
            edges, p_value = edges.filter(kept), p_value[kept.to_numpy()]
        weight = np.minimum(-np.log10(np.maximum(p_value, 1e-300)), WEIGHT_CAP)
        return edges.append_column("weight", pa.array(np.maximum(weight, 1e-300)))

    def _clusters(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        labels = np.full(len(self.accounts_), -1, dtype=np.int64)
        scores = np.zeros(len(self.accounts_))
        if self.edges_.num_rows == 0:
            return labels, scores
        found = communities(self.edges_, resolution=self.resolution, seed=self.random_state)
        place = pc.index_in(found["vertex"].cast(self.accounts_.type), self.accounts_).to_numpy()
        community = found["community"].to_numpy().astype(np.int64)
        size = np.bincount(community)
        large = np.flatnonzero(size >= self.min_cluster_size)
        ranked = large[np.lexsort((large, -size[large]))]
        rank = np.full(len(size), -1, dtype=np.int64)
        rank[ranked] = np.arange(len(ranked))
        labels[place] = rank[community]
        for end in ("source", "target"):
            at = pc.index_in(self.edges_[end].cast(self.accounts_.type), self.accounts_).to_numpy()
            scores += np.bincount(at, self.edges_["weight"].to_numpy(), minlength=len(scores))
        return labels, scores

    def _table(self) -> pa.Table:
        count = self.labels_.max(initial=-1) + 1
        members = [np.flatnonzero(self.labels_ == cluster) for cluster in range(count)]
        return pa.table(
            {
                "cluster": pa.array(range(len(members)), pa.int64()),
                "members": pa.array([len(own) for own in members], pa.int64()),
                "accounts": pa.array(
                    [self.accounts_.take(pa.array(own)).to_pylist() for own in members],
                    pa.list_(self.accounts_.type),
                ),
            }
        )
