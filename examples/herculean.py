#!/usr/bin/env python3
"""A platform in miniature, or in full: find its planted networks, and keep the ledger of two waves.

    .venv/bin/python examples/herculean.py FOLDER                       # 20,000 accounts: seconds
    .venv/bin/python examples/herculean.py FOLDER --accounts 1000000 --groups 30000

Organic accounts with their rhythms, interests and bursts of news; planted groups of 12. A night
takes the log in and sweeps it (herculean.toml). What it found is compared with the truth, and the
planted accounts go into the ledger in two waves, 125 to 235, as a platform once told: 125,000
accounts, then 235,000 more, 360,000 in all. Nothing here suspends anybody: people decide.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import lockstep as ls
from lockstep.ledger import ledger_tally, record_ledger
from lockstep.nightly import load_config, run_night

WAVES = (("2015-08 to 2016-02", 125, "2016-02-05"), ("2016-02 to 2016-08", 235, "2016-08-18"))


def make(folder: Path, accounts: int, groups: int) -> pa.Table:
    """The platform's log in the inbox; its truth."""
    made = ls.simulate(
        accounts=accounts,
        groups=groups,
        camouflage=0.2,
        bursts=20,
        seed=1,
    )
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    pq.write_table(made.log, folder / "inbox" / "platform.parquet")
    print(f"{made.log.num_rows:,} actions; {made.truth.num_rows:,} planted memberships", flush=True)
    return made.truth


def write_waves(folder: Path, planted: list[str]) -> list[Path]:
    """The planted accounts as two waves, in the published proportion."""
    parts = sum(share for _, share, _ in WAVES)
    files, begin = [], 0
    for number, (name, share, day) in enumerate(WAVES, start=1):
        end = len(planted) if number == len(WAVES) else len(planted) * share // parts
        rows = [f"{a},suspended,{name},violent threats,sweep,{day}\n" for a in planted[begin:end]]
        path = folder / f"wave{number}.csv"
        path.write_text("account,event,wave,reason,source,time\n" + "".join(rows))
        files.append(path)
        begin = end
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--groups", type=int, default=300)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("herculean.toml"), given.folder / "herculean.toml")
    truth = make(given.folder, given.accounts, given.groups)

    began = time.monotonic()
    night = run_night(load_config(given.folder / "herculean.toml"))
    seconds = time.monotonic() - began
    print(f"{night.status}: {night.message}, in {seconds:.1f} s", flush=True)
    run = ls.Run(night.run)
    found = ls.evaluate(run, truth, resamples=20)

    store = ls.open(given.folder / "store")
    planted = sorted(set(truth["account_id"].to_pylist()))
    for path in write_waves(given.folder, planted):
        record_ledger(store, path)
    figures = {
        "actions": run.summary["input"]["actions"],
        "accounts": run.summary["input"]["accounts"],
        "planted": len(planted),
        "clusters": run.summary["coordination"]["clusters"],
        "precision": round(found["precision"], 4),
        "recall": round(found["recall"], 4),
        "night_s": round(seconds, 1),
        "peak_memory_mib": run.summary["peak_memory_mib"],
        "ledger": [
            {name: row[name] for name in ("wave", "suspended", "running_total")}
            for row in ledger_tally(store).to_pylist()
        ],
        "report": str(run.report),
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
