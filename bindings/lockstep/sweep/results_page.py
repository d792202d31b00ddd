"""RESULTS.md: what the files of a run are, for people."""

from __future__ import annotations

from lockstep.sweep.schema import (
    FEWEST_ACCOUNTS,
    FEWEST_OBJECTS,
    POOL_PER_MEMBER,
    RUN_JSON,
    TABLES,
)

__all__ = ["as_markdown"]


def as_markdown() -> str:
    """The page: how to read the figures, all columns, and the keys of run.json."""
    lines = [
        "# Files of a run",
        "",
        "A run folder holds one Parquet file a table below (zstd; the meaning of each column is in",
        "its field metadata too), `run.json` (options, epoch, versions, counts, timings, rejects)",
        "and `report.html`. Equal store, options and version give the same run id and the same",
        "bytes in every Parquet file. All figures measure co-action; none says why it happened.",
        "",
        "The score of a cluster, the sum of its edge weights over its members, is half of the",
        "mean strength of a member: it rises with the certainty of the edges and with their",
        "number, so that twenty accounts all tied to each other outrank three as surely tied, and",
        "a long thin chain does not win by its length. It ranks what to read first; it is no",
        "probability, and it says nothing of who the accounts are.",
        "",
        "An edge is a pair of accounts; edges.parquet has a row for each layer in which they met",
        "within the layer's window, be it once. What the layers say of a pair is combined into",
        "one p-value, by the Cauchy combination (Liu and Xie, 2020), which holds however they",
        "depend on each other; a layer in which both were active and never met counts against",
        "them. The `combined_` columns are null where layers are not combined.",
        "",
        "In edges, `common` to `timing_q_value` are null unless the sweep was asked for its timing",
        "test. That test is of the pair: in each of its layers it reads the same.",
        "",
        "A network is what clusters form that are tied by more edges than false discoveries",
        "would give: at most about `fdr` of the edges are chance, and a chance edge falls on all",
        "testable pairs alike; the number between two clusters is held against a Poisson law of",
        "that mean, at `fdr` over all pairs of clusters (Bonferroni).",
        "",
        "Compared with a previous run, clusters keep lasting names. A cluster has the name of the",
        "earlier one that it is most like, if they share half of the smaller one's members. It",
        "merged where it also holds half of others, and split where half of it and of another one",
        "come from the same; a cluster that was gone and is like one now returned.",
        "",
        "The ledger's waves of suspensions are watched: a wave's objects are those on which two",
        "of its accounts or more acted before its first suspension, and took more than half of",
        "all actions until then. Objects also fade when nobody is suspended, and campaigns turn",
        "to new ones: a low figure does not say that the takedown worked, nor a high one that",
        "the same people are back.",
        "",
        "A returner is a new account that resembles suspended ones: close to those that were gone",
        "when it came, in this run's pairs, or alike in what it acts on and whom it acts upon.",
        "It is to be looked at, with what they share; a likeness is no proof that the same people",
        "are back. Accounts of one interest resemble each other too. An account whose earlier days",
        "were dropped from the store is new where it acts again.",
        "",
        "Beside it stand three things that can speak against it. Known groups explain edges: one",
        "owner has both accounts, or both were allowed. Control groups have for each member an",
        "account outside all clusters that is about as active, of those that acted on the",
        f"cluster's own objects where there are {POOL_PER_MEMBER} a member: a percentile near",
        "50 says that others do as the cluster does. Stability draws the objects anew, with",
        "replacement, tests the listed edges again, and splits the graph again.",
        "",
        f"The data do not suffice to judge a cluster that met on fewer than {FEWEST_OBJECTS}",
        f"objects, or where fewer than {POOL_PER_MEMBER} other accounts a member are there to",
        f"compare with; nor to find anything in a layer of fewer than {FEWEST_ACCOUNTS} accounts",
        f"or {FEWEST_OBJECTS} objects, or without two accounts",
        "active enough to be tested.",
        "",
    ]
    for name, columns in TABLES.items():
        lines += [f"## {name}.parquet", "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {kind} | {text} |" for column, kind, text in columns]
        lines.append("")
    lines += ["## run.json", "", "| key | meaning |", "|---|---|"]
    lines += [f"| `{key}` | {text} |" for key, text in RUN_JSON.items()]
    return "\n".join([*lines, ""])
