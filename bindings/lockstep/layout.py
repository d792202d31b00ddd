"""Where the vertices of a small graph are drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["force_layout", "strongest_pairs"]


def strongest_pairs(
    names: list[str], edges: Iterable[dict[str, Any]]
) -> dict[tuple[int, int], float]:
    """Pairs of the names with the weight of their strongest layer."""
    place = {name: i for i, name in enumerate(names)}
    pairs: dict[tuple[int, int], float] = {}
    for edge in edges:
        if edge["source"] in place and edge["target"] in place:
            ends = place[edge["source"]], place[edge["target"]]
            pairs[ends] = max(pairs.get(ends, 0.0), edge["weight"])
    return pairs


def force_layout(
    n: int, pairs: list[tuple[int, int]], weights: list[float]
) -> npt.NDArray[np.float64]:
    """Spring layout (Fruchterman and Reingold 1991) in the unit square, from a circle."""
    angle = 2 * np.pi * np.arange(n) / max(n, 1)
    at = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # A vertex a little off the circle: perfect symmetry would never unfold.
    at[::2] *= 0.9
    pull = np.zeros((n, n))
    heaviest = max(weights, default=1.0)
    for (a, b), weight in zip(pairs, weights, strict=True):
        pull[a, b] = pull[b, a] = 0.5 + 0.5 * weight / heaviest
    ideal = 1.6 / np.sqrt(max(n, 1))
    for step in np.linspace(0.2, 0.005, 200):
        delta = at[:, None, :] - at[None, :, :]
        distance = np.maximum(np.linalg.norm(delta, axis=2), 1e-3)
        force = (ideal / distance) ** 2 - pull * distance / ideal
        np.fill_diagonal(force, 0.0)
        move = (delta * force[:, :, None]).sum(axis=1)
        length = np.maximum(np.linalg.norm(move, axis=1, keepdims=True), 1e-9)
        at = at + move / length * np.minimum(length, step)
    low, high = at.min(axis=0), at.max(axis=0)
    return (at - low) / np.maximum(high - low, 1e-9)
