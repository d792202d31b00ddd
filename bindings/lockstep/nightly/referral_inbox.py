"""Partners' files of referrals into the store, and what is wrong with some."""

from __future__ import annotations

from pathlib import Path

from lockstep.errors import InputRejected, one_line
from lockstep.event_log import EventLog
from lockstep.ingest.container import file_state
from lockstep.nightly.config import NightConfig
from lockstep.nightly.intake import files_in
from lockstep.nightly.outcome import NightResult
from lockstep.nightly.refused import FileState, RefusedFiles
from lockstep.store import Store
from lockstep.sweep.referrals import Referrals, keep_labels, load_referrals

__all__ = ["known_referral_faults", "referral_files", "take_referrals"]


def referral_files(config: NightConfig) -> list[Path]:
    """Whole files of the inbox of referrals, by name."""
    return files_in(config.referrals.inbox, "*") if config.referrals.inbox else []


def known_referral_faults(config: NightConfig) -> RefusedFiles:
    """Files that earlier nights refused, or of which they could not use some rows."""
    return RefusedFiles(config.out / "refused-referrals.json")


def take_referrals(
    config: NightConfig,
    store: Store,
    result: NightResult,
    refused: RefusedFiles,
    *,
    force: bool,
    now_s: int,
    log: EventLog,
) -> None:
    """Reads all files of the inbox: they are small, and what was said before changes nothing.

    What is wrong with a file is an alarm until a night has told of it, and again once its content
    is another, or by `force`.
    """
    counts = {"files": 0, "rows": 0, "rejected": 0, "unknown": 0}
    for path in referral_files(config):
        state = file_state(path)
        known = refused.find(path)
        fresh = force or known is None or not known.told
        try:
            given = load_referrals(path, store, now_s)
        except InputRejected as error:
            reason = one_line(error)
            if known is not None and not fresh:
                first_s = known.first_s
                result.refused.append({"path": str(path), "reason": reason, "first_s": first_s})
            else:
                result.files.append({"path": str(path), "fault": reason})
                _tell(result, refused, path, state, f"referrals refused: {reason}", now_s)
            log("referrals refused", level="warning", path=path, reason=reason)
            continue
        keep_labels(store, given, now_s)
        counts["files"] += 1
        counts["rows"] += len(given.labels)
        counts["rejected"] += len(given.rejected)
        counts["unknown"] += len(given.unknown)
        if given.rejected and fresh:
            _tell(result, refused, path, state, _unusable(path, given), now_s)
    refused.keep_those_met()
    result.referrals = counts
    _tell_unknown(config, result)


def _tell(
    result: NightResult,
    refused: RefusedFiles,
    path: Path,
    state: FileState,
    alarm: str,
    now_s: int,
) -> None:
    result.alarms.append(alarm)
    refused.remember(path, state, alarm, now_s)


def _unusable(path: Path, given: Referrals) -> str:
    first = given.rejected[0]
    return (
        f"{path.name}: {len(given.rejected)} referrals could not be used; the first is line "
        f"{first['line']}: {first['reason']}"
    )


def _tell_unknown(config: NightConfig, result: NightResult) -> None:
    most, counts = config.alarms.max_unknown_referrals, result.referrals
    share = counts["unknown"] / max(counts["rows"], 1)
    if most is not None and share > most:
        result.alarms.append(
            f"{100 * share:.3g}% of the referrals name accounts that the store has not seen, more "
            f"than alarms.max_unknown_referrals ({100 * most:.3g}%); are their ids of this export?"
        )
