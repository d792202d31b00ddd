"""Sweeps: from a store to ranked clusters with evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lockstep import _core
from lockstep.errors import ConfigError
from lockstep.sweep.options import SweepOptions

if TYPE_CHECKING:
    from lockstep.store import Store
    from lockstep.sweep.run import Run

__all__ = ["Run", "SweepOptions", "sweep"]

_DEFAULTS = SweepOptions()


def sweep(
    store: Store | str | Path,
    *,
    kinds: Sequence[str] | None = _DEFAULTS.kinds,
    window_s: int = _DEFAULTS.window_s,
    layer_windows: Mapping[str, int] | None = None,
    min_objects: int = _DEFAULTS.min_objects,
    max_object_actions: int = _DEFAULTS.max_object_actions,
    fdr: float = _DEFAULTS.fdr,
    combine: str = _DEFAULTS.combine,
    text_bits: int = _DEFAULTS.text_bits,
    strata: str = _DEFAULTS.strata,
    timing_test: bool = _DEFAULTS.timing_test,
    horizon_s: int = _DEFAULTS.horizon_s,
    since: str | int | None = None,
    until: str | int | None = None,
    resolution: float = _DEFAULTS.resolution,
    seed: int = _DEFAULTS.seed,
    min_cluster_size: int = _DEFAULTS.min_cluster_size,
    damping: float = _DEFAULTS.damping,
    controls: int = _DEFAULTS.controls,
    bootstraps: int = _DEFAULTS.bootstraps,
    referrals: str | Path | None = None,
    reliability: str | Path | None = None,
    previous: Run | str | Path | None = None,
    groups: str | Path | None = None,
    out: str | Path | None = None,
    memory_bytes: int = _core.MEMORY_BYTES,
    threads: int | None = None,
    force: bool = False,
) -> Run:
    """Project, test and cluster the actions of a store; write a run folder.

    Parameters
    ----------
    store : Store or path
        Opened by `lockstep.open`, or its folder.
    kinds : sequence of str, optional
        Layers to take; all of them where not given.
    window_s : int
        Two actions on one object this many seconds apart, or less, pair up.
    layer_windows : mapping of str to int, optional
        Other windows for some kinds, in seconds: `{"follow": 86400}`, say.
    min_objects : int
        Distinct objects that a pair must share.
    max_object_actions : int
        Objects with more actions are left out of a layer's pairs, tests and evidence, and listed
        in `left_out`. 0 leaves out none.
    fdr : float
        False discovery rate of the whole list of edges, over all layers.
    combine : {"cauchy", "none"}
        Whether the tests of a pair in all layers make one, by the Cauchy combination; with none,
        each layer lists its own pairs.
    text_bits : int
        Of kind text: signatures that differ in so many of their 64 bits, or fewer, are of one
        text. From 0 to 7. A store with a key knows equal ones alone.
    strata : {"none", "day", "hour_of_week"}
        As in `lockstep.significance`.
    timing_test : bool
        Keep only edges that also pass `lockstep.timing_test`: that meet more often than others
        who share their objects would. Leaves out bursts of real interest.
    horizon_s : int
        Of that test: seconds apart that still show the same interest. Above `window_s`.
    since, until : str or int, optional
        ISO 8601 or UTC seconds; actions in [since, until) count.
    resolution, seed : float, int
        Of the communities (Leiden, modularity); the seed also of controls and draws.
    min_cluster_size : int
        Members a community must have to be a cluster.
    damping : float
        Share passed on per step when referrals spread.
    controls, bootstraps : int
        Matched random groups beside each cluster, and times that objects are drawn again to see
        whether its members stay together; 0 for none.
    referrals : path, optional
        CSV or Parquet with `account,source,confidence[,time]`; kept in the store.
    reliability : path or "record", optional
        What became of each source's referrals: CSV or Parquet with `source,confirmed,rejected`, or
        what the store's ledger says. The confidence of its referrals is multiplied by the mean of
        Beta(1 + confirmed, 1 + rejected), 1/2 for a source that is not in it.
    previous : Run or path, optional
        An earlier run, or its folder: clusters keep their lasting names, and `evolution` says what
        became of them.
    groups : path, optional
        CSV or Parquet with `account,group[,kind][,note]`: accounts known to act together for a
        harmless reason; kind owner (one hand runs them, the default) or allow-list. They are
        noted beside clusters, members, edges and candidates; nothing is hidden.
    out : path, optional
        Folder of runs; the store's path with `-runs` where not given.
    memory_bytes : int
        Past this, the projection's intermediate results go to a temporary file.
    threads : int, optional
        Most threads to use. The result does not depend on it.
    force : bool
        Run even where equal inputs made a run before.

    Returns
    -------
    Run
        Tables `clusters`, `members`, `edges`, `evidence`, `candidates`, `evolution`, `recovery`,
        `returners`, `left_out`; `summary`; `report`.

    Raises
    ------
    ValueError
        On an option out of range or an unknown kind.
    InputRejected
        Where the store holds no actions, or the referrals or groups cannot be read.
    """
    from lockstep.arguments import parse_time
    from lockstep.partners import as_reliability
    from lockstep.progress import stages
    from lockstep.store import Store
    from lockstep.sweep.pipeline import run_sweep

    options = SweepOptions(
        kinds=_as_kinds(kinds),
        window_s=window_s,
        layer_windows=tuple(sorted((layer_windows or {}).items())),
        min_objects=min_objects,
        max_object_actions=max_object_actions,
        fdr=fdr,
        combine=combine,
        text_bits=text_bits,
        strata=strata,
        timing_test=timing_test,
        horizon_s=horizon_s,
        since_s=None if since is None else parse_time(since, 0),
        until_s=None if until is None else parse_time(until, 0),
        resolution=resolution,
        seed=seed,
        min_cluster_size=min_cluster_size,
        damping=damping,
        controls=controls,
        bootstraps=bootstraps,
    )
    opened = store if isinstance(store, Store) else Store(store)
    with stages("sweep") as say:
        return run_sweep(
            opened,
            options,
            referrals=None if referrals is None else Path(referrals),
            reliability=as_reliability(opened, reliability),
            previous=_as_run(previous),
            groups=None if groups is None else Path(groups),
            out=None if out is None else Path(out),
            memory_bytes=memory_bytes,
            threads=threads,
            force=force,
            say=say,
        )


def _as_run(previous: Run | str | Path | None) -> Run | None:
    from lockstep.sweep.run import Run

    return Run.open(previous) if isinstance(previous, str | Path) else previous


def _as_kinds(kinds: Sequence[str] | None) -> tuple[str, ...] | None:
    if isinstance(kinds, str):
        raise ConfigError(f"kinds is {kinds!r}; give a list, [{kinds!r}]")
    return None if kinds is None else tuple(kinds)


def __getattr__(name: str) -> Any:
    if name == "Run":
        from lockstep.sweep.run import Run

        return Run
    raise AttributeError(f"module 'lockstep.sweep' has no attribute {name!r}")
