"""Other rules for which pairs are edges, to compare with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.api import action_log
from lockstep.tables import as_table, encode_together, id_column, places_of

__all__ = ["LEVELS", "backbone", "backbone_of"]

# Each method's level where none is given: of weights, and of who acted on what.
_WEIGHTED = {"count": 2.0, "quantile": 0.5, "disparity": 0.05, "noise_corrected": 1.64}
_OF_ACTIONS = {"tfidf": _core.TFIDF_QUANTILE, "hypergeometric": _core.FDR, "bicm": _core.FDR}
LEVELS = {**_WEIGHTED, **_OF_ACTIONS}

U32 = npt.NDArray[np.uint32]


def backbone(
    pairs: Any,
    method: str,
    *,
    level: float | None = None,
    log: Any = None,
    weight: str | None = None,
    min_objects: int = _core.MIN_OBJECTS,
    time_unit: str = "s",
) -> pa.Table:
    """Choose edges among pairs by a rule of the literature.

    Parameters
    ----------
    pairs : table
        Columns `source` and `target`, each pair once, such as `coaction` gives; and a weight where
        the method reads one.
    method : str
        Of weights: `count` (at least `level`), `quantile` (above that quantile of all weights, as
        CooRTweet), `disparity` (p below `level` at the better end, of a weight split at random)
        or `noise_corrected` (above what both strengths explain by `level` deviations). Of `log`,
        whenever its actions were: `tfidf` (cosine above that quantile), `hypergeometric` (more
        objects shared than two random choices of so many, at that false discovery rate) or `bicm`
        (than the degrees of accounts and objects explain, at that rate).
    level : float, optional
        2, 0.5, 0.05, 1.64, 0.995, 0.05 and 0.05 where not given, in the order above.
    log : table, optional
        As in `coaction`; needed by the last three.
    weight : str, optional
        Column of positive weights. Where not given: `weight` if there is one, else `objects`.
    min_objects : int
        Of `tfidf`: distinct objects that a pair must share.
    time_unit : {"s", "ms", "us", "ns"}
        Of `log`.

    Returns
    -------
    pyarrow.Table
        `source` and `target` as given, `score` (float64: weight, share of an end's strength,
        lift from -1 to 1, cosine, or objects shared), `p_value` and `q_value` (float64, null
        where the method has none) and `kept` (bool).

    Raises
    ------
    ValueError
        On an unknown method, a missing column or log, a pair of one account with itself or of
        accounts that the log lacks, a weight that is not positive, or a level out of range.
    TypeError
        On ids that are neither strings nor integers.

    Notes
    -----
    The first four and `tfidf` promise no error rate. q-values are Benjamini and Hochberg's over
    all pairs of accounts in `log`. None but the pairs themselves knows when actions were.

    References
    ----------
    Righetti and Balluff, CooRTweet, CCR 2025. Serrano, Boguna and Vespignani, PNAS 2009. Coscia and
    Neffke, ICDE 2017. Pacheco et al., ICWSM 2021. Tumminello et al., PLoS ONE 2011. Saracco et
    al., New Journal of Physics 2017.

    Examples
    --------
    >>> import lockstep as ls
    >>> pairs = {"source": ["a", "a", "b"], "target": ["b", "c", "c"], "weight": [9.0, 1.0, 1.0]}
    >>> ls.backbone(pairs, "count", level=2)["kept"].to_pylist()
    [True, False, False]
    """
    if method not in LEVELS:
        raise ValueError(f"method is {method!r}; give one of {', '.join(LEVELS)}")
    table = as_table(pairs)
    as_table(table, "source", "target")
    level = LEVELS[method] if level is None else float(level)
    if method in _WEIGHTED:
        found = _weighted(table, method, level, weight)
    else:
        if log is None:
            raise ValueError(f"{method} reads who acted on what; give log")
        actions, accounts, _ = action_log(log, time_unit)
        source, target = (places_of(table, name, accounts.ids) for name in ("source", "target"))
        found = backbone_of(_core.Incidence(actions), source, target, method, level, min_objects)
    return _as_table(table.select(["source", "target"]), found)


def backbone_of(
    incidence: _core.Incidence, source: U32, target: U32, method: str, level: float, least: int
) -> _core.BackboneResult:
    """The backbones of who acted on what, of a log as the engine has it."""
    if method == "tfidf":
        return _core.tfidf_backbone(incidence, source, target, level, least)
    functions: dict[str, Callable[..., _core.BackboneResult]] = {
        "hypergeometric": _core.hypergeometric_backbone,
        "bicm": _core.bicm_backbone,
    }
    return functions[method](incidence, source, target, level)


def _weighted(
    table: pa.Table, method: str, level: float, weight: str | None
) -> _core.BackboneResult:
    if weight is None:
        weight = "weight" if "weight" in table.column_names else "objects"
    as_table(table, weight)
    (source, target), ids = encode_together(id_column(table, "source"), id_column(table, "target"))
    weights = np.ascontiguousarray(table[weight].to_numpy(), dtype=np.float64)
    functions: dict[str, Callable[..., _core.BackboneResult]] = {
        "count": _core.count_backbone,
        "quantile": _core.quantile_backbone,
        "disparity": _core.disparity_filter,
        "noise_corrected": _core.noise_corrected,
    }
    return functions[method](len(ids), source, target, weights, level)


def _as_table(ends: pa.Table, found: _core.BackboneResult) -> pa.Table:
    n = ends.num_rows
    p_value = pa.array(10.0**found.log10_p) if len(found.log10_p) else pa.nulls(n, pa.float64())
    q_value = pa.array(found.q_value) if len(found.q_value) else pa.nulls(n, pa.float64())
    columns = [
        ("score", pa.array(found.score)),
        ("p_value", p_value),
        ("q_value", q_value),
        ("kept", pa.array(found.kept.astype(np.bool_))),
    ]
    for name, values in columns:
        ends = ends.append_column(name, values)
    return ends
