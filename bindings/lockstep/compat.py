"""The rules of other tools, reproduced so that old numbers can be checked against new ones.

These rules cut edges at a count or a quantile and cannot say how many are chance; the pipeline
of Lockstep does not use them. Columns are CooRTweet's: `object_id`, `account_id`, `content_id`,
`timestamp_share` (UTC seconds).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lockstep.tables import as_seconds, as_table, encode, id_column

__all__ = ["co_retweet", "coordinated_network", "detect_groups"]

_COLUMNS = ("object_id", "account_id", "content_id", "timestamp_share")


def detect_groups(
    log: Any, *, time_window: int = 10, min_participation: int = 2, remove_loops: bool = True
) -> pa.Table:
    """List the pairs of shares that CooRTweet's `detect_groups` calls coordinated.

    Parameters
    ----------
    log : table
        Columns `object_id`, `account_id`, `content_id`, `timestamp_share`.
    time_window : int
        Seconds between the two shares of a pair, at most.
    min_participation : int
        Accounts with fewer shares are dropped first; a pair then stays where at least one of
        its two contents belongs to an account that still has so many contents among all pairs.
    remove_loops : bool
        Drop pairs of one account, of one content, or where a content is the object itself.

    Returns
    -------
    pyarrow.Table
        `object_id`, `content_id` (the older share), `content_id_y` (the newer), `account_id`,
        `account_id_y`, `time_delta` (seconds).

    References
    ----------
    Righetti and Balluff, CooRTweet 2.1.3 (R package).
    """
    table = as_table(log, *_COLUMNS)
    accounts = encode(id_column(table, "account_id"))
    active = np.bincount(accounts.codes, minlength=len(accounts)) >= min_participation
    table = table.filter(pa.array(active[accounts.codes]))
    accounts = encode(id_column(table, "account_id"))
    contents = encode(id_column(table, "content_id"))
    account, content = accounts.codes, contents.codes
    older, newer = _close_rows(table, time_window)
    if remove_loops:
        own = id_column(table, "content_id").cast(pa.large_string()).to_numpy(
            zero_copy_only=False
        ) == id_column(table, "object_id").cast(pa.large_string()).to_numpy(zero_copy_only=False)
        kept = (
            (account[older] != account[newer])
            & (content[older] != content[newer])
            & ~own[older]
            & ~own[newer]
        )
        older, newer = older[kept], newer[kept]
    contents_met = np.zeros(len(contents), dtype=bool)
    contents_met[content[older]] = contents_met[content[newer]] = True
    rows_met = contents_met[content]
    still_active = np.bincount(account[rows_met], minlength=len(accounts)) >= min_participation
    contents_kept = np.zeros_like(contents_met)
    contents_kept[content[rows_met & still_active[account]]] = True
    kept = contents_kept[content[older]] | contents_kept[content[newer]]
    older, newer = older[kept], newer[kept]
    times = as_seconds(table, "timestamp_share")
    left, right = table.take(pa.array(older)), table.take(pa.array(newer))
    return pa.table(
        {
            "object_id": left["object_id"],
            "content_id": left["content_id"],
            "content_id_y": right["content_id"],
            "account_id": left["account_id"],
            "account_id_y": right["account_id"],
            "time_delta": pa.array(times[newer] - times[older]),
        }
    )


def coordinated_network(groups: pa.Table, *, edge_weight: float | None = None) -> pa.Table:
    """Fold pairs of shares into an undirected network, as `generate_coordinated_network` does.

    Parameters
    ----------
    groups : pyarrow.Table
        What `detect_groups` returns.
    edge_weight : float, optional
        Keep edges whose weight is above this quantile of all weights (type 7). Where all
        weights are equal nothing is, as in CooRTweet.

    Returns
    -------
    pyarrow.Table
        `source` <= `target`, `weight` (int64, pairs of shares), `avg_time_delta` (seconds).
    """
    both = encode(
        pa.concat_arrays([id_column(groups, "account_id"), id_column(groups, "account_id_y")])
    )
    first, second = np.split(both.codes.astype(np.int64), 2)
    low, high = np.minimum(first, second), np.maximum(first, second)
    edge, inverse = np.unique(low * (len(both) + 1) + high, return_inverse=True)
    weight = np.bincount(inverse, minlength=len(edge))
    delta = np.bincount(inverse, groups["time_delta"].to_numpy(), minlength=len(edge))
    network = pa.table(
        {
            "source": both.take((edge // (len(both) + 1)).astype(np.uint32)),
            "target": both.take((edge % (len(both) + 1)).astype(np.uint32)),
            "weight": pa.array(weight.astype(np.int64)),
            "avg_time_delta": pa.array(delta / np.maximum(weight, 1)),
        }
    )
    if edge_weight is None or network.num_rows == 0:
        return network
    return network.filter(pa.array(weight > np.quantile(weight, edge_weight)))


def co_retweet(log: Any, *, time_window: int = 60, min_edge_weight: int = 1) -> pa.Table:
    """Count messages that follow or precede another account's, as QUT's toolkit does.

    The directed weight of A to B is the number of A's messages with at least one message of B
    on the same object within `time_window` seconds before or after.

    Parameters
    ----------
    log : table
        Columns `object_id`, `account_id`, `timestamp_share`.
    time_window : int
        Seconds, inclusive.
    min_edge_weight : int
        Edges below it are dropped.

    Returns
    -------
    pyarrow.Table
        `source`, `target`, `weight` (int64); A to A is left out.

    References
    ----------
    Graham, QUT Digital Observatory, coordination-network-toolkit, `compute_co_retweet`.
    """
    table = as_table(log, "object_id", "account_id", "timestamp_share")
    accounts = encode(id_column(table, "account_id"))
    older, newer = _close_rows(table, time_window)
    message = np.concatenate([older, newer])
    other = accounts.codes[np.concatenate([newer, older])].astype(np.int64)
    met = accounts.codes[message] != other
    reached = np.unique(np.stack([message[met], other[met]], axis=1), axis=0)
    source = accounts.codes[reached[:, 0]].astype(np.int64)
    edge, weight = np.unique(source * len(accounts) + reached[:, 1], return_counts=True)
    kept = weight >= min_edge_weight
    return pa.table(
        {
            "source": accounts.take((edge[kept] // len(accounts)).astype(np.uint32)),
            "target": accounts.take((edge[kept] % len(accounts)).astype(np.uint32)),
            "weight": pa.array(weight[kept].astype(np.int64)),
        }
    )


def _close_rows(
    table: pa.Table, time_window: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row numbers (older, newer) of all pairs of rows on one object within the window."""
    if time_window < 0:
        raise ValueError(f"time_window is {time_window}; give 0 or more seconds")
    times = as_seconds(table, "timestamp_share")
    objects = encode(id_column(table, "object_id")).codes.astype(np.int64)
    order = np.lexsort((times, objects))
    since = times - times.min(initial=0)
    # One axis for all objects, with gaps wider than the window between them.
    place = (objects * (int(since.max(initial=0)) + time_window + 1) + since)[order]
    past = np.searchsorted(place, place + time_window, side="right")
    here = np.arange(len(order))
    partners = past - here - 1
    older = np.repeat(here, partners)
    newer = older + 1 + np.arange(len(older)) - np.repeat(np.cumsum(partners) - partners, partners)
    return order[older], order[newer]
