"""Do the tests keep the error rate they promise? Counted on logs whose accounts are shuffled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep import _core
from lockstep.api import action_log
from lockstep.progress import bar
from lockstep.shuffles import dealt_anew
from lockstep.strata import stratum_numbers, test_pairs

__all__ = ["Calibration", "calibrate", "calibrate_log"]

F64 = npt.NDArray[np.float64]

_MOST_QUANTILES = 200
_RUNS = pa.schema(
    [
        ("shuffle", pa.string()),
        ("run", pa.int64()),
        ("pairs", pa.int64()),
        ("discoveries", pa.int64()),
        ("smallest_q", pa.float64()),
    ]
)
_QUANTILES = pa.schema([("expected_log10_p", pa.float64()), ("observed_log10_p", pa.float64())])
_SHUFFLES = {
    "accounts": "who did each action is drawn anew over the log, or the stratum",
    "moments": "who did each action is drawn anew within its object",
}


@dataclass(frozen=True)
class Calibration:
    """What the tests find in a log, and in shuffled copies of it where there is nothing to find."""

    runs: pa.Table  # shuffle, run, pairs, discoveries, smallest_q: one row a shuffled copy
    quantiles: pa.Table  # expected_log10_p, observed_log10_p: of pairs in copies of all accounts
    summary: dict[str, Any]

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the quantiles and the discoveries of the copies; a matplotlib figure.

        Parameters
        ----------
        path : path, optional
            Where to write it too; PNG, SVG or PDF by its suffix.
        """
        from lockstep.plots.style import new_figure

        figure = new_figure(9.5, 4)
        left, right = figure.subplots(1, 2)
        _draw_quantiles(left, self.quantiles)
        _draw_runs(right, self.runs, self.summary)
        if path is not None:
            figure.savefig(path, dpi=120)
        return figure

    def __repr__(self) -> str:
        return "\n".join(_lines(self.summary))


def calibrate(
    log: Any,
    *,
    runs: int = 200,
    window_s: int = _core.WINDOW_S,
    min_objects: int = _core.MIN_OBJECTS,
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS,
    fdr: float = _core.FDR,
    strata: str = "none",
    timing_test: bool = False,
    horizon_s: int = _core.HORIZON_S,
    time_unit: str = "s",
    seed: int = _core.SEED,
    control: _core.RunControl | None = None,
    say: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Count what the tests find in shuffled copies of a log, where all they find is false.

    Parameters
    ----------
    log, window_s, min_objects, max_object_actions, time_unit, control
        As in `coaction`.
    runs : int
        Shuffled copies of each kind, at least 1.
    fdr : float
        The level that is promised. In (0, 1).
    strata : {"none", "day", "hour_of_week"}
        As in `significance`; accounts are shuffled within each stratum.
    timing_test : bool
        Whether a discovery must pass `lockstep.timing_test` too. Adds copies of a second kind:
        everybody keeps their objects, and the moments on an object are dealt out anew among
        those who acted on it. A group that owns its objects stays together in these.
    horizon_s : int
        Of the timing test.
    seed : int
        Same seed, same copies.
    say : callable, optional
        Called with (copies done, copies in all), in the place of a bar.

    Returns
    -------
    Calibration
        `summary` has, for each kind of shuffle, `share` of copies with any discovery (where all
        are false, this is the false discovery rate) with its 95% interval, the discoveries in
        all, and for the log itself its discoveries, and discoveries a million testable pairs.

    Raises
    ------
    ValueError, TypeError
        As in `coaction`, and on an option out of range.

    Notes
    -----
    `runs` times the cost of `significance`. Fewer false discoveries than promised are to be
    expected: counts of shared objects are small whole numbers, so p-values leap past the level.

    References
    ----------
    Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934.

    Examples
    --------
    >>> import lockstep as ls
    >>> made = ls.simulate(accounts=200, groups=2, seed=1)
    >>> ls.calibrate(made.log, runs=20).summary["accounts"]["share"] <= 0.05
    True
    """
    actions, _, _ = action_log(log, time_unit)
    options = Options(
        window_s,
        min_objects,
        max_object_actions,
        fdr,
        strata,
        timing_test,
        horizon_s,
        runs,
        seed,
    )
    if say is not None:
        return calibrate_log(actions, options, control, say)
    with bar("calibrate") as shown:
        return calibrate_log(actions, options, control, shown)


@dataclass(frozen=True)
class Options:
    """How the log is tested, and how often its copies are."""

    window_s: int
    min_objects: int
    max_object_actions: int
    fdr: float
    strata: str
    timing_test: bool
    horizon_s: int
    runs: int
    seed: int


@dataclass(frozen=True)
class _Found:
    pairs: int
    discoveries: int
    smallest_q: float
    testable: int
    log10_p: F64  # of the pairs listed, by activity


def calibrate_log(
    log: _core.ActionLog,
    options: Options,
    control: _core.RunControl | None = None,
    say: Callable[[int, int], None] | None = None,
) -> Calibration:
    """`calibrate` of a log as the engine has it."""
    if options.runs < 1:
        raise ValueError(f"runs is {options.runs}; give at least 1")
    if not 0.0 < options.fdr < 1.0:
        raise ValueError(f"fdr is {options.fdr}; give a rate above 0 and below 1")
    random = np.random.default_rng(options.seed)
    strata = stratum_numbers(log.times, options.strata)
    objects = np.repeat(log.objects, np.diff(log.offsets).astype(np.int64))
    shuffles = list(_SHUFFLES) if options.timing_test else ["accounts"]
    itself = _test(log, options, control)
    rows: list[dict[str, Any]] = []
    pooled: list[F64] = []
    for shuffle in shuffles:
        for run in range(options.runs):
            within = strata if shuffle == "accounts" else objects
            accounts = dealt_anew(random, log.accounts, within)
            copy = _core.ActionLog(accounts, objects, log.times, account_count=log.account_count)
            found = _test(copy, options, control)
            if shuffle == "accounts":
                pooled.append(found.log10_p)
            rows.append(
                {
                    "shuffle": shuffle,
                    "run": run,
                    "pairs": found.pairs,
                    "discoveries": found.discoveries,
                    "smallest_q": found.smallest_q,
                }
            )
            if say is not None:
                say(len(rows), options.runs * len(shuffles))
    table = pa.Table.from_pylist(rows, _RUNS)
    quantiles = _quantiles(np.concatenate(pooled), itself.testable * options.runs)
    summary = {
        "fdr": options.fdr,
        "timing_test": options.timing_test,
        "log": {
            "actions": len(log),
            "pairs": itself.pairs,
            "testable": itself.testable,
            "discoveries": itself.discoveries,
            "per_million_testable": 1e6 * itself.discoveries / max(itself.testable, 1),
        },
        **{shuffle: _summed(table, shuffle) for shuffle in shuffles},
    }
    return Calibration(table, quantiles, summary)


def _test(log: _core.ActionLog, options: Options, control: _core.RunControl | None) -> _Found:
    shared: dict[str, Any] = {
        "window_s": options.window_s,
        "min_objects": options.min_objects,
        "max_object_actions": options.max_object_actions,
        "control": control,
    }
    pairs = _core.coaction(log, **shared)
    tested = test_pairs(log, pairs, options.strata, **shared)
    q_value = _core.benjamini_hochberg(tested.log10_p, tested.testable)
    if options.timing_test:
        kept = np.flatnonzero(q_value <= options.fdr)
        timed = _core.timing_test(
            [log], pairs.source[kept], pairs.target[kept], horizon_s=options.horizon_s, **shared
        )
        timed_q = np.zeros(len(q_value))
        timed_q[kept] = _core.benjamini_hochberg(timed.log10_p, timed.testable)
        q_value = np.maximum(q_value, timed_q)
    return _Found(
        len(q_value),
        int((q_value <= options.fdr).sum()),
        float(q_value.min(initial=1.0)),
        tested.testable,
        np.array(tested.log10_p),
    )


def _quantiles(log10_p: F64, tests: int) -> pa.Table:
    """The smallest p-values of the copies beside those of as many uniform draws."""
    order = np.sort(log10_p)
    ranks = np.unique(np.geomspace(1, max(len(order), 1), _MOST_QUANTILES).astype(np.int64))
    ranks = ranks[ranks <= len(order)]
    expected = np.log10((ranks - 0.5) / max(tests, 1))
    return pa.table([pa.array(expected), pa.array(order[ranks - 1])], schema=_QUANTILES)


def _summed(table: pa.Table, shuffle: str) -> dict[str, Any]:
    from scipy.stats import binomtest

    discoveries = np.array(
        [row["discoveries"] for row in table.to_pylist() if row["shuffle"] == shuffle]
    )
    any_ = int((discoveries > 0).sum())
    interval = binomtest(any_, len(discoveries)).proportion_ci(0.95)
    return {
        "runs": len(discoveries),
        "with_any": any_,
        "share": any_ / len(discoveries),
        "low": float(interval.low),
        "high": float(interval.high),
        "discoveries": int(discoveries.sum()),
    }


def _lines(summary: dict[str, Any]) -> list[str]:
    log = summary["log"]
    lines = [
        f"the log itself: {log['discoveries']:,} discoveries of {log['testable']:,} testable "
        f"pairs, {log['per_million_testable']:.3g} a million"
    ]
    for shuffle, text in _SHUFFLES.items():
        if shuffle in summary:
            found = summary[shuffle]
            lines.append(
                f"{text}: {found['with_any']} of {found['runs']} copies with any discovery, "
                f"{found['share']:.3f} ({found['low']:.3f} to {found['high']:.3f}) where "
                f"{summary['fdr']:g} is allowed; {found['discoveries']:,} in all"
            )
    return lines


def _draw_quantiles(axes: Any, quantiles: pa.Table) -> None:
    expected = -quantiles["expected_log10_p"].to_numpy()
    observed = -quantiles["observed_log10_p"].to_numpy()
    most = float(max(expected.max(initial=1.0), observed.max(initial=1.0)))
    axes.plot([0, most], [0, most], color="0.6", linewidth=1, label="uniform")
    axes.plot(expected, observed, "o", markersize=3, label="accounts shuffled")
    axes.set(
        xlabel="-log10 p, as uniform", ylabel="-log10 p, observed", title="p-values in the copies"
    )
    axes.legend(frameon=False)


def _draw_runs(axes: Any, runs: pa.Table, summary: dict[str, Any]) -> None:
    shuffles = [shuffle for shuffle in _SHUFFLES if shuffle in summary]
    shares = [summary[shuffle]["share"] for shuffle in shuffles]
    bounds = [
        [share - summary[shuffle]["low"] for share, shuffle in zip(shares, shuffles, strict=True)],
        [summary[shuffle]["high"] - share for share, shuffle in zip(shares, shuffles, strict=True)],
    ]
    axes.bar(shuffles, shares, width=0.5, yerr=bounds, capsize=4, color="#4477aa")
    axes.axhline(summary["fdr"], color="#aa3377", linewidth=1, linestyle="--", label="allowed")
    axes.set(
        ylabel="share of copies with any discovery",
        xlabel="what is shuffled",
        ylim=(0, max(0.1, 1.1 * max(summary[shuffle]["high"] for shuffle in shuffles))),
        title=f"{runs.num_rows:,} copies",
    )
    axes.legend(frameon=False)
