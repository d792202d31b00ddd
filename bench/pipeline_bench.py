"""How long does the road take: Parquet to the durable store, scan, sweep; and a small job.

    python bench/pipeline_bench.py ACTIONS FOLDER

FOLDER holds what `make_log ACTIONS FOLDER` wrote. Prints one JSON line a case; every case is
verified against the generated columns, and a case that does not verify ends the program with 1.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import lockstep as ls
from lockstep import _core


def report(case: str, actions: int, seconds: float, verified: bool, **more: Any) -> None:
    if not verified:
        sys.exit(f"{case}: the result does not verify")
    line = {
        "case": case,
        "actions": actions,
        "threads": os.cpu_count(),
        "seconds": round(seconds, 3),
    }
    print(json.dumps({**line, **more, "verified": True}), flush=True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.monotonic()
    result = work()
    return time.monotonic() - started, result


def command(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "lockstep", *map(str, arguments), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def peak_of_children_mib() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def main(actions: int, folder: Path) -> None:
    account = np.fromfile(folder / "account.u32", np.uint32)
    object_ = np.fromfile(folder / "object.u32", np.uint32)
    times = np.fromfile(folder / "time.i64", np.int64)
    distinct = len(np.unique(np.rec.fromarrays([object_, account, times])))
    shuffled = np.random.default_rng(0).permutation(len(account))
    columns = {"account_id": account, "object_id": object_, "timestamp": times}
    kinds = {"numbers": pa.int64(), "text": pa.string()}
    for kind, arrow in kinds.items():
        file, store = folder / f"log-{kind}.parquet", folder / f"store-{kind}"
        table = pa.table({name: pa.array(values[shuffled]) for name, values in columns.items()})
        for place, name in enumerate(("account_id", "object_id")):
            table = table.set_column(place, name, table[name].cast(arrow))
        pq.write_table(table, file)
        shutil.rmtree(store, ignore_errors=True)
        seconds, answer = timed(lambda: command("ingest", store, file))  # noqa: B023
        result = answer["files"][0]
        size = command("store", "info", store)["disk_bytes"]
        report(
            f"ingest_parquet_{kind}",
            len(account),
            seconds,
            result["accepted"] == distinct and result["rejected"] == 0,
            actions_per_s=round(len(account) / seconds),
            bytes_per_action=round(size / len(account), 2),
            peak_mib=peak_of_children_mib(),
        )
    store = folder / "store-numbers"
    opened = ls.open(store)
    seconds, (log, _) = timed(lambda: opened.core.scan("share"))
    report("scan", len(log), seconds, len(log) == distinct, actions_per_s=round(len(log) / seconds))
    seconds, run = timed(lambda: command("sweep", store, "--out", folder / "runs", "--force"))
    organic = int((folder / "organic_accounts.txt").read_text())
    planted = account.max() + 1 - organic
    found = {int(a) for a in ls.Run.open(folder / "runs").members["account_id"].to_pylist()}
    kept = sum(a >= organic for a in found)
    report(
        "sweep",
        len(log),
        seconds,
        kept >= 0.99 * planted,
        clusters=run["coordination"]["clusters"],
        planted_found=f"{kept} of {planted}",
        others_in_clusters=len(found) - kept,
        peak_mib=run["peak_memory_mib"],
    )
    small_jobs(folder)


def small_jobs(folder: Path) -> None:
    """A hundred rows at a time, each job durable before the next."""
    path = folder / "store-small"
    shutil.rmtree(path, ignore_errors=True)
    store = _core.Store(str(path), write=True)
    seconds = []
    for number in range(100):
        ids = np.arange(100, dtype=np.int64) + number
        job = store.begin_job(str(number), "small")
        started = time.monotonic()
        job.append(ids, ids, ids + 1_600_000_000, np.zeros(100, np.uint16), ["share"])
        job.commit(rejected=0, now_s=0)
        seconds.append(time.monotonic() - started)
    verified = store.info()["actions"] == 10_000 and not store.verify()["problems"]
    report("small_job", 100, float(np.median(seconds)), verified, worst_s=round(max(seconds), 4))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
