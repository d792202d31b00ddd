"""New files of the inbox into the store, and those that are refused."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.errors import InputNotYet, InputRejected, one_line
from lockstep.event_log import EventLog
from lockstep.ingest import PRESETS, IngestOptions, ingest_file, is_loaded, map_from
from lockstep.ingest.container import file_state
from lockstep.moments import DATE, utc_text
from lockstep.nightly.config import NightConfig
from lockstep.nightly.outcome import NightResult
from lockstep.nightly.refused import Refusal, RefusedFiles

__all__ = ["files_in", "known_refusals", "plan_intake", "take_in"]


def files_in(folder: Path, pattern: str) -> list[Path]:
    """Whole files of an inbox, by name; what is hidden or still being written waits."""
    if not folder.is_dir():
        raise InputRejected(f"{folder} is no folder; make it, or mend the configuration")
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.startswith(".") and path.suffix not in (".part", ".tmp")
    )


def known_refusals(config: NightConfig) -> RefusedFiles:
    """What earlier nights refused."""
    reading = asdict(_options(config)) if config.ingest else None
    return RefusedFiles(config.out / "refused.json", reading)


def take_in(
    config: NightConfig,
    key: bytes,
    result: NightResult,
    refused: RefusedFiles,
    *,
    force: bool,
    now_s: int,
    log: EventLog,
) -> None:
    """New files of the inbox, one job each; one that is refused does not keep out the others.

    A file whose very content was refused on an earlier night is listed as such and not tried,
    unless by `force`; it is an alarm again only where no night has told of it yet.
    """
    files = _inbox(config)
    if files:
        core = _core.Store(str(config.sweep.store), write=True, pseudonym_key=key)
        try:
            for path in files:
                known = None if force else refused.find(path)
                if known is None:
                    _try(config, core, path, result, refused, now_s, log)
                else:
                    _pass_over(path, known, result, log)
        finally:
            core.close()
    refused.keep_those_met()


def _pass_over(path: Path, known: Refusal, result: NightResult, log: EventLog) -> None:
    result.refused.append({"path": str(path), "reason": known.reason, "first_s": known.first_s})
    log("file still refused", level="warning", path=path, reason=known.reason)
    if not known.told:
        result.alarms.append(_alarm(known.reason))


def _try(
    config: NightConfig,
    core: _core.Store,
    path: Path,
    result: NightResult,
    refused: RefusedFiles,
    now_s: int,
    log: EventLog,
) -> None:
    state = file_state(path)
    try:
        taken = ingest_file(core, config.sweep.store, path, _options(config), now_s=now_s)
    except InputRejected as error:
        reason = one_line(error)
        result.files.append({"path": str(path), "fault": reason})
        result.alarms.append(_alarm(reason))
        log("file refused", level="warning", path=path, reason=reason)
        if not isinstance(error, InputNotYet):
            refused.remember(path, state, reason, now_s)
        return
    if taken.already_loaded:
        return
    counts = {name: getattr(taken, name) for name in ("accepted", "duplicates", "rejected")}
    result.files.append({"path": str(path), **counts})
    log("file taken in", path=path, rows=taken.rows, secs=taken.seconds, **counts)


def _alarm(reason: str) -> str:
    return f"file refused: {reason}; mend it in the inbox, or take it away"


def plan_intake(config: NightConfig, key: bytes) -> list[dict[str, Any]]:
    """What `take_in` would do with each file of the inbox; changes nothing."""
    there = (config.sweep.store / "FORMAT").exists()
    refused = known_refusals(config)
    planned: list[dict[str, Any]] = []
    core = _core.Store(str(config.sweep.store), pseudonym_key=key) if there else None
    for path in _inbox(config):
        file: dict[str, Any] = {"path": str(path), "bytes": path.stat().st_size}
        known = refused.find(path)
        try:
            if known is not None:
                since = utc_text(known.first_s, DATE)
                file["fault"] = f"refused since {since}, not tried: {known.reason}"
            else:
                file["loaded"] = core is not None and is_loaded(core, path, _options(config))
        except InputRejected as error:
            file["fault"] = str(error)
        planned.append(file)
    if core is not None:
        core.close()
    return planned


def _inbox(config: NightConfig) -> list[Path]:
    return files_in(config.ingest.inbox, config.ingest.pattern) if config.ingest else []


def _options(config: NightConfig) -> IngestOptions:
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
