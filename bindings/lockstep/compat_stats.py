"""Statistics of coordinated groups under the names that CooRTweet's users know."""

from __future__ import annotations

import pyarrow as pa

from lockstep.compat import coordinated_network
from lockstep.tables import as_table, id_column

__all__ = ["account_stats", "flag_speed_share", "group_stats"]

_OLDER = ["account_id", "content_id", "object_id"]
_NEWER = ["account_id_y", "content_id_y", "object_id"]


def flag_speed_share(groups: pa.Table, fast_groups: pa.Table) -> pa.Table:
    """Join the networks of a wide and a narrow window, as `flag_speed_share` does.

    Parameters
    ----------
    groups, fast_groups : pyarrow.Table
        What `detect_groups` returns at a wide and at a narrow `time_window`.

    Returns
    -------
    pyarrow.Table
        `source` <= `target`, `weight_full`, `avg_time_delta_full`, `weight_fast` and
        `avg_time_delta_fast`; the last two null where the pair is not fast.
    """
    full, fast = (
        coordinated_network(table).rename_columns(
            ["source", "target", f"weight_{name}", f"avg_time_delta_{name}"]
        )
        for table, name in ((groups, "full"), (fast_groups, "fast"))
    )
    joined = full.join(fast, ["source", "target"], join_type="left outer")
    return joined.sort_by([("source", "ascending"), ("target", "ascending")])


def account_stats(groups: pa.Table) -> pa.Table:
    """Sum up each account of coordinated groups.

    Parameters
    ----------
    groups : pyarrow.Table
        What `detect_groups` returns.

    Returns
    -------
    pyarrow.Table
        `account_id` (sorted), `avg_time_delta` (seconds, the mean of its edges' means),
        `unique_shares_count` (distinct contents) and `edges`.

    Notes
    -----
    CooRTweet 2.1.3 counts equal averages of several edges of an account once, which moves its
    `avg_time_delta`; here each edge counts.
    """
    network = coordinated_network(groups)
    ends = pa.concat_tables(
        network.select([end, "avg_time_delta"]).rename_columns(["account_id", "delta"])
        for end in ("source", "target")
    )
    edges = ends.group_by("account_id").aggregate([("delta", "mean"), ("delta", "count")])
    shares = _shares(groups).group_by("account_id").aggregate([("content_id", "count_distinct")])
    joined = edges.join(shares, "account_id").sort_by("account_id")
    return pa.table(
        {
            "account_id": joined["account_id"],
            "avg_time_delta": joined["delta_mean"],
            "unique_shares_count": joined["content_id_count_distinct"],
            "edges": joined["delta_count"],
        }
    )


def group_stats(groups: pa.Table) -> pa.Table:
    """Sum up each object of coordinated groups.

    Parameters
    ----------
    groups : pyarrow.Table
        What `detect_groups` returns.

    Returns
    -------
    pyarrow.Table
        `object_id`, `num_accounts` and `num_shares` (distinct), the most accounts first.

    Notes
    -----
    CooRTweet 2.1.3 gives smaller numbers of accounts on popular objects; here all count that
    `groups` names.
    """
    counted = (
        _shares(groups)
        .group_by("object_id")
        .aggregate([("account_id", "count_distinct"), ("content_id", "count_distinct")])
    )
    renamed = pa.table(
        {
            "object_id": counted["object_id"],
            "num_accounts": counted["account_id_count_distinct"],
            "num_shares": counted["content_id_count_distinct"],
        }
    )
    return renamed.sort_by([("num_accounts", "descending"), ("object_id", "ascending")])


def _shares(groups: pa.Table) -> pa.Table:
    """Every share of the pairs, older and newer."""
    as_table(groups, *_OLDER, *_NEWER)
    parts = []
    for names in (_OLDER, _NEWER):
        columns = [id_column(groups, name) for name in names]
        parts.append(pa.table(dict(zip(_OLDER, columns, strict=True))))
    return pa.concat_tables(parts)
