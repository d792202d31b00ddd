"""How far beliefs should spread, chosen by holding labels out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from lockstep import _core

__all__ = ["balanced", "choose_strength", "rank_auc"]

F64 = npt.NDArray[np.float64]
Spread = Callable[[npt.NDArray[np.uint32], F64, float], F64]

_STRENGTHS = (0.5, 0.9, 0.97, 0.99, 0.997)
_FOLDS = 5


def balanced(label: npt.NDArray[np.int64], confidence: F64) -> F64:
    """Residuals of which each class has the same total, 1, whatever its number of labels."""
    suspicious = label == 1
    totals = confidence[suspicious].sum(), confidence[~suspicious].sum()
    if 0.0 in totals:
        raise ValueError(
            "this method needs labels of both classes in the graph, 1 (suspicious) and 0 (benign)"
        )
    return np.where(suspicious, confidence / totals[0], -confidence / totals[1])


def rank_auc(score: Any, positive: npt.NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties counting half."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    many = int(positive.sum())
    above = rank[positive].sum() - many * (many + 1) / 2
    return float(above / (many * (len(positive) - many)))


def choose_strength(
    vertices: npt.NDArray[np.uint32],
    label: npt.NDArray[np.int64],
    confidence: F64,
    spread: Spread,
) -> tuple[float, float | None]:
    """The strength to spread with, and its AUC on labels held out; None where too few are given.

    Of the strengths within one standard error of the best, the largest: it averages over the most
    labels, so that doubtful ones cannot sway it. Fewer than two labels a fold and class tell too
    little, and the kernel's default is taken.
    """
    fold = np.zeros(len(label), np.int64)
    for kind in (0, 1):
        # All labels of a vertex go together, else one would give the other away.
        owners, place = np.unique(vertices[label == kind], return_inverse=True)
        if len(owners) < 2 * _FOLDS:
            return _core.STRENGTH, None
        fold[label == kind] = place % _FOLDS
    auc = np.zeros((len(_STRENGTHS), _FOLDS))
    for held in range(_FOLDS):
        out = fold == held
        kept = ~out & ~np.isin(vertices, vertices[out])
        residuals = balanced(label[kept], confidence[kept])
        for row, strength in enumerate(_STRENGTHS):
            score = spread(np.ascontiguousarray(vertices[kept]), residuals, strength)
            auc[row, held] = rank_auc(score[vertices[out]], label[out] == 1)
    mean = auc.mean(axis=1)
    best = int(np.argmax(mean))
    error = float(auc[best].std(ddof=1)) / _FOLDS**0.5
    chosen = int(np.flatnonzero(mean >= mean[best] - error)[-1])
    return _STRENGTHS[chosen], float(mean[chosen])
