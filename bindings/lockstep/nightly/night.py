"""One night: new files, referrals, sweep, comparison, alarms, and who is told."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

from lockstep.arguments import read_key
from lockstep.errors import InputRejected, one_line
from lockstep.event_log import EventLog
from lockstep.moments import DAY_S, end_of_day
from lockstep.nightly.alarms import earlier_nights, run_alarms
from lockstep.nightly.config import NightConfig
from lockstep.nightly.gates import check_disk, check_input, check_lag
from lockstep.nightly.intake import known_refusals, plan_intake, take_in
from lockstep.nightly.lock import night_lock
from lockstep.nightly.outcome import NightResult, close_night, last_night
from lockstep.nightly.referral_inbox import (
    known_referral_faults,
    referral_files,
    take_referrals,
)
from lockstep.nightly.refused import RefusedFiles
from lockstep.nightly.retention import remove_old_runs
from lockstep.partners import as_reliability
from lockstep.store import Store
from lockstep.sweep.identity import inputs_of, kinds_of, run_id_of
from lockstep.sweep.notices import changes_notice
from lockstep.sweep.options import SweepOptions
from lockstep.sweep.pipeline import run_sweep
from lockstep.sweep.referrals import Referrals, keep_labels
from lockstep.sweep.run import Run
from lockstep.sweep.stages import Say, Stages
from lockstep.upkeep import compact_store, drop_old_days

__all__ = ["plan_night", "run_night"]


def run_night(
    config: NightConfig,
    *,
    wait_s: int = 0,
    force: bool = False,
    now_s: int | None = None,
    say: Say | None = None,
    log: EventLog | None = None,
) -> NightResult:
    """Runs one night, or what is left of one that was cut short.

    Every step is whole or undone, and one that was done is found to be: files by their content,
    taken or refused, referrals by theirs, the run by its id. So what ends a night is ended by
    calling this again, with the same bytes; and called twice it changes nothing. `force` makes the
    run again, and tries files again that were refused.

    Raises
    ------
    StoreLocked
        Where another night runs. Whatever else goes wrong, `last-night.json`, `nights.jsonl`, the
        metrics and the command say so first.
    """
    started = time.monotonic()
    now = int(time.time()) if now_s is None else now_s
    log = log or EventLog()
    with night_lock(config.out, wait_s):
        log("night begins")
        result = NightResult(succeeded_s=last_night(config.out).get("succeeded_s", 0))
        refused = known_refusals(config), known_referral_faults(config)
        stage = Stages(say, log)
        try:
            check_disk(config)
            with stage("take in"):
                key = _key(config)
                take_in(config, key, result, refused[0], force=force, now_s=now, log=log)
                stage.rows["take in"] = sum(file.get("accepted", 0) for file in result.files)
            until_s = _sweep(config, result, refused[1], force, now, say, log)
            _tidy_up(config, result, until_s, stage, now)
        except InputRejected as error:
            result.status, result.message = "rejected", one_line(error)
        except BaseException as error:
            result.status = "failed"
            result.message = f"{type(error).__name__}: {one_line(error)}"
            _end(config, result, refused, stage, started, now, log)
            raise
        _end(config, result, refused, stage, started, now, log)
    return result


def _end(
    config: NightConfig,
    result: NightResult,
    refused: tuple[RefusedFiles, RefusedFiles],
    stage: Stages,
    started: float,
    now_s: int,
    log: EventLog,
) -> None:
    result.timings_s = stage.seconds
    close_night(config, result, started, now_s, log)
    for memory in refused:
        memory.mark_told()


def _tidy_up(
    config: NightConfig, result: NightResult, until_s: int, stage: Stages, now_s: int
) -> None:
    kept = config.retention
    if kept.actions_days is not None:
        with stage("drop old days") as control:
            before_s = until_s - kept.actions_days * DAY_S
            path, key = config.sweep.store, _key(config)
            dropped = drop_old_days(path, before_s, key=key, now_s=now_s, control=control)
            stage.rows["drop old days"] = dropped.rows
        if dropped.took_any and kept.compact:
            with stage("compact") as control:
                dropped.freed = compact_store(path, key=key, control=control)
        if dropped.took_any:
            result.dropped = dropped.to_dict()
        if dropped.freed is not None and dropped.freed.why_not:
            result.alarms.append(f"the store was not compacted: {dropped.freed.why_not}")
            result.status = "alarms"
    if kept.runs is not None:
        with stage("remove old runs"):
            keep = Path(result.run).name if result.run else None
            result.removed = remove_old_runs(config.out, kept.runs, keep)


def plan_night(config: NightConfig) -> dict[str, Any]:
    """What `run_night` would do now, and how long the last one took; changes nothing."""
    last = last_night(config.out)
    return {
        "store": str(config.sweep.store),
        "out": str(config.out),
        "files": plan_intake(config, _key(config)),
        "referral_files": [str(path) for path in referral_files(config)],
        "previous": last.get("run"),
        "last_status": last.get("status"),
        "last_seconds": last.get("seconds"),
    }


def _key(config: NightConfig) -> bytes:
    return read_key(config.sweep.key_file) if config.sweep.key_file else b""


def _sweep(
    config: NightConfig,
    result: NightResult,
    referral_faults: RefusedFiles,
    force: bool,
    now_s: int,
    say: Say | None,
    log: EventLog,
) -> int:
    """Sweeps, or finds the run; the end of the time that counts, UTC seconds."""
    if not (config.sweep.store / "FORMAT").exists():
        raise InputRejected(f"{config.sweep.store} holds no actions yet, and no file came")
    with Store(config.sweep.store, key=_key(config) or None) as store:
        take_referrals(config, store, result, referral_faults, force=force, now_s=now_s, log=log)
        options = _over_the_past(config, store)
        check_lag(config, store, options, now_s)
        latest = Run(config.out / "latest") if (config.out / "latest").exists() else None
        reliability = as_reliability(store, config.referrals.reliability)
        found = None if force else _made_before(config, store, options, reliability, latest)
        if found is not None:
            log.run_id = found.id
            check_input(config, found.summary["input"])
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
            log=log,
            gate=partial(check_input, config),
            further_alarms=partial(_alarms, config),
        )
    result.run = str(run.path.resolve())
    # A run that is found was told of, unless the night that made it was killed.
    if found is None or last_night(config.out).get("run") != result.run:
        result.alarms += run.alarms
    result.status = "alarms" if result.alarms else "noop" if found else "ok"
    counts = run.summary["coordination"]
    result.message = f"{counts['clusters']:,} clusters of {counts['clustered_accounts']:,} accounts"
    if run.summary["previous"]:
        result.message += f"; since {run.summary['previous']}: {changes_notice(run.summary)}"
    return int(run.summary["options"]["until_s"])


def _over_the_past(config: NightConfig, store: Store) -> SweepOptions:
    """The options over the last days, up to the end of the day of the last action."""
    kinds = kinds_of(store, config.options(0, 1))
    last = max(kind["last_s"] for kind in store.info()["kinds"] if kind["name"] in kinds)
    until = end_of_day(last)
    options = config.options(until - config.sweep.lookback, until)
    options.check()
    return options


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
    inputs = inputs_of(
        store,
        options,
        kinds_of(store, options),
        keep_labels(store, Referrals(), 0),
        reliability=reliability,
        groups=config.groups,
        previous=latest.summary["previous"],
    )
    same = run_id_of(store, inputs)
    return latest if same == latest.id else None


def _alarms(config: NightConfig, summary: dict[str, Any]) -> list[dict[str, Any]]:
    past = earlier_nights(config.out, summary["run_id"])
    return run_alarms(config.alarms, past, summary)
