"""Ingest in a process of its own, so that a full disk or a kill cannot harm the caller's."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from lockstep.errors import (
    ConfigError,
    CorruptData,
    InputNotYet,
    InputRejected,
    LockstepError,
    NotAStore,
    StorageError,
    StoreLocked,
    StoreVersionError,
)
from lockstep.ingest.job import IngestResult
from lockstep.ingest.mapping import map_file_text, map_from
from lockstep.tables import as_table

__all__ = ["ingest_in_child"]

_BY_NAME: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        ConfigError,
        CorruptData,
        FileNotFoundError,
        InputNotYet,
        InputRejected,
        NotAStore,
        StorageError,
        StoreLocked,
        StoreVersionError,
        ValueError,
    )
}


def ingest_in_child(
    store: Path,
    source: Any,
    mapping: Mapping[str, str] | None,
    options: Mapping[str, Any],
    key: bytes,
) -> IngestResult:
    """Runs `lockstep ingest` on a file, or on a table that goes through a temporary file.

    `options` maps options of the command to values; None leaves one out. What the command
    fails with is raised here as the exception it stands for.
    """
    arguments = [
        part
        for name, value in options.items()
        if value is not None
        for part in ((name,) if value is True else (name, str(value)))
    ]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-")))
        if mapping:
            map_file = folder / "map.toml"
            map_file.write_text(map_file_text(map_from(mapping, "mapping")), encoding="utf-8")
            arguments += ["--map-file", str(map_file)]
        if key:
            key_file = folder / "key"
            key_file.touch(mode=0o600)
            key_file.write_bytes(key)
            arguments += ["--key-file", str(key_file)]
        if isinstance(source, str | Path):
            return _run(store, Path(source), str(source), arguments)
        file = folder / "table.arrow"
        table = as_table(source)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as out:
            out.write_table(table)
        return _run(store, file, "the table", arguments)


def _run(store: Path, file: Path, name: str, arguments: list[str]) -> IngestResult:
    command = [sys.executable, "-m", "lockstep", "ingest", str(store), str(file), "--json"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode == 130:
        raise KeyboardInterrupt
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise LockstepError(
            f"the ingesting process ended with {done.returncode}: {last[0]}; the store is as it was"
        ) from None
    if "error" in answer:
        unknown = ConfigError if done.returncode == 2 else LockstepError
        kind = _BY_NAME.get(answer["error"]["type"], unknown)
        raise kind(answer["error"]["message"].replace(str(file), name))
    result = IngestResult(**answer["files"][0])
    result.path = name
    return result
