"""DuckDB, co-action as time-bucketed SQL.

Two actions at most a window apart lie in the same bucket of window + 1 seconds or in two that are
next to each other. So each action stands in its own bucket and the next, as the earlier of a pair,
and meets the later ones there by an equality that hashes. This was the fastest of five spellings
that gave the same pairs (a range join took fifteen times as long).
"""

from __future__ import annotations

import duckdb
import numpy as np
from peer import MIN_OBJECTS, MOST_ACTIONS, WINDOW_S, Array, LogInput, main, read_log

_CAPPED = f"""
    select log.* from log join (
        select object from log group by object having count(*) between 2 and {MOST_ACTIONS}
    ) using (object)"""
_PAIRS = f"""
    with chosen as materialized ({{rows}}),
    earlier as (
        select object, account, time, time // {WINDOW_S + 1} as bucket from chosen
        union all
        select object, account, time, time // {WINDOW_S + 1} + 1 from chosen),
    later as (select object, account, time, time // {WINDOW_S + 1} as bucket from chosen),
    met as (
        select least(e.account, l.account) as source, greatest(e.account, l.account) as target,
               e.object as object
        from earlier e join later l on e.object = l.object and e.bucket = l.bucket
            and l.time - e.time between 0 and {WINDOW_S} and e.account <> l.account)
    select source, target from met group by source, target
    having count(distinct object) >= {MIN_OBJECTS}"""


def _load(log: LogInput) -> duckdb.DuckDBPyConnection:
    """Fills a table in memory; `build_s` of the line is the time that this takes."""
    database = duckdb.connect()
    columns = {"account": log.account, "object": log.object, "time": log.time}
    database.register("columns", columns)
    database.execute("create table log as select * from columns")
    return database


def _pairs(database: duckdb.DuckDBPyConnection, rows: str) -> Array:
    found = database.execute(_PAIRS.format(rows=rows)).fetchnumpy()
    return np.stack([found["source"], found["target"]], axis=1)


TASKS = {
    "coaction": lambda database: _pairs(database, "select * from log"),
    "coaction_capped": lambda database: _pairs(database, _CAPPED),
}

if __name__ == "__main__":
    main("duckdb", duckdb.__version__, read_log, _load, TASKS)
