#!/usr/bin/env python3
"""Which accounts each rule flags first, on logs whose truth is known; prints Markdown tables.

    .venv/bin/python bench/quality.py               # the simulated log of a million actions
    .venv/bin/python bench/quality.py --bursts 300  # the same with bursts of organic interest
    .venv/bin/python bench/quality.py --real       # an operation's week among organic retweets

Every rule reads the same pairs (60 s, at least 2 objects). An account's score is the largest score
of its edges; equal scores count as in random order.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import lockstep as ls

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
WEEK = 7 * 86_400


def simulated(bursts: int, difficulty: float | None) -> tuple[pa.Table, set[str]]:
    """A million actions, 33 planted groups of 12, graded, camouflaged, some with members shared."""
    made = ls.simulate(
        accounts=33_000,
        groups=33,
        difficulty=difficulty,
        shared_members=2,
        camouflage=0.3,
        bursts=bursts,
        seed=7,
    )
    log = made.log.select(["account_id", "object_id", "timestamp"])
    return log, set(made.truth["account_id"].to_pylist())


REAL = {
    "ira, retweets": ("ira/actions.parquet", "retweet", 30),
    "ira, hashtags": ("ira/actions.parquet", "hashtag", 30),
    "german-elections, links": ("german-elections/actions.parquet", "share_url", 7),
    "german-elections, domains": ("german-elections/actions.parquet", "share_domain", 7),
    "german-elections, images": ("german-elections/actions.parquet", "image", 7),
}


def real(name: str) -> tuple[pa.Table, set[str]]:
    """A real log of which half of the accounts were moved in time, each by days of its own.

    Whatever joins one of those to another account is chance; those left in place may act together.
    """
    file, kind, days = REAL[name]
    log = pq.read_table(DATA / file)
    log = log.filter(pc.equal(log["action"].cast(pa.string()), kind))
    accounts, place = np.unique(log["account_id"].cast(pa.string()).to_numpy(), return_inverse=True)
    random = np.random.default_rng(5)
    moved = random.permutation(len(accounts)) < len(accounts) // 2
    # Whole days and some minutes: rhythm and interest stay, the moments do not.
    shift = random.integers(1, days + 1, len(accounts)) * 86_400
    shift += random.integers(10, 120, len(accounts)) * 60
    shift *= np.where(random.random(len(accounts)) < 0.5, -1, 1)
    times = log["timestamp"].to_numpy() + np.where(moved, shift, 0)[place]
    columns = {
        "account_id": pa.array(accounts).take(pa.array(place)),
        "object_id": log["object_id"].cast(pa.string()),
        "timestamp": times,
    }
    return pa.table(columns), set(accounts[~moved].tolist())


def rules(log: pa.Table) -> dict[str, Callable[[], pa.Table]]:
    """Edges of each rule: `source`, `target`, `score`."""
    pairs = ls.coaction(log)

    def backbone(method: str, level: float | None = None) -> pa.Table:
        found = ls.backbone(pairs, method, level=level, log=log)
        score = found["score"]
        if pc.count(found["p_value"]).as_py():
            score = pc.negate(found["p_value"])
        return _edges(found, score, found["kept"])

    def activity(timed: bool) -> pa.Table:
        tested = ls.significance(log)
        kept = tested.filter(tested["significant"])
        p_value = kept["p_value"]
        if timed:
            timing = ls.timing_test(log, kept)
            p_value = pc.max_element_wise(p_value, timing["timing_p_value"])
            return _edges(kept, pc.negate(p_value), timing["timed"])
        return _edges(kept, pc.negate(p_value), tested["significant"].filter(tested["significant"]))

    return {
        "Lockstep, test of activity": lambda: activity(timed=False),
        "Lockstep, both tests": lambda: activity(timed=True),
        "CooRTweet: 2 objects within the window": lambda: backbone("count", 2),
        "CooRTweet: the same, weight above the median": lambda: backbone("quantile", 0.5),
        "weight above the 95% quantile": lambda: backbone("quantile", 0.95),
        "TF-IDF cosine, top 0.5%": lambda: backbone("tfidf"),
        "disparity filter": lambda: backbone("disparity"),
        "noise-corrected": lambda: backbone("noise_corrected"),
        "hypergeometric (SVN)": lambda: backbone("hypergeometric"),
    }


def _edges(table: pa.Table, score: pa.ChunkedArray, kept: pa.ChunkedArray) -> pa.Table:
    ends = table.select(["source", "target"]).append_column("score", score)
    return ends.filter(kept)


def account_scores(edges: pa.Table) -> pa.Table:
    """The largest score of the edges of each account, above 0 for all."""
    ends = pa.concat_tables(
        edges.select([end, "score"]).rename_columns(["account_id", "score"])
        for end in ("source", "target")
    )
    best = ends.group_by("account_id").aggregate([("score", "max")])
    rank = pc.rank(best["score_max"], tiebreaker="dense")
    return pa.table({"account_id": best["account_id"], "score": pc.cast(rank, pa.float64())})


def compare(log: pa.Table, truth: set[str], word: str) -> None:
    """Prints one row a rule: what it flags, and how good its first accounts are."""
    accounts = pc.count_distinct(log["account_id"]).as_py()
    scores = {name: account_scores(edges()) for name, edges in rules(log).items()}
    flagged = scores["Lockstep, both tests"].num_rows
    labels = {"account_id": sorted(truth), "label": [1] * len(truth)}
    print(f"{log.num_rows:,} actions, {accounts:,} accounts, {len(truth):,} of them {word}\n")
    print(f"| rule | flags | share {word} | {word} found | share of its first {flagged:,} |")
    print("|---|---|---|---|---|")
    for name, found in scores.items():
        if not found.num_rows:
            print(f"| {name} | 0 | | 0 | |")
            continue
        result = ls.evaluate(found, labels, accounts=accounts, at=[flagged])
        measured = [result["precision"], result["recall"], result[f"precision@{flagged}"]]
        figures = " | ".join(f"{value:.3f}" for value in measured)
        print(f"| {name} | {found.num_rows:,} | {figures} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", action="store_true", help="needs ../shared/data")
    parser.add_argument("--bursts", type=int, default=0, help="of organic interest")
    parser.add_argument("--difficulty", type=float, help="of all groups; graded from 0 to 1")
    given = parser.parse_args()
    if given.real:
        for name in REAL:
            print(f"\n{name}:")
            compare(*real(name), "in place")
    else:
        compare(*simulated(given.bursts, given.difficulty), "planted")
