"""Writes the log of ../shared/data/russian-coord-tweets as an input folder: real_log.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


def main(folder: Path) -> None:
    table = pq.read_table("../shared/data/russian-coord-tweets/log.parquet")
    folder.mkdir(parents=True, exist_ok=True)
    for column, name in (("account_id", "account.u32"), ("object_id", "object.u32")):
        codes = table[column].combine_chunks().dictionary_encode().indices.to_numpy()
        codes.astype(np.uint32).tofile(folder / name)
    table["timestamp_share"].to_numpy().astype(np.int64).tofile(folder / "time.i64")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
