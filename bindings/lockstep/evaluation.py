"""How well a finding agrees with labels: ranking, flags and clusters, with intervals."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.labelled import Labelled, match
from lockstep.sweep.run import Run

__all__ = ["Evaluation", "account_scores", "evaluate"]

F64 = npt.NDArray[np.float64]
_METRICS = pa.schema(
    [
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("accounts", pa.int64()),
    ]
)
_FEWEST = 10  # accounts in both partitions, for their agreement to mean anything


@dataclass(frozen=True)
class Evaluation:
    """Measures of one finding against labels."""

    metrics: pa.Table  # metric, value, low, high, accounts
    counts: dict[str, int]  # labelled, positive, unlabelled, flagged, in_groups_and_clusters
    notes: list[str]  # what was assumed, and what could not be measured

    def __getitem__(self, metric: str) -> float:
        """Value of one measure; KeyError where it could not be measured."""
        for row in self.metrics.to_pylist():
            if row["metric"] == metric:
                return float(row["value"])
        raise KeyError(f"{metric} was not measured; {'; '.join(self.notes) or 'see metrics'}")

    def __repr__(self) -> str:
        lines = [
            f"{row['metric']:<20} {row['value']:.3f}  [{row['low']:.3f}, {row['high']:.3f}]"
            for row in self.metrics.to_pylist()
        ]
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{row['metric']}</td><td>{row['value']:.3f}</td>"
            f"<td>{row['low']:.3f} to {row['high']:.3f}</td><td>{row['accounts']:,}</td></tr>"
            for row in self.metrics.to_pylist()
        )
        notes = "".join(f"<p>{html.escape(text)}</p>" for text in self.notes)
        return (
            "<table><thead><tr><th>measure</th><th>value</th><th>interval</th><th>accounts</th>"
            f"</tr></thead><tbody>{rows}</tbody></table>{notes}"
        )


def evaluate(
    found: Run | Any,
    labels: Any,
    *,
    by: str = "cluster",
    unlabelled: str | None = None,
    accounts: int | None = None,
    at: Sequence[int] = (10, 50, 100),
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> Evaluation:
    """Compare a finding with labels: precision, ranking, and agreement of clusters with groups.

    Parameters
    ----------
    found : Run or table
        A finished sweep, or a table of `account_id` with `score` (higher is more suspicious),
        `cluster_id` (null: in none), or both.
    labels : table
        `account_id` with `label` (1 or true: coordinated, 0 or false: not), `group` (string; a
        filled one without `label` means 1), or both. Several rows an account are memberships.
    by : {"cluster", "network"}
        Of a run: what is compared with the groups, its clusters or the networks that they form.
    unlabelled : {"benign", "ignore"}, optional
        What accounts without a label are. Where not given: benign if no label says so of any
        account (as with a list of planted accounts), else ignored; `notes` says which.
    accounts : int, optional
        How many accounts there are in all, when the unlabelled are benign: those not found have
        score 0. Taken from the run; else the accounts of `found` and `labels`.
    at : sequence of int
        Ranks at which precision and recall are measured; those past the accounts are left out.
    resamples : int
        For the intervals, at least 20.
    confidence : float
        Of the intervals, in (0, 1).
    seed : int
        Same seed, same intervals.

    Returns
    -------
    Evaluation
        `metrics` has one row a measure: `precision`, `recall` (of flagged accounts: in a
        cluster, or of a score above 0), `precision@k`, `recall@k`, `roc_auc`,
        `average_precision`, `ari`, `nmi`; each with the bounds of its interval.

    Raises
    ------
    ValueError
        On a missing column, an account twice in `found`, labels of another form, labels that
        match no account, or an option out of range.

    Notes
    -----
    Accounts of equal score count as in random order. `ari` (adjusted Rand index) and `nmi`
    (normalised by the arithmetic mean) compare `cluster_id` with `group` on the accounts that
    have both; accounts of several groups are left out of them. Intervals: percentiles of a
    bootstrap over accounts; for `ari` and `nmi`, which repeated accounts would flatter, the
    spread over random halves (Shao and Wu's delete-d jackknife). O(resamples * accounts).

    References
    ----------
    Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.
    Shao and Wu, "A general theory for jackknife variance estimation", Annals of Statistics 1989.

    Examples
    --------
    >>> import lockstep as ls
    >>> found = {"account_id": ["a", "b", "c", "d"], "score": [9.0, 8.0, 1.0, 0.0]}
    >>> labels = {"account_id": ["a", "b", "c", "d"], "label": [1, 0, 1, 0]}
    >>> ls.evaluate(found, labels, at=[2])["precision@2"]
    0.5
    """
    if by not in ("cluster", "network"):
        raise ValueError(f"by is {by!r}; give cluster or network")
    if resamples < 20:
        raise ValueError(f"resamples is {resamples}; give at least 20")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}; give a share above 0 and below 1")
    if any(k < 1 for k in at):
        raise ValueError(f"at is {list(at)}; give ranks of 1 or more")
    if isinstance(found, Run):
        accounts = found.summary["input"]["accounts"] if accounts is None else accounts
        found = account_scores(found, by)
    elif by != "cluster":
        raise ValueError("by is for a run; a table says what is a cluster in cluster_id")
    known = match(found, labels, unlabelled, accounts)
    tail = 50 * (1 - confidence)
    random = np.random.default_rng(seed)
    rows: list[tuple[str, float, float, float, int]] = []
    notes = list(known.notes)
    for name, measured, spread, n in [
        *_flag_measures(known, random, resamples, notes),
        *_rank_measures(known, at, random, resamples, notes),
        *_cluster_measures(known, random, resamples, notes),
    ]:
        low, high = np.percentile(spread, [tail, 100 - tail])
        rows.append((name, measured, min(float(low), measured), max(float(high), measured), n))
    metrics = pa.Table.from_pylist(
        [dict(zip(_METRICS.names, row, strict=True)) for row in rows], _METRICS
    )
    return Evaluation(metrics, known.counts, notes)


def account_scores(run: Run, by: str = "cluster") -> pa.Table:
    """The accounts of a run with an edge: `account_id`, `score`, `cluster_id`.

    The score is the strength of the account: the sum of the weights of its pairs. `by` says what
    is a cluster: a community, or a network of them.
    """
    edges = run.pairs
    ends = pa.table(
        {
            "account_id": pa.chunked_array(
                [*edges["source"].chunks, *edges["target"].chunks], pa.string()
            ),
            "weight": pa.chunked_array([*edges["weight"].chunks] * 2, pa.float64()),
        }
    )
    strength = ends.group_by("account_id").aggregate([("weight", "sum")])
    scored = strength.rename_columns({"weight_sum": "score"})
    members = run.members.select(["account_id", "cluster_id"])
    if by == "network":
        members = members.join(run.clusters.select(["cluster_id", "network"]), "cluster_id")
        members = members.drop("cluster_id").rename_columns({"network": "cluster_id"})
    return scored.join(members, "account_id", join_type="left outer").sort_by("account_id")


Measure = tuple[str, float, F64, int]


def _bootstrap(
    measure: Callable[[F64], F64], accounts: int, random: np.random.Generator, resamples: int
) -> tuple[F64, npt.NDArray[Any]]:
    """`measure` of weights of accounts: at weight 1 each, and at those of each resample."""
    spread = [
        measure(random.multinomial(accounts, np.full(accounts, 1 / accounts)).astype(np.float64))
        for _ in range(resamples)
    ]
    return measure(np.ones(accounts)), np.array(spread)


def _flag_measures(
    known: Labelled, random: np.random.Generator, resamples: int, notes: list[str]
) -> list[Measure]:
    flagged, positive = known.flagged, known.positive
    if not positive.any() or positive.all():
        return []
    if not flagged.any():
        notes.append("no account was flagged")
        return []

    def measure(weight: F64) -> F64:
        right = float(weight[flagged & positive].sum())
        return np.array(
            [right / max(weight[flagged].sum(), 1.0), right / max(weight[positive].sum(), 1.0)]
        )

    value, spread = _bootstrap(measure, len(positive), random, resamples)
    return [
        ("precision", float(value[0]), spread[:, 0], int(flagged.sum())),
        ("recall", float(value[1]), spread[:, 1], int(positive.sum())),
    ]


def _rank_measures(
    known: Labelled,
    at: Sequence[int],
    random: np.random.Generator,
    resamples: int,
    notes: list[str],
) -> list[Measure]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    positive, score = known.positive, known.score
    if score is None:
        return []
    if not positive.any() or positive.all():
        notes.append("labels of one kind only: nothing says how good the ranking is")
        return []
    distinct, place = np.unique(-score, return_inverse=True)
    ranks = [k for k in at if k <= len(score)]
    truth = np.repeat([1, 0], len(distinct))

    def measure(weight: F64) -> F64:
        right = np.bincount(place, weight * positive, len(distinct)).astype(np.float64)
        wrong = np.bincount(place, weight * ~positive, len(distinct)).astype(np.float64)
        if not right.any() or not wrong.any():
            return np.full(2 + 2 * len(ranks), np.nan)
        both = np.concatenate([right, wrong])
        there = both > 0
        columns = truth[there], np.tile(-distinct, 2)[there]
        top = [_among_first(k, right, right + wrong) for k in ranks]
        return np.array(
            [
                roc_auc_score(*columns, sample_weight=both[there]),
                average_precision_score(*columns, sample_weight=both[there]),
                *(found / k for found, k in zip(top, ranks, strict=True)),
                *(found / right.sum() for found in top),
            ]
        )

    value, spread = _bootstrap(measure, len(score), random, resamples)
    spread = spread[np.isfinite(spread).all(axis=1)]
    names = ["roc_auc", "average_precision"]
    names += [f"{word}@{k}" for word in ("precision", "recall") for k in ranks]
    return [(name, float(value[i]), spread[:, i], len(score)) for i, name in enumerate(names)]


def _among_first(k: int, right: F64, all_: F64) -> float:
    """Expected positives among the first `k`, accounts of equal score being in random order."""
    before = np.concatenate([[0.0], np.cumsum(all_)])
    group = min(int(np.searchsorted(before, k, side="left")) - 1, len(all_) - 1)
    return float(right[:group].sum() + right[group] * (k - before[group]) / all_[group])


def _cluster_measures(
    known: Labelled, random: np.random.Generator, resamples: int, notes: list[str]
) -> list[Measure]:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    if known.cluster is None or known.group is None:
        return []
    both = (known.cluster >= 0) & (known.group >= 0)
    cluster, group = known.cluster[both], known.group[both]
    known.counts["in_groups_and_clusters"] = n = len(group)
    if n < _FEWEST:
        notes.append(f"{n} accounts have both a group and a cluster: too few to compare them")
        return []
    measures: list[Measure] = []
    for name, measure in [("ari", adjusted_rand_score), ("nmi", normalized_mutual_info_score)]:
        value = float(measure(group, cluster))
        halves = [random.permutation(n)[: n // 2] for _ in range(resamples)]
        spread = np.array([measure(group[half], cluster[half]) for half in halves])
        measures.append((name, value, value + spread - spread.mean(), n))
    return measures
