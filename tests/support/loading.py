"""Bytes taken into a store in this process."""

import json

from lockstep import _core
from lockstep.ingest import IngestOptions, ingest_file

__all__ = ["NOW", "load", "quarantined"]

NOW = 1_700_000_000


def load(tmp_path, content, name="log.csv", **options):
    """Takes bytes into a new store; gives the result and what the store holds."""
    file = tmp_path / name
    file.write_bytes(content)
    store = _core.Store(str(tmp_path / "store"), write=True)
    try:
        result = ingest_file(store, tmp_path / "store", file, IngestOptions(**options), now_s=NOW)
        log, _ = store.scan("share")
        offsets, text = store.names("account", log.accounts)
        names = [bytes(text[offsets[i] : offsets[i + 1]]).decode() for i in range(len(offsets) - 1)]
        return result, sorted(names)
    finally:
        store.close()


def quarantined(result):
    with open(result.quarantine) as file:
        return [json.loads(line) for line in file]
