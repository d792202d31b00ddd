"""PageRank, spectral embedding and singular vectors of graphs and tables of edges."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.graph_functions import as_graph, vertex_ids
from lockstep.progress import shows_progress

__all__ = ["pagerank", "spectral_embedding", "truncated_svd"]


@shows_progress
def pagerank(
    edges: Any,
    *,
    directed: bool = False,
    weight: str | None = None,
    damping: float = _core.DAMPING,
    tolerance: float = _core.SCORE_TOLERANCE,
    max_rounds: int = _core.SCORE_ROUNDS,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Score every vertex by how often a walk that now and then starts afresh anywhere is there.

    Parameters
    ----------
    edges : table, tuple of arrays, or Graph
        As in `connected_components`; a column `weight`, if there is one, is the chance of an edge
        to be followed, up to scale.
    directed : bool
        Whether an edge leads from source to target alone; a Graph knows by itself.
    weight : str, optional
        Column of positive weights to take in the place of `weight`.
    damping : float
        Share of score passed on per step, in [0, 1).
    tolerance : float
        Stop once the total change in a round is below this. Above 0.
    max_rounds : int
        Hard stop, with a warning. At least 1.
    control : RunControl, optional
        As in `coaction`.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `score` (float64, positive, summing to 1).

    Raises
    ------
    TypeError, ValueError
        As `lockstep.graph` does, and on an option out of range.

    Notes
    -----
    O(rounds * edges) time; same result for any number of threads. What leads nowhere hands its
    score to all alike. A score is prominence in the graph given, nothing more.

    References
    ----------
    Page, Brin, Motwani and Winograd, "The PageRank Citation Ranking", 1999.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["b", "c"]}
    >>> ls.pagerank(edges, directed=True, damping=0.5)["score"].to_numpy().round(3).tolist()
    [0.235, 0.353, 0.412]
    """
    made = as_graph(edges, directed=directed, weight=weight, control=control)
    found = _core.pagerank(
        made.core, damping=damping, tolerance=tolerance, max_rounds=max_rounds, control=control
    )
    _warn_unless(found.converged, max_rounds)
    return pa.table({"vertex": vertex_ids(made), "score": pa.array(found.scores)})


@shows_progress
def spectral_embedding(
    edges: Any,
    *,
    dimensions: int = _core.DIMENSIONS,
    weight: str | None = None,
    tolerance: float = _core.SPECTRAL_TOLERANCE,
    max_rounds: int = _core.SPECTRAL_ROUNDS,
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Place every vertex of an undirected graph so that well-connected ones are near one another.

    Parameters
    ----------
    edges, weight, control
        As in `pagerank`.
    dimensions : int
        Numbers a vertex, at least 1; no more are given than there are vertices.
    tolerance : float
        Largest residual of an eigenpair, per largest eigenvalue. In (0, 1).
    max_rounds : int
        Hard stop, with a warning. At least 1.
    seed : int
        Of the start; same seed, same result, for any number of threads.

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted) and `x0`, `x1`, ... (float64): the eigenvectors of the
        largest eigenvalues of weight / sqrt(strength * strength), each of length 1 with its
        largest entry positive. `values` in the metadata of the schema is a JSON list of the
        eigenvalues, falling.

    Raises
    ------
    TypeError, ValueError
        As in `pagerank`, and on a directed Graph.

    Notes
    -----
    As many eigenvalues are 1 as there are components; vectors of equal eigenvalues are any basis
    of their space. O(rounds * edges * dimensions) time.

    References
    ----------
    Knyazev, "Toward the Optimal Preconditioned Eigensolver", SIAM Journal on Scientific Computing
    23, 2001.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["b", "c"]}
    >>> found = ls.spectral_embedding(edges, dimensions=1)
    >>> found["x0"].to_numpy().round(3).tolist()
    [0.5, 0.707, 0.5]
    """
    made = as_graph(edges, weight=weight, control=control)
    values, vectors, converged = _core.spectral_embedding(
        made.core,
        dimensions=dimensions,
        tolerance=tolerance,
        max_rounds=max_rounds,
        seed=seed,
        control=control,
    )
    _warn_unless(converged, max_rounds)
    columns = {"vertex": vertex_ids(made)} | _columns("x", values, vectors)
    return pa.table(columns).replace_schema_metadata({"values": json.dumps(values.tolist())})


@shows_progress
def truncated_svd(
    edges: Any,
    *,
    dimensions: int = _core.DIMENSIONS,
    directed: bool = False,
    weight: str | None = None,
    tolerance: float = _core.SPECTRAL_TOLERANCE,
    max_rounds: int = _core.SPECTRAL_ROUNDS,
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Find the largest singular values of the matrix of weights, with their vectors.

    Parameters
    ----------
    edges, directed, weight, control
        As in `pagerank`; rows of the matrix are sources and columns are targets.
    dimensions, max_rounds, seed
        As in `spectral_embedding`.
    tolerance : float
        Largest residual, per largest value, of the squares of the values. In (0, 1).

    Returns
    -------
    pyarrow.Table
        `vertex` (as in `edges`, sorted), `left0`, ... (float64: its part as a source) and
        `right0`, ... (as a target). `values` in the metadata of the schema is a JSON list of the
        singular values, falling.

    Raises
    ------
    TypeError, ValueError
        As in `pagerank`.

    Notes
    -----
    Signs, ties and cost are as in `spectral_embedding`. Values below 1e-7 of the largest are
    noise; their left vectors are 0.

    References
    ----------
    Golub and Kahan, "Calculating the Singular Values and Pseudo-Inverse of a Matrix", SIAM Journal
    on Numerical Analysis 2, 1965.

    Examples
    --------
    >>> import lockstep as ls
    >>> edges = {"source": ["a", "b"], "target": ["c", "c"]}
    >>> found = ls.truncated_svd(edges, dimensions=1, directed=True)
    >>> found["left0"].to_numpy().round(3).tolist()
    [0.707, 0.707, 0.0]
    """
    made = as_graph(edges, directed=directed, weight=weight, control=control)
    values, left, right, converged = _core.truncated_svd(
        made.core,
        dimensions=dimensions,
        tolerance=tolerance,
        max_rounds=max_rounds,
        seed=seed,
        control=control,
    )
    _warn_unless(converged, max_rounds)
    columns = {"vertex": vertex_ids(made)}
    columns |= _columns("left", values, left) | _columns("right", values, right)
    return pa.table(columns).replace_schema_metadata({"values": json.dumps(values.tolist())})


def _columns(name: str, values: npt.NDArray[Any], rows: npt.NDArray[Any]) -> dict[str, pa.Array]:
    """The columns of a matrix that comes row by row, as many as there are values."""
    matrix = rows.reshape(-1, len(values)) if len(values) else rows.reshape(0, 0)
    return {f"{name}{i}": pa.array(matrix[:, i].copy()) for i in range(len(values))}


def _warn_unless(converged: bool, rounds: int) -> None:
    if not converged:
        warnings.warn(
            f"not converged after {rounds} rounds; give more max_rounds, or a larger tolerance",
            stacklevel=3,
        )
