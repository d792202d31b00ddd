#!/usr/bin/env python3
"""What the Python package costs before any work is done: its import, and handing columns over.

    .venv/bin/python bench/python_bench.py [ROWS]

JSON lines: seconds of `import lockstep` in fresh processes; and of handing ROWS (10 million) rows
from NumPy, Arrow, pandas and polars to the engine, which reads shared columns in place and sorts
them into its own log: one copy. Verified: the log's rows and the sum of its times.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from lockstep import _core
from lockstep.tables import as_seconds, as_table


def resident() -> int:
    """Bytes of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def with_peak(call: Callable[[], Any]) -> tuple[Any, float, int]:
    """The result, the seconds, and the most memory that the call added."""
    before = resident()
    most = before
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.wait(0.001):
            most = max(most, resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - began
    most = max(most, resident())
    done.set()
    watcher.join()
    return result, seconds, most - before


def hand_over(table: Any) -> _core.ActionLog:
    """Dense numbers of accounts and objects, and times, to the engine."""
    columns = as_table(table, "account", "object", "timestamp")
    arrays = [columns[name].combine_chunks().to_numpy() for name in ("account", "object")]
    return _core.ActionLog(*arrays, as_seconds(columns, "timestamp"), account_count=1 << 20)


def own_memory(table: Any, column: str) -> np.ndarray:
    """A column of any of the inputs as it lies in memory."""
    values = table[column]
    if isinstance(values, pa.ChunkedArray):
        return values.chunk(0).to_numpy()
    return values if isinstance(values, np.ndarray) else values.to_numpy()


def say(**row: Any) -> None:
    print(json.dumps(row), flush=True)


def measure_import() -> None:
    code = "import time; t = time.perf_counter(); import lockstep; print(time.perf_counter() - t)"
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(7)
    ]
    say(case="import lockstep", seconds=round(statistics.median(runs), 4), goal=0.3)


def measure_columns(rows: int) -> None:
    draw = np.random.default_rng(0)
    columns = {
        "account": draw.integers(0, 1 << 20, rows, dtype=np.uint32),
        "object": draw.integers(0, rows // 5, rows, dtype=np.uint32),
        "timestamp": draw.integers(1_600_000_000, 1_600_600_000, rows),
    }
    size = sum(column.nbytes for column in columns.values())
    expected = int(columns["timestamp"].sum())
    inputs: dict[str, Callable[[], Any]] = {
        "numpy": lambda: columns,
        "arrow": lambda: pa.table(columns),
        "pandas": lambda: pd.DataFrame(columns),
        "polars": lambda: pl.DataFrame(columns),
    }
    hand_over({name: column[:1000] for name, column in columns.items()})
    for name, make in inputs.items():
        table = make()
        got, seconds, _ = with_peak(lambda table=table: as_table(table))
        shared = sum(
            np.shares_memory(got[column].chunk(0).to_numpy(), own_memory(table, column))
            for column in columns
        )
        log, whole, peak = with_peak(lambda table=table: hand_over(table))
        assert len(log) == rows
        assert int(log.times.sum()) == expected
        say(
            case=f"{name} to the engine",
            rows=rows,
            seconds_to_arrow=round(seconds, 5),
            columns_shared=f"{shared} of {len(columns)}",
            seconds_to_log=round(whole, 4),
            peak_added_mib=round(peak / 2**20),
            columns_mib=round(size / 2**20),
        )
        del table, got, log


if __name__ == "__main__":
    measure_import()
    measure_columns(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
