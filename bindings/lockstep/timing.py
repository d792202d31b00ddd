"""The test beyond shared interest, as a function on tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from lockstep import _core
from lockstep.api import action_log
from lockstep.progress import shows_progress
from lockstep.tables import as_table, places_of

__all__ = ["timing_test"]


@shows_progress
def timing_test(
    log: Any,
    pairs: Any,
    *,
    window_s: int = _core.WINDOW_S,
    horizon_s: int = _core.HORIZON_S,
    min_objects: int = _core.MIN_OBJECTS,
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
    shrinkage: float = _core.SHRINKAGE,
    lockstep_share: float = _core.LOCKSTEP_SHARE,
    fdr: float = _core.FDR,
    time_unit: str = "s",
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
) -> pa.Table:
    """Test whether pairs meet more often than others who share their objects would.

    Fans of one team share the same links; do these two do it at the same moment? Of the objects
    on which both acted within the horizon, each is a meeting within the window with a chance that
    is read off the other accounts on it, those paired with either end apart; unless the paired
    are a crowd, and then they speak for themselves.

    Parameters
    ----------
    log, window_s, min_objects, max_object_actions, time_unit, control
        As in `coaction`.
    pairs : table
        Columns `source` and `target`: accounts of the log. The significant ones of
        `significance`: their partners do not count as other accounts.
    horizon_s : int
        Actions on one object so far apart, or less, still show the same interest. Above `window_s`.
    shrinkage : float
        As how many actions of others the layer's own baseline counts. 0 or more.
    lockstep_share : float
        Of all accounts of `pairs` on an object, more than `shrinkage` actions: they are a crowd if
        less than this share of those within the horizon of each other are within the window too.
        From 0 (never) to 1.
    fdr : float
        Level of the false discovery rate that `timed` marks. In (0, 1).
    seed : int
        Of the accounts from which the number of testable pairs is estimated in large logs.

    Returns
    -------
    pyarrow.Table
        `source` and `target` as given, `common` (uint32, objects on which both acted within the
        horizon), `met` (uint32, those on which they met within the window), `timing_expected`
        (float64, how many chance would give), `timing_p_value`, `timing_q_value` (float64) and
        `timed` (bool, timing_q_value <= fdr).

    Raises
    ------
    ValueError, TypeError
        As in `coaction`, on a pair of accounts that the log does not have, or an option out of
        range.

    Notes
    -----
    q-values are Benjamini and Hochberg's over all pairs with `min_objects` objects in common within
    the horizon. A small one says that interest does not explain their timing; software that posts
    for its users still may. The same result for any number of threads.

    References
    ----------
    The test is Lockstep's own; its law is Poisson's "binomial" of unequal trials, see Hong, "On
    computing the distribution function for the Poisson binomial distribution", CSDA 59, 2013.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.simulate(accounts=500, groups=2, bursts=20, seed=1)
    >>> edges = ls.significance(made.log)
    >>> timed = ls.timing_test(made.log, edges.filter(edges["significant"]))
    >>> timed.column_names[2:5]
    ['common', 'met', 'timing_expected']
    """
    if not 0.0 < fdr < 1.0:
        raise ValueError(f"fdr is {fdr}; give a rate above 0 and below 1")
    actions, accounts, _ = action_log(log, time_unit)
    table = as_table(pairs, "source", "target")
    source, target = (places_of(table, name, accounts.ids) for name in ("source", "target"))
    tested = _core.timing_test(
        [actions],
        source,
        target,
        window_s=window_s,
        horizon_s=horizon_s,
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        shrinkage=shrinkage,
        lockstep_share=lockstep_share,
        seed=seed,
        control=control,
    )
    q_value = _core.benjamini_hochberg(tested.log10_p, tested.testable)
    for name, values in (
        ("common", tested.common),
        ("met", tested.met),
        ("timing_expected", tested.expected),
        ("timing_p_value", tested.p_value),
        ("timing_q_value", q_value),
        ("timed", q_value <= fdr),
    ):
        table = table.append_column(name, pa.array(values))
    return table
