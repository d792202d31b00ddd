"""One night: new files, referrals, sweep, comparison, alarms, and who is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.arguments import read_key
from lockstep.errors import InputRejected, one_line
from lockstep.ingest import PRESETS, IngestOptions, ingest_file, is_loaded, map_from
from lockstep.ledger import suspensions
from lockstep.nightly.config import NightConfig
from lockstep.nightly.lock import night_lock
from lockstep.nightly.outcome import NightResult, close_night, free_bytes, last_night
from lockstep.nightly.retention import remove_old_runs
from lockstep.partners import as_reliability
from lockstep.reliability import load_reliability
from lockstep.store import Store
from lockstep.sweep.benign import Groups, load_groups
from lockstep.sweep.identity import kinds_of, run_id_of
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.pipeline import Say, run_sweep
from lockstep.sweep.referrals import Referrals, current_referrals, keep_labels, load_referrals
from lockstep.sweep.run import Run
from lockstep.sweep.schema import changes_notice

__all__ = ["plan_night", "run_night"]

_DAY_S = 86_400


def run_night(
    config: NightConfig,
    *,
    wait_s: int = 0,
    force: bool = False,
    now_s: int | None = None,
    say: Say | None = None,
) -> NightResult:
    """Runs one night, or what is left of one that was cut short.

    Every step is whole or undone, and one that was done is found to be: files by their content,
    referrals by theirs, the run by its id. So what ends a night is ended by calling this again,
    with the same bytes; and called twice it changes nothing.

    Raises
    ------
    StoreLocked
        Where another night runs. Whatever else goes wrong, `last-night.json`, `nights.jsonl`, the
        metrics and the command say so first.
    """
    started = time.monotonic()
    now = int(time.time()) if now_s is None else now_s
    with night_lock(config.out, wait_s):
        result = NightResult(succeeded_s=last_night(config.out).get("succeeded_s", 0))
        try:
            _check_disk(config)
            _take_in(config, result, now)
            _sweep(config, result, force, now, say)
        except InputRejected as error:
            result.status, result.message = "rejected", one_line(error)
        except BaseException as error:
            result.message = f"{type(error).__name__}: {one_line(error)}"
            close_night(config, result, started, now)
            raise
        if result.succeeded and config.retention.runs is not None:
            keep = Path(result.run).name if result.run else None
            result.removed = remove_old_runs(config.out, config.retention.runs, keep)
        close_night(config, result, started, now)
    return result


def plan_night(config: NightConfig) -> dict[str, Any]:
    """What `run_night` would do now, and how long the last one took; changes nothing."""
    last = last_night(config.out)
    there = (config.sweep.store / "FORMAT").exists()
    files = []
    core = _core.Store(str(config.sweep.store), pseudonym_key=_key(config)) if there else None
    for path in _inbox(config):
        try:
            known = core is not None and is_loaded(core, path, _ingest_options(config))
            files.append({"path": str(path), "bytes": path.stat().st_size, "loaded": known})
        except InputRejected as error:
            files.append({"path": str(path), "bytes": path.stat().st_size, "fault": str(error)})
    if core is not None:
        core.close()
    return {
        "store": str(config.sweep.store),
        "out": str(config.out),
        "files": files,
        "referral_files": [str(path) for path in _referral_files(config)],
        "previous": last.get("run"),
        "last_status": last.get("status"),
        "last_seconds": last.get("seconds"),
    }


def _key(config: NightConfig) -> bytes:
    return read_key(config.sweep.key_file) if config.sweep.key_file else b""


def _files_in(folder: Path, pattern: str) -> list[Path]:
    """Whole files of an inbox, by name; what is hidden or still being written waits."""
    if not folder.is_dir():
        raise InputRejected(f"{folder} is no folder; make it, or mend the configuration")
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.startswith(".") and path.suffix not in (".part", ".tmp")
    )


def _inbox(config: NightConfig) -> list[Path]:
    return _files_in(config.ingest.inbox, config.ingest.pattern) if config.ingest else []


def _referral_files(config: NightConfig) -> list[Path]:
    return _files_in(config.referrals.inbox, "*") if config.referrals.inbox else []


def _ingest_options(config: NightConfig) -> IngestOptions:
    given = config.ingest
    assert given is not None
    map_ = PRESETS[given.preset] if given.preset else None
    if given.map is not None:
        map_ = map_from(given.map, "ingest.map")
    return IngestOptions(
        map_,
        given.kind,
        time_unit=given.time_unit,
        tz=given.tz,
        derive=tuple(given.derive),
        max_rejects=given.max_rejects,
    )


def _take_in(config: NightConfig, result: NightResult, now_s: int) -> None:
    """New files of the inbox, one job each; one that is refused does not keep out the others."""
    files = _inbox(config)
    if not files:
        return
    options = _ingest_options(config)
    store = config.sweep.store
    core = _core.Store(str(store), write=True, pseudonym_key=_key(config))
    try:
        for path in files:
            try:
                taken = ingest_file(core, store, path, options, now_s=now_s)
            except InputRejected as error:
                reason = one_line(error)
                result.files.append({"path": str(path), "fault": reason})
                result.alarms.append(f"file refused: {reason}")
                continue
            if not taken.already_loaded:
                result.files.append(
                    {
                        "path": str(path),
                        "accepted": taken.accepted,
                        "duplicates": taken.duplicates,
                        "rejected": taken.rejected,
                    }
                )
    finally:
        core.close()


def _take_referrals(config: NightConfig, store: Store, result: NightResult, now_s: int) -> None:
    counts = {"files": 0, "rows": 0, "rejected": 0, "unknown": 0}
    for path in _referral_files(config):
        try:
            given = load_referrals(path, store, now_s)
        except InputRejected as error:
            result.alarms.append(f"referrals refused: {one_line(error)}")
            continue
        keep_labels(store, given, now_s)
        counts["files"] += 1
        counts["rows"] += len(given.labels)
        counts["rejected"] += len(given.rejected)
        counts["unknown"] += len(given.unknown)
        if given.rejected:
            first = given.rejected[0]
            result.alarms.append(
                f"{path.name}: {len(given.rejected)} referrals could not be used; the first is "
                f"line {first['line']}: {first['reason']}"
            )
    result.referrals = counts


def _sweep(
    config: NightConfig, result: NightResult, force: bool, now_s: int, say: Say | None
) -> None:
    if not (config.sweep.store / "FORMAT").exists():
        raise InputRejected(f"{config.sweep.store} holds no actions yet, and no file came")
    with Store(config.sweep.store, key=_key(config) or None) as store:
        _take_referrals(config, store, result, now_s)
        options = _over_the_past(config, store)
        _check_gates(config, store, options, now_s)
        latest = Run(config.out / "latest") if (config.out / "latest").exists() else None
        reliability = as_reliability(store, config.referrals.reliability)
        found = None if force else _made_before(config, store, options, reliability, latest)
        run = found or run_sweep(
            store,
            options,
            reliability=reliability,
            groups=config.groups,
            previous=latest,
            out=config.out,
            memory_bytes=config.sweep.memory_bytes,
            threads=config.sweep.threads,
            force=force,
            say=say,
        )
    result.run = str(run.path.resolve())
    if found is None:
        result.alarms += [*run.alarms, *_alarms(config, run)]
    result.status = "alarms" if result.alarms else "noop" if found else "ok"
    counts = run.summary["coordination"]
    result.message = f"{counts['clusters']:,} clusters of {counts['clustered_accounts']:,} accounts"
    if run.summary["previous"]:
        result.message += f"; since {run.summary['previous']}: {changes_notice(run.summary)}"


def _over_the_past(config: NightConfig, store: Store) -> SweepOptions:
    """The options over the last days, up to the end of the day of the last action."""
    kinds = kinds_of(store, config.options(0, 1))
    last = max(kind["last_s"] for kind in store.info()["kinds"] if kind["name"] in kinds)
    until = (last // _DAY_S + 1) * _DAY_S
    options = config.options(until - config.sweep.lookback, until)
    options.check()
    return options


def _check_disk(config: NightConfig) -> None:
    least, free = config.gates.min_free_bytes, free_bytes(config)
    if free < least:
        raise InputRejected(
            f"the disk of {config.sweep.store} or of {config.out} has {free >> 20:,} MiB free, "
            f"less than gates.min_free_bytes ({least >> 20:,} MiB); make room, or keep fewer runs"
        )


def _check_gates(config: NightConfig, store: Store, options: SweepOptions, now_s: int) -> None:
    gates = config.gates
    kinds = [kind for kind in store.info()["kinds"] if kind["name"] in kinds_of(store, options)]
    last = max(kind["last_s"] for kind in kinds)
    if gates.max_lag is not None and now_s - last > gates.max_lag:
        raise InputRejected(
            f"the last action is {now_s - last:,} s old, more than gates.max_lag "
            f"({gates.max_lag:,} s); has an export stopped?"
        )
    if gates.min_actions:
        since, until = options.since_s or 0, options.until_s or 0
        count = 0
        for kind in kinds:
            count += len(store.core.scan(kind["name"], from_s=since, to_s=until)[0])
        if count < gates.min_actions:
            raise InputRejected(
                f"{count:,} actions in the time that counts, fewer than gates.min_actions "
                f"({gates.min_actions:,})"
            )


def _made_before(
    config: NightConfig,
    store: Store,
    options: SweepOptions,
    reliability: dict[str, float] | Path | None,
    latest: Run | None,
) -> Run | None:
    """The latest run, where nothing that decides its result has changed since."""
    if latest is None:
        return None
    same = run_id_of(
        store,
        options,
        kinds_of(store, options),
        current_referrals(keep_labels(store, Referrals(), 0)),
        load_reliability(reliability) if isinstance(reliability, Path) else reliability,
        load_groups(config.groups, store) if config.groups else Groups(),
        latest.summary["previous"],
        suspensions(store),
    )
    return latest if same == latest.id else None


def _alarms(config: NightConfig, run: Run) -> list[str]:
    limits, counts = config.alarms, run.summary["coordination"]
    changes, told = run.summary["changes"], []
    born = changes.get("born", 0)
    most = limits.max_new_clusters
    if run.summary["previous"] and most is not None and born > most:
        told.append(f"{born} new clusters, more than {most}")
    share = counts["clustered_accounts"] / max(run.summary["input"]["accounts"], 1)
    if limits.max_clustered_share is not None and share > limits.max_clustered_share:
        told.append(
            f"{100 * share:.3g}% of the accounts are in clusters, more than "
            f"{100 * limits.max_clustered_share:.3g}%"
        )
    returned = changes.get("returned", 0)
    if limits.returned_clusters is not None and returned >= limits.returned_clusters:
        told.append(f"{returned} clusters returned that were gone")
    back = run.summary["recovery"]
    share, again = back["most_recovered"], back["active_again"]
    if share is not None and limits.max_recovered is not None and share > limits.max_recovered:
        told.append(
            f"{100 * share:.3g}% of the activity on a wave's objects is back, more than "
            f"{100 * limits.max_recovered:.3g}%"
        )
    if limits.max_active_again is not None and again > limits.max_active_again:
        told.append(f"{again:,} suspended accounts act, more than {limits.max_active_again:,}")
    return told
