"""The columns of every result table: name, type and what it means."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

__all__ = [
    "ALIKE",
    "FEWEST_ACCOUNTS",
    "FEWEST_OBJECTS",
    "FEWEST_SHARED",
    "LATER_KEYS",
    "MOST_RETURNERS",
    "NEAR",
    "POOL_PER_MEMBER",
    "RUN_JSON",
    "TABLES",
    "empty_table",
    "make_table",
]

# With less than this the data are said not to suffice.
FEWEST_OBJECTS = 5  # of a cluster or layer: on fewer, one object more or less decides
FEWEST_ACCOUNTS = 20  # of a layer: the test asks what accounts in general do
POOL_PER_MEMBER = 5  # accounts outside all clusters to draw a cluster's control groups from

# Who of the new accounts is to be looked at: past these, strangers are among them.
NEAR = 3  # accounts on the path from a suspended one, both ends included: two ties
ALIKE = 0.5  # score, which needs
FEWEST_SHARED = 3  # things shared with a suspended account: one or two rare ones are chance
MOST_RETURNERS = 1_000  # that are listed, unless more are alike

Column = tuple[str, pa.DataType, str]

TABLES: dict[str, list[Column]] = {
    "clusters": [
        ("cluster_id", pa.string(), "C-0001 and so on, by rank; holds within this run"),
        ("rank", pa.int64(), "1 is the highest score"),
        ("members", pa.int64(), "accounts"),
        ("edges", pa.int64(), "pairs of members that passed the test in some layer"),
        ("density", pa.float64(), "edges over all pairs of members, 0 to 1"),
        ("score", pa.float64(), "sum of edge weights inside, over members; measures co-action"),
        (
            "layers",
            pa.list_(pa.string()),
            "kinds of action in which some edge inside shares min_objects objects",
        ),
        ("objects", pa.int64(), "distinct objects on which members met"),
        ("median_lag_s", pa.float64(), "median seconds between two members on one object"),
        (
            "median_objects",
            pa.float64(),
            "median objects shared by an edge, in its strongest layer",
        ),
        ("median_expected", pa.float64(), "median objects that chance would give it there"),
        ("first_s", pa.int64(), "first meeting, UTC seconds"),
        ("last_s", pa.int64(), "last meeting, UTC seconds"),
        ("top_objects", pa.list_(pa.string()), "up to 5 objects with the most edges on them"),
        ("lasting_id", pa.string(), "name that it keeps from run to run, or null; see evolution"),
        ("change", pa.string(), "what became of it since the previous run, or null"),
        (
            "network",
            pa.string(),
            "N-0001 and so on: clusters tied to each other by more edges than false discoveries"
            " would give, directly or through others",
        ),
        ("tied_to", pa.list_(pa.string()), "up to 5 clusters so tied to it, the most edges first"),
        ("groups", pa.list_(pa.string()), "known groups with 2 members in it or more"),
        ("explained", pa.float64(), "share of edges of one owner, or of two allowed accounts"),
        ("synchrony", pa.float64(), "of (pair, object) both acted on, share within the window"),
        (
            "control_percentile",
            pa.float64(),
            "its synchrony's among matched random groups; null where none were drawn",
        ),
        ("control_synchrony", pa.float64(), "median synchrony of those groups"),
        (
            "control_pool",
            pa.string(),
            "whom they were drawn from: audience (of its objects), all,"
            " too few (to draw), or not compared",
        ),
        ("stability", pa.float64(), "mean Jaccard index with its like when objects are drawn anew"),
        ("insufficient", pa.string(), "why the data do not suffice to judge it, or null"),
        ("dismissed_case", pa.int64(), "the dismissed case that it is most like, or null"),
        ("dismissed_shared", pa.int64(), "accounts that it has in common with that case"),
        ("dismissed_overlap", pa.float64(), "Jaccard index of their accounts"),
        ("dismissed_note", pa.string(), "what was found of that case, when, and its note"),
        ("reason", pa.string(), "one sentence with these figures"),
    ],
    "members": [
        ("cluster_id", pa.string(), "cluster of this run"),
        ("account_id", pa.string(), "account, as the store names it"),
        ("degree", pa.int64(), "edges to members"),
        ("strength", pa.float64(), "sum of the weights of those edges"),
        ("objects", pa.int64(), "distinct objects on which it met members"),
        ("membership", pa.float64(), "share of its whole edge weight that lies inside, 0 to 1"),
        ("groups", pa.list_(pa.string()), "known groups that it is in"),
        ("stability", pa.float64(), "share of draws of the objects that leave it in the cluster"),
    ],
    "edges": [
        ("source", pa.string(), "account"),
        ("target", pa.string(), "account; source comes first in the store's numbering"),
        ("layer", pa.string(), "kind of action"),
        ("objects", pa.int64(), "distinct objects on which both acted within the window"),
        ("pairs", pa.int64(), "pairs of actions behind them"),
        ("expected", pa.float64(), "lambda: objects that chance would give, by the null model"),
        ("p_value", pa.float64(), "P(Poisson(expected) >= objects)"),
        ("log10_p", pa.float64(), "its logarithm, exact where p_value has run out"),
        (
            "combined_layers",
            pa.int64(),
            "layers that could test the pair, in which both were active",
        ),
        ("combined_p_value", pa.float64(), "Cauchy combination of their p; of the pair"),
        ("combined_log10_p", pa.float64(), "its logarithm"),
        (
            "q_value",
            pa.float64(),
            "Benjamini-Hochberg of the combined p over all pairs that some layer could test; with"
            " combine none, of p_value over all pairs that each layer could",
        ),
        (
            "weight",
            pa.float64(),
            "min(-log10 p, 50) of the combined p, or the larger of that and the timing test's",
        ),
        ("common", pa.int64(), "objects of all layers on which both acted within the horizon"),
        ("met", pa.int64(), "those on which they met within the window"),
        ("timing_expected", pa.float64(), "of `common`, on how many others would meet"),
        ("timing_p_value", pa.float64(), "P(Poisson-binomial >= met)"),
        ("timing_log10_p", pa.float64(), "its logarithm, exact where timing_p_value has run out"),
        ("timing_q_value", pa.float64(), "Benjamini-Hochberg over all pairs with common objects"),
        ("cluster_id", pa.string(), "where both ends are in one cluster, else null"),
        ("groups", pa.list_(pa.string()), "known groups that both accounts are in"),
    ],
    "evidence": [
        ("source", pa.string(), "account, as in edges"),
        ("target", pa.string(), "account, as in edges"),
        ("layer", pa.string(), "kind of action"),
        ("object_id", pa.string(), "what both acted on"),
        ("source_time_s", pa.int64(), "when the source did, in the closest pair; UTC seconds"),
        ("target_time_s", pa.int64(), "when the target did, in the closest pair; UTC seconds"),
        ("lag_s", pa.int64(), "target_time_s - source_time_s"),
        ("pairs", pa.int64(), "pairs of actions on that object within the window"),
        ("object_actions", pa.int64(), "actions of anybody on it: how common it is"),
    ],
    "candidates": [
        ("rank", pa.int64(), "1 is the closest to the referred accounts"),
        ("account_id", pa.string(), "account that nobody referred"),
        ("score", pa.float64(), "personalised PageRank from the referrals; closeness, no more"),
        ("cluster_id", pa.string(), "its cluster, or null"),
        ("path", pa.list_(pa.string()), "most probable walk from a referred account to it"),
        ("path_probability", pa.float64(), "of that very walk"),
        ("sources", pa.list_(pa.string()), "who referred the account where the path begins"),
        ("groups", pa.list_(pa.string()), "known groups that it is in"),
    ],
    "evolution": [
        ("lasting_id", pa.string(), "name that a cluster keeps from run to run"),
        ("cluster_id", pa.string(), "its name in this run; null where it has no more"),
        ("previous_cluster_id", pa.string(), "its name in the previous run, or null"),
        (
            "change",
            pa.string(),
            "born, returned, grown, shrunk, changed (other members), merged, split, same, gone, or"
            " absent (gone in an earlier run)",
        ),
        ("members", pa.int64(), "now"),
        ("members_before", pa.int64(), "in the previous run, or when it was last seen"),
        ("joined", pa.list_(pa.string()), "accounts that it has now and had not"),
        ("left", pa.list_(pa.string()), "accounts that it had and has not"),
        ("others", pa.list_(pa.string()), "lasting names that it merged with or split from"),
        ("absent_runs", pa.int64(), "runs since it was last seen, 0 while it is there"),
    ],
    "recovery": [
        ("wave", pa.string(), "of the store's ledger; none where its entries name none"),
        ("suspended", pa.int64(), "its accounts that are not reinstated"),
        ("seen", pa.int64(), "those that the store knows"),
        ("first_s", pa.int64(), "their first suspension, UTC seconds"),
        ("last_s", pa.int64(), "their last suspension, UTC seconds"),
        ("watched_s", pa.int64(), "seconds from the last suspension to the end of the log"),
        ("objects", pa.int64(), "the wave's objects: see above"),
        (
            "before_per_day",
            pa.float64(),
            "actions of anybody on them a day, for as long before the first suspension as was"
            " watched after the last, or as the log has; null without such a time",
        ),
        ("after_per_day", pa.float64(), "the same since the last suspension"),
        ("recovered", pa.float64(), "after_per_day over before_per_day, or null"),
        ("by_members", pa.float64(), "share of the actions since by the suspended themselves"),
        ("by_others", pa.float64(), "by accounts that had acted before"),
        ("by_new", pa.float64(), "by accounts whose first action of all came since"),
        ("reach_before", pa.int64(), "other accounts that acted on them in that time before"),
        ("reach_after", pa.int64(), "other accounts that acted on them since"),
        (
            "newcomers",
            pa.int64(),
            "of those, accounts whose first action of all came since; `lockstep returners` ranks"
            " who is like the suspended",
        ),
        ("active", pa.int64(), "suspended accounts that acted after their own suspension"),
        ("active_accounts", pa.list_(pa.string()), "who they are"),
        (
            "clusters",
            pa.list_(pa.string()),
            "clusters of this run of which, since, two suspended accounts acted, or on two objects"
            " or more two accounts each; and those that returned and had half of their former"
            " members in the wave",
        ),
    ],
    "returners": [
        ("rank", pa.int64(), "1 is the most alike; those that are `alike` come first"),
        ("account_id", pa.string(), "new account: acted first in the time swept, after a takedown"),
        ("score", pa.float64(), "0 to 1, of the figures below; a likeness, no probability"),
        (
            "alike",
            pa.bool_(),
            f"to be looked at: a path of {NEAR} accounts at most, or a score of {ALIKE:g} or more"
            f" and {FEWEST_SHARED} things shared",
        ),
        ("fresh", pa.bool_(), "alike, and not so in the previous run"),
        ("first_s", pa.int64(), "its first action that the store has, UTC seconds"),
        (
            "resembles",
            pa.string(),
            "suspended account: where its path begins, or, with more similarity, `most_like`",
        ),
        ("wave", pa.string(), "of that account, by the ledger; none where its entry names none"),
        ("suspended_s", pa.int64(), "when that account was suspended, UTC seconds"),
        (
            "similarity",
            pa.float64(),
            "cosine of what both acted on and upon whom, whenever, each by its rarity; 0 to 1",
        ),
        ("most_like", pa.string(), "suspended account with which that is largest, or null"),
        ("shared", pa.int64(), "objects and targets that both have, popular ones left out"),
        ("shared_objects", pa.list_(pa.string()), "objects among the 5 rarest of these"),
        ("shared_targets", pa.list_(pa.string()), "accounts among the 5 rarest of these"),
        (
            "closeness",
            pa.float64(),
            "personalised PageRank from the accounts suspended before it came, over the largest of"
            " a new account; 0 to 1",
        ),
        (
            "path",
            pa.list_(pa.string()),
            "most probable walk to it over this run's pairs, from a suspended account; or empty",
        ),
        ("rhythm", pa.float64(), "cosine of both accounts' hours of the week; 0 to 1"),
    ],
    "left_out": [
        ("layer", pa.string(), "kind of action"),
        ("object_id", pa.string(), "object with more actions than max_object_actions"),
        ("actions", pa.int64(), "its actions; they count in no pair, no test and no evidence"),
    ],
}


RUN_JSON = {
    "run_id": "UTC date of the store's last action of these kinds, and a hash of all that "
    "decides the result: options, referrals, groups, signed cases, store, epoch, version",
    "options": "every option of the sweep; times are UTC seconds",
    "store": "the store's folder as it was given",
    "store_uuid": "the store itself, wherever it is moved",
    "epoch": "jobs committed to the store when the sweep read it",
    "ingest": "of all jobs so far: jobs, rows accepted, duplicates, rejected",
    "versions": "of the programs that made the run",
    "finished_s": "when, UTC seconds",
    "peak_memory_mib": "most memory that the process had, MiB",
    "input": "actions and accounts that the sweep read, over all layers; first and last time; "
    "duplicates (across jobs), duplicates_in_files (of jobs that reach into the time), "
    "last_day_actions, usual_day_actions (median of the days before that have any, or null)",
    "layers": "by kind: actions, duplicates (across jobs), accounts, objects; left_out_objects and "
    "left_out_actions (of objects above max_object_actions, listed in left_out); pair_instances "
    "(pairs of actions in the window), pairs (of accounts, with min_objects), testable "
    "(pairs of accounts active enough to be tested), window_s, edges",
    "coordination": "the graph of all layers: vertices, pairs, communities, modularity, "
    "clusters, networks, clustered_accounts, testable (pairs that some layer could test; with "
    "combine none summed over layers); with the timing test also pairs_by_activity (before it) and "
    "timing_testable (pairs with min_objects objects of all layers in common within the horizon; "
    "an estimate where accounts are many)",
    "referrals": "referred accounts in force, those in_graph (with an edge); of the file given: "
    "rejected rows with line and reason, unknown accounts; reliability of each source, where "
    "given; accounts that signed cases confirmed (confirmed_by_cases: seeds too) or cleared "
    "(cleared_by_cases: no seeds any more)",
    "groups": "of the groups file: groups with kind, note and accounts; unknown accounts, rejected "
    "rows with line and reason",
    "insufficient": "layers with too little data to find anything, and why; clusters with too "
    "little data to judge",
    "drift": "null, by layer: pairs that share min_objects and do not hold, by_chance (how many "
    "the null expects), ratio ((pairs + 1) / (by_chance + 1)), before (that of the previous run); "
    "scores, null without a previous run: psi (population stability index of the pairs' weights), "
    "by_chance (what it stays below 99 times of 100 where nothing changed), pairs, pairs_before",
    "previous": "run that this one was compared with, or null",
    "changes": "clusters by what became of them since",
    "lasting_names": "lasting names given so far",
    "recovery": "of the ledger's waves: how many, most_recovered (share of the activity on a "
    "wave's objects, or null), active_again (suspended accounts that act), clusters tied to them",
    "returners": "where the ledger has suspensions: new accounts, suspended ones that they were "
    "compared with, alike (to be looked at), fresh (of these, not so in the previous run), listed, "
    "and the first 10 rows of the table that are alike",
    "alarms": "what to look at before trusting the run; with any, the exit code is 4",
    "alarm_details": "of alarms that a night's configuration sets: alarm (its key, and its layer), "
    "said, next (what to do), unit (number or share), value, limit, past (run and value of the "
    "last 14 nights before whose runs are still there; null where the run cannot say)",
    "timings_s": "seconds by stage",
    "usual_timings_s": "median seconds by stage of the latest 14 runs that were there before",
}

# An earlier program's run may lack these: it is still a run to compare with.
LATER_KEYS = ("alarm_details", "drift", "recovery", "returners", "usual_timings_s")


def empty_table(name: str) -> pa.Table:
    """A result table without rows."""
    return make_table(name, {column: [] for column, _, _ in TABLES[name]})


def make_table(name: str, columns: dict[str, Any]) -> pa.Table:
    """A result table with its types, and the meaning of each column as field metadata."""
    fields = [
        pa.field(column, kind, metadata={"description": text})
        for column, kind, text in TABLES[name]
    ]
    arrays = []
    for field in fields:
        values = columns[field.name]
        array = values if isinstance(values, pa.Array) else pa.array(values, field.type)
        arrays.append(array.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))
