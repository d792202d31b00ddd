"""Accounts out of a store, and every byte that names them."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lockstep import _core
from lockstep.errors import ConfigError, UnknownAccount, storage_error
from lockstep.upkeep import Freed, compact_store, decisions_about, note_once, writer_of

__all__ = ["Erased", "erase_accounts"]


@dataclass
class Erased:
    """What was erased."""

    accounts: int  # that went now
    already: int  # that had been erased before
    rows: int  # that went, of all kinds
    targets: int  # rows of other accounts that stay without their target
    objects: int  # whose names went, for no row has them any more
    files: int  # loaded ones of which any row went or changed
    snapshots: int  # graph files of the store that were removed
    quarantined: int  # rows put aside that named one
    freed: Freed  # what compacting gave back

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def erase_accounts(
    path: Path,
    accounts: Sequence[str],
    *,
    key: bytes = b"",
    now_s: int | None = None,
    control: _core.RunControl | None = None,
) -> Erased:
    """Erases accounts from a store for ever; `lockstep.Store.erase` says what that is.

    Rows, lists and names go in one step: killed, it erased all or nothing. What follows, down to
    the bytes on the disk, a kill may prevent; it comes with the same call again. Raises as
    `lockstep.Store.erase`.
    """
    names = list(dict.fromkeys(map(str, accounts)))
    if not names:
        raise ConfigError("no account to erase; give one or more")
    now = int(time.time()) if now_s is None else now_s
    core = writer_of(path, key)
    try:
        _refuse(core, path, names)
        receipt = core.erase_accounts(names, now_s=now, control=control)
        notes = [
            (
                f"erase {done['number']}",
                f"{done['accounts']} accounts and {done['rows']} of their actions, at epoch "
                f"{done['epoch']}; {done['targets']} actions of others lost their target",
                done["erased_s"],
            )
            for done in core.erasures()
        ]
    finally:
        core.close()
    note_once(path, notes)
    erased = Erased(
        receipt["accounts"],
        len(names) - receipt["accounts"],
        receipt["rows"],
        receipt["targets"],
        receipt["objects"],
        receipt["jobs"],
        _remove_snapshots(path / "snap"),
        _clear_quarantine(path / "quarantine", names),
        compact_store(path, key=key, whole=True, control=control),
    )
    # Opened for writing, RocksDB makes a new list of its files, without the keys that the files
    # of before began and ended with.
    writer_of(path, key).close()
    return erased


def _refuse(core: _core.Store, path: Path, names: list[str]) -> None:
    """Raises on accounts that the store does not have, or that a decision names."""
    told = decisions_about(path)
    for name in names:
        if core.is_erased(name):
            continue
        stored = [core.stored_name("account", name), name]
        if all(core.find_stored("account", form) is None for form in stored):
            raise UnknownAccount(f"account {name!r} is not in {path}; ids are exact")
        held = next((told[form] for form in stored if form in told), None)
        if held is not None:
            raise ConfigError(
                f"account {name!r} is in {held}, and decisions are kept; nothing was erased"
            )


def _remove_snapshots(folder: Path) -> int:
    """Graphs lack names and have the account's arcs: `lockstep store snapshot` makes them anew."""
    count = sum(1 for _ in folder.rglob("*.csr"))
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise storage_error(error, folder, "remove") from error
    return count


def _clear_quarantine(folder: Path, names: list[str]) -> int:
    """Removes the rows put aside that have one of the names as a word; how many there were."""
    words = b"|".join(re.escape(name.encode()) for name in names)
    named = re.compile(rb"(?<!\w)(?:" + words + rb")(?!\w)")
    count = 0
    for file in sorted(folder.glob("*.ndjson")):
        try:
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = [
                line
                for line in lines
                if not named.search(base64.b64decode(json.loads(line)["raw"]))
            ]
            if len(kept) == len(lines):
                continue
            fresh = file.with_suffix(".tmp")
            fresh.write_text("".join(kept), encoding="utf-8")
            fresh.replace(file)
        except OSError as error:
            raise storage_error(error, file, "rewrite") from error
        count += len(lines) - len(kept)
    return count
