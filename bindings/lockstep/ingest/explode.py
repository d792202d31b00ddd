"""Rows of an archive that stand for several actions each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep.ingest.actions import Actions

__all__ = ["explode_x_io", "seconds_after_original"]

# Values that the archive writes for "nothing here".
_EMPTY = pa.array(["", "[]", "nan", "None", "null"])
# What stands between the quotes of an item of a list that Python wrote.
_SINGLE = r"(?:[^'\\]|\\.)*"
_DOUBLE = r'(?:[^"\\]|\\.)*'
_QUOTED = rf"""(?:'{_SINGLE}'|"{_DOUBLE}")"""
_QUOTED_LIST = rf"(?s)^{_QUOTED}(?:\s*,\s*{_QUOTED})*$"
_NEXT_QUOTED = rf"""(?s)(?:'({_SINGLE})'|"({_DOUBLE})")(?:\s*,\s*)?"""
_NEXT_LINK = r",(?:\s+|([A-Za-z][A-Za-z0-9+.\-]*://))"  # a link may hold commas of its own
_NEXT_WORD = r",()"
_FIRST_SNOWFLAKE = 29_700_859_247  # id of the first tweet numbered by time, 4 November 2010
_MARK = "\x1f"  # put between items to split at


def explode_x_io(columns: dict[str, pa.Array]) -> Iterator[Actions]:
    """The actions of tweets in the X / Twitter information-operations archive.

    A retweet is one action on the tweet it repeats. Any other tweet is a `post`, a `reply` where
    it answers one, and one `share_url`, `hashtag` or `mention` for each it holds.
    """
    text = {name: _text(column) for name, column in columns.items()}
    retweet = _filled(text["retweet_tweetid"])
    yield _single("retweet", retweet, text["retweet_tweetid"], text["retweet_userid"])
    yield _single("post", ~retweet, text["tweetid"], None)
    reply = ~retweet & _filled(text["in_reply_to_tweetid"])
    yield _single("reply", reply, text["in_reply_to_tweetid"], text["in_reply_to_userid"])
    yield _listed("share_url", ~retweet, text["urls"], _NEXT_LINK)
    yield _listed("hashtag", ~retweet, text["hashtags"], _NEXT_WORD)
    mentions = _listed("mention", ~retweet, text["user_mentions"], _NEXT_WORD)
    mentions.target = mentions.object
    yield mentions


def seconds_after_original(columns: dict[str, pa.Array]) -> npt.NDArray[np.int64]:
    """How long after the tweet it repeats each tweet was written; -1 where that is not known.

    The archive's times are whole minutes; ids of tweets since November 2010 hold milliseconds.
    """
    own = _snowflake_ms(_text(columns["tweetid"]))
    original = _snowflake_ms(_text(columns["retweet_tweetid"]))
    known = (own > 0) & (original > 0) & (own >= original)
    return np.where(known, (own - original) // 1000, -1)


def _snowflake_ms(ids: pa.Array) -> npt.NDArray[np.int64]:
    """Milliseconds of ids that hold them; 0 for others."""
    numeric = pc.match_substring_regex(ids, r"^\d{1,18}$|^[1-8]\d{18}$")
    value = pc.if_else(numeric, ids, "0").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.where(value >= _FIRST_SNOWFLAKE, value >> 22, 0)


def _text(column: pa.Array) -> pa.Array:
    """As trimmed text; a missing value is empty, and one that is not UTF-8 too."""
    try:
        as_text = column.cast(pa.string())
    except pa.ArrowInvalid:
        as_text = pa.array([(v or b"").decode("utf-8", "ignore") for v in column.to_pylist()])
    return pc.utf8_trim_whitespace(pc.fill_null(as_text, ""))


def _filled(column: pa.Array) -> npt.NDArray[np.bool_]:
    return ~pc.is_in(column, _EMPTY).to_numpy(zero_copy_only=False)


def _single(
    kind: str, chosen: npt.NDArray[np.bool_], objects: pa.Array, targets: pa.Array | None
) -> Actions:
    mask = pa.array(chosen)
    target = None
    if targets is not None:
        target = targets.filter(mask)
        target = pc.if_else(pc.is_in(target, _EMPTY), None, target)
    return Actions.of_kind(kind, np.flatnonzero(chosen), objects.filter(mask), target)


def _listed(kind: str, chosen: npt.NDArray[np.bool_], lists: pa.Array, next_: str) -> Actions:
    """One action an item of lists written as text: [a, b], or ['a', 'b'] as Python writes them.

    `next_` is what parts items that stand without quotes; its group begins the next item.
    """
    rows = np.flatnonzero(chosen & _filled(lists))
    inside = pc.replace_substring_regex(lists.take(pa.array(rows)), r"(?s)^\[(.*)\]$", r"\1")
    inside = pc.utf8_trim_whitespace(inside)
    quoted = pc.match_substring_regex(inside, _QUOTED_LIST)
    by_quotes = pc.replace_substring_regex(inside, _NEXT_QUOTED, rf"\1\2{_MARK}")
    by_quotes = pc.replace_substring_regex(by_quotes, r"\\(['\"\\])", r"\1")
    by_commas = pc.replace_substring_regex(inside, next_, rf"{_MARK}\1")
    items = pc.split_pattern(pc.if_else(quoted, by_quotes, by_commas), _MARK)
    parents = pc.list_parent_indices(items).to_numpy(zero_copy_only=False)
    flat = pc.list_flatten(items)
    bare = pc.utf8_trim(flat, " '\"")
    values = pc.if_else(quoted.take(pa.array(parents)), pc.utf8_trim_whitespace(flat), bare)
    kept = _filled(values)
    return Actions.of_kind(kind, rows[parents[kept]], values.filter(pa.array(kept)))
