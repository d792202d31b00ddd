"""How long do investigators wait while a sweep runs on the same store?

    python bench/explorer_bench.py FOLDER [CLIENTS] [SECONDS]

FOLDER holds `store-numbers` and `runs` as pipeline_bench.py leaves them. CLIENTS ask one server
for neighbourhoods of clustered accounts (as a list, and as a picture, placed and coloured), for
graphs of their clusters and for these within other windows, first alone, then while a sweep of the
whole store runs. One JSON line a case; each answer's ties are held against the run's
own, and a case with a wrong answer ends the program with 1.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import numpy as np

import lockstep as ls

LIMIT = 25


class Asker(threading.Thread):
    """One client on a connection of its own."""

    def __init__(self, home: str, cookie: str, paths: list[tuple[str, str]], seed: int) -> None:
        super().__init__()
        self.connection = http.client.HTTPConnection(urlsplit(home).netloc, timeout=60)
        self.headers = {"Cookie": cookie}
        self.paths, self.random = paths, random.Random(seed)
        self.stop = threading.Event()
        self.seconds: list[float] = []
        self.answers: list[tuple[str, bytes]] = []

    def run(self) -> None:
        while not self.stop.is_set():
            account, path = self.random.choice(self.paths)
            started = time.monotonic()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
            body = answer.read()
            self.seconds.append(time.monotonic() - started)
            if answer.status != 200:
                sys.exit(f"{path}: {answer.status}")
            self.answers.append((account, body))
            time.sleep(self.random.uniform(0.0, 0.4))  # people read


def ask(
    home: str,
    cookies: list[str],
    paths: list[tuple[str, str]],
    until: float | subprocess.Popen[bytes],
) -> list[Asker]:
    """Clients at work for some seconds, or as long as a process runs."""
    askers = [Asker(home, cookie, paths, seed) for seed, cookie in enumerate(cookies)]
    for asker in askers:
        asker.start()
    if isinstance(until, subprocess.Popen):
        until.wait()
    else:
        time.sleep(until)
    for asker in askers:
        asker.stop.set()
        asker.join()
    return askers


def report(case: str, askers: list[Asker], verified: bool, **more: object) -> None:
    if not verified:
        sys.exit(f"{case}: the result does not verify")
    seconds = np.sort(np.concatenate([asker.seconds for asker in askers])) * 1000
    line = {
        "case": case,
        "clients": len(askers),
        "answers": len(seconds),
        "median_ms": round(float(np.quantile(seconds, 0.5)), 1),
        "p99_ms": round(float(np.quantile(seconds, 0.99)), 1),
        "worst_ms": round(float(seconds[-1]), 1),
        **more,
        "verified": True,
    }
    print(json.dumps(line), flush=True)


def sign_in(users: Path, store: Path, clients: int) -> list[str]:
    """A token for each client."""
    users.unlink(missing_ok=True)
    line = [sys.executable, "-m", "lockstep", "explore", str(store), "--users", str(users)]
    return [
        subprocess.run(
            [*line, "--add-user", f"client{i}"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for i in range(clients)
    ]


def cookie_of(home: str, token: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(home).netloc)
    connection.request("GET", f"/?token={token}")
    return connection.getresponse().getheader("Set-Cookie", "").split(";")[0]


def main(folder: Path, clients: int, seconds: float) -> None:
    store, runs = folder / "store-numbers", folder / "runs"
    run = ls.Run.open(runs)
    pairs = run.pairs
    ties: dict[str, int] = {}
    for end in ("source", "target"):
        for account in pairs[end].to_pylist():
            ties[account] = ties.get(account, 0) + 1
    accounts = run.members["account_id"].to_pylist()
    users = folder / "users.toml"
    tokens = sign_in(users, store, clients)
    server = subprocess.Popen(
        [sys.executable, "-m", "lockstep", "explore", str(store), "--runs", str(runs),
         "--users", str(users), "--port", "0", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        home = server.stdout.readline().split()[1].removesuffix("/login")
        cookies = [cookie_of(home, token) for token in tokens]
        base = f"/api/runs/{run.id}"
        near = [(a, f"{base}/neighbourhood?id={quote(a)}&limit={LIMIT}") for a in accounts]
        graphs = [
            (str(row["members"]), f"{base}/clusters/{row['cluster_id']}/graph")
            for row in run.clusters.to_pylist()
        ]
        ask(home, cookies[:1], near[:1] + graphs[:1], 5.0)  # read what is read once
        pictures = [(a, f"{base}/neighbourhood/graph?id={quote(a)}&most={LIMIT}") for a in accounts]
        tried = [(size, path.replace("/graph", "/robustness")) for size, path in graphs]
        kinds = (
            ("neighbourhood", near),
            ("neighbourhood's picture", pictures),
            ("graph", graphs),
            ("other windows", tried),
        )
        for name, paths in kinds:
            askers = ask(home, cookies, paths, seconds)
            report(name, askers, _right(name, askers, ties))
        for name, paths in kinds:
            sweep = subprocess.Popen(
                [sys.executable, "-m", "lockstep", "sweep", str(store), "--out",
                 str(folder / "runs-beside"), "--force", "--json"],
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
            started = time.monotonic()
            askers = ask(home, cookies, paths, sweep)
            took = round(time.monotonic() - started, 1)
            right = sweep.returncode == 0 and _right(name, askers, ties)
            report(f"{name} beside a sweep", askers, right, sweep_s=took, threads=os.cpu_count())
    finally:
        server.terminate()
        server.wait()


def _right(name: str, askers: list[Asker], ties: dict[str, int]) -> bool:
    """Whether each answer has the ties, or the members, that the run has."""
    return all(
        _agrees(name, asked, json.loads(body), ties)
        for asker in askers
        for asked, body in asker.answers
    )


def _agrees(name: str, asked: str, answer: dict[str, Any], ties: dict[str, int]) -> bool:
    if name == "graph":
        return bool(answer["drawn"]["totalVertices"] == int(asked))
    if name == "other windows":
        return bool(answer["members_total"] == int(asked) and len(answer["holds"]) == 12)
    shown = min(LIMIT, ties[asked])
    if name == "neighbourhood":
        return answer["neighbours_total"] == ties[asked] and len(answer["neighbours"]) == shown
    return answer["totalEdges"] == ties[asked] and len(answer["graph"]["ids"]) == shown + 1


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        int(sys.argv[2]) if len(sys.argv) > 2 else 8,
        float(sys.argv[3]) if len(sys.argv) > 3 else 20.0,
    )
