"""How a night ended, and who is told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lockstep.event_log import EventLog
from lockstep.nightly.config import NightConfig
from lockstep.nightly.metrics import metrics_text
from lockstep.sweep.run import Run

__all__ = ["NightResult", "close_night", "free_bytes", "last_night"]

_LAST = "last-night.json"
_LOG = "nights.jsonl"


@dataclass
class NightResult:
    """How a night ended."""

    status: str = "failed"  # ok, alarms, noop, rejected, failed
    run: str | None = None  # folder of the run
    message: str = ""  # one line
    files: list[dict[str, Any]] = field(default_factory=list)  # what was taken in, or why not
    refused: list[dict[str, Any]] = field(default_factory=list)  # before, and not tried: since when
    referrals: dict[str, int] = field(default_factory=dict)  # files, rows, rejected, unknown
    alarms: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)  # old runs
    dropped: dict[str, Any] | None = None  # of the store: days before_s, rows, jobs, names
    ended_s: int = 0
    succeeded_s: int = 0  # when a night last ended well
    seconds: float = 0.0
    timings_s: dict[str, float] = field(default_factory=dict)  # by stage; the run's are in its own

    @property
    def succeeded(self) -> bool:
        """Whether it ended well, be it with alarms or with nothing to do."""
        return self.status in ("ok", "alarms", "noop")

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def last_night(out: Path) -> dict[str, Any]:
    """How the last night ended, or nothing where there was none."""
    try:
        known = json.loads((out / _LAST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def free_bytes(config: NightConfig) -> int:
    """Bytes free on the fuller one of the disks of the store and the runs."""
    store = config.sweep.store
    while not store.exists():
        store = store.parent
    return min(shutil.disk_usage(store).free, shutil.disk_usage(config.out).free)


def close_night(
    config: NightConfig, result: NightResult, started: float, now_s: int, log: EventLog
) -> None:
    """Tells how the night ended: the command, two files, the metrics, and the log."""
    result.ended_s = now_s
    if result.succeeded:
        result.succeeded_s = now_s
    result.seconds = round(time.monotonic() - started, 3)
    if config.notify.command and result.status in config.notify.on:
        fault = _call(config.notify.command, result)
        if fault:
            result.alarms.append(fault)
    _log_end(result, log)
    text = json.dumps(result.to_dict(), indent=2, ensure_ascii=False) + "\n"
    replace_text(config.out / _LAST, text)
    with (config.out / _LOG).open("a", encoding="utf-8") as nights:
        nights.write(json.dumps(result.to_dict(), ensure_ascii=False) + "\n")
    if config.notify.metrics is not None:
        summary = Run(result.run).summary if result.run else None
        size = sum(f.stat().st_size for f in config.sweep.store.rglob("*") if f.is_file())
        replace_text(
            config.notify.metrics,
            metrics_text(result.to_dict(), summary, size, free_bytes(config)),
            mode=0o644,
        )


def _log_end(result: NightResult, log: EventLog) -> None:
    for alarm in result.alarms:
        log(alarm, level="warning", kind="alarm")
    level = "info" if result.succeeded else "error"
    log(result.message, level=level, kind="end", status=result.status, secs=result.seconds)


def replace_text(path: Path, text: str, *, mode: int | None = None) -> None:
    """Puts a file in place in one step: a reader sees the old one or the new one, whole."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    if mode is not None:
        fresh.chmod(mode)
    fresh.replace(path)


def _call(command: list[str], result: NightResult) -> str | None:
    """Calls the command with the run's folder and the status; what went wrong, if anything."""
    words = [*command, result.run or "", result.status]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=300, input=result.message
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"notify.command failed: {error}"
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return f"notify.command ended with {done.returncode}: {last}"
    return None
