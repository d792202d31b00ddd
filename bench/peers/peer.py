"""What every runner of a peer shares: its inputs, its clock, and the line that it prints.

A runner is `python bench/peers/<tool>_<field>.py TASK INPUT RESULT [TRIALS]`. It does one task on
one input folder, writes the result as a NumPy file, and prints one JSON line. Loading and building
are timed apart from the task; what the result is worth is judged by `quality.py`, not here.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

WINDOW_S = 60
MIN_OBJECTS = 2
MOST_ACTIONS = 1000  # of an object, in coaction_capped


@dataclass(frozen=True)
class GraphInput:
    """An undirected graph without self-loops; each edge once, as two columns of vertices."""

    vertices: int
    bfs_source: int
    source: npt.NDArray[np.uint32]
    target: npt.NDArray[np.uint32]


@dataclass(frozen=True)
class LogInput:
    """A log of actions, as three columns."""

    account: npt.NDArray[np.uint32]
    object: npt.NDArray[np.uint32]
    time: npt.NDArray[np.int64]


def read_graph(folder: Path) -> GraphInput:
    about = json.loads((folder / "graph.json").read_text())
    source = np.fromfile(folder / "source.u32", np.uint32)
    target = np.fromfile(folder / "target.u32", np.uint32)
    return GraphInput(about["vertices"], about["bfs_source"], source, target)


def read_log(folder: Path) -> LogInput:
    return LogInput(
        np.fromfile(folder / "account.u32", np.uint32),
        np.fromfile(folder / "object.u32", np.uint32),
        np.fromfile(folder / "time.i64", np.int64),
    )


def capped(log: LogInput, most: int) -> LogInput:
    """The log without the objects that have more than `most` actions."""
    keep = np.bincount(log.object)[log.object] <= most
    return LogInput(log.account[keep], log.object[keep], log.time[keep])


def peak_mib() -> int:
    """Peak of this program; getrusage would count that of the program that started it too."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024


def main(
    tool: str,
    version: str,
    read: Callable[[Path], Any],
    build: Callable[[Any], Any],
    tasks: Mapping[str, Callable[[Any], Array]],
) -> None:
    """Runs one task as the command line says: `build` once, then the task TRIALS times."""
    task, folder, result_file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    trials = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    if task not in tasks:
        sys.exit(f"{tool} has no task {task!r}; it has {', '.join(tasks)}")
    given = read(folder)
    started = time.monotonic()
    native = build(given)
    build_s = time.monotonic() - started
    seconds = []
    for _ in range(trials):
        started = time.monotonic()
        result = tasks[task](native)
        seconds.append(time.monotonic() - started)
    peak = peak_mib()
    np.save(result_file, np.asarray(result))
    line = {
        "task": task,
        "input": folder.name,
        "tool": tool,
        "version": version,
        "build_s": round(build_s, 4),
        "seconds": round(statistics.median(seconds), 5),
        "trials": trials,
        "peak_mib": peak,
    }
    print(json.dumps(line), flush=True)
