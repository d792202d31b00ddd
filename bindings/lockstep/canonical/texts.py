"""Signatures of texts, by which near-duplicates are known without keeping a text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lockstep import _core
from lockstep.canonical.columns import text_column

__all__ = ["MIN_TOKENS", "near_duplicates", "text_signatures", "tokens"]

MIN_TOKENS = 4  # in shorter texts strangers say the same by chance

_LINKS = r"(?i)(?:https?://|www\.)\S+"
_MENTIONS = r"(?i)\brt\s+@\w+:?|@\w+"
# Marks that readers leave out: Arabic and Hebrew vowel points, the stretching tatweel, and
# characters without width, which may part the letters of one word.
_OPTIONAL = r"[\x{0591}-\x{05C7}\x{0610}-\x{061A}\x{0640}\x{064B}-\x{065F}\x{0670}\p{Cf}]"
# Scripts that put no space between words: each character is a token of its own.
_UNSPACED = (
    r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]\p{M}*)"
)
_OTHERS = r"[^\p{L}\p{N}\p{M}]+"


def text_signatures(
    texts: Any, *, min_tokens: int = MIN_TOKENS, control: _core.RunControl | None = None
) -> pa.Array:
    """Sum a text up in 64 bits, of which near-duplicates have most in common.

    Links and mentions are left out, for campaigns vary them; the rest is NFKC, in lower case,
    without Arabic and Hebrew vowel points, and split into words, or into characters where a script
    puts no space between words. The order of the text's letters is that of memory, so nothing
    depends on the direction it is written in.

    Parameters
    ----------
    texts : array of strings
    min_tokens : int
        Shorter texts get none: strangers say those by chance. At least 1.
    control : RunControl, optional
        Takes a stop from another thread.

    Returns
    -------
    pyarrow.Array
        uint64; null for a missing text and one that is too short.

    Raises
    ------
    TypeError
        On values that are no strings.
    ValueError
        On `min_tokens` below 1.

    Notes
    -----
    O(bytes). A signature gives its text away to nobody, but who has the text can compute it.

    References
    ----------
    Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002.

    Examples
    --------
    >>> import lockstep as ls
    >>> texts = ["Vote now for a better town! https://a.example/1", "VOTE NOW for a better town"]
    >>> len(set(ls.text_signatures(texts).to_pylist()))
    1
    """
    if min_tokens < 1:
        raise ValueError(f"min_tokens is {min_tokens}; give 1 or more")
    said = tokens(text_column(texts))
    filled = pc.fill_null(said, "")
    filled = pa.concat_arrays([filled])  # its offsets begin at 0
    offsets = np.frombuffer(filled.buffers()[1], dtype=np.int64)[: len(filled) + 1]
    body = filled.buffers()[2]
    data = np.frombuffer(body if body is not None else b"", dtype=np.uint8)
    signature = _core.simhash(data, offsets, control=control)
    many = pc.greater_equal(pc.add(pc.count_substring(filled, " "), 1), min_tokens)
    return pc.if_else(pc.and_(many, said.is_valid()), pa.array(signature), None)


def tokens(texts: pa.Array) -> pa.Array:
    """The tokens of each text, with one space between them."""
    text = pc.utf8_lower(pc.utf8_normalize(texts, form="NFKC"))
    for pattern, instead in (
        (_LINKS, " "),
        (_MENTIONS, " "),
        (_OPTIONAL, ""),
        (_UNSPACED, r" \1 "),
        (_OTHERS, " "),
    ):
        text = pc.replace_substring_regex(text, pattern, instead)
    return pc.utf8_trim(text, " ")


def near_duplicates(
    signatures: Any,
    *,
    max_bits: int = _core.NEAR_BITS,
    control: _core.RunControl | None = None,
) -> npt.NDArray[np.uint64]:
    """Replace each signature by that of the group it belongs to.

    The most frequent signatures lead; another joins the nearest leader at most `max_bits` bits
    away. A chain of small steps joins nothing: no two of a group are more than twice that apart.

    Parameters
    ----------
    signatures : array of uint64
        One a text, such as `text_signatures` gives, its nulls left out.
    max_bits : int
        From 0 to 7 of 64.
    control : RunControl, optional
        Takes a stop from another thread.

    Returns
    -------
    numpy.ndarray
        uint64, the leader of each.

    Raises
    ------
    ValueError
        On nulls, or `max_bits` out of range.

    References
    ----------
    Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web Crawling", WWW 2007.

    Examples
    --------
    >>> import lockstep as ls
    >>> ls.near_duplicates([0b1000, 0b1000, 0b1111, 2**40 - 1]).tolist()
    [8, 8, 8, 1099511627775]
    """
    column = signatures if isinstance(signatures, pa.Array) else pa.array(signatures, pa.uint64())
    if column.null_count:
        raise ValueError("signatures hold nulls; leave out texts without one")
    values = np.asarray(column, dtype=np.uint64)
    distinct, place, count = np.unique(values, return_inverse=True, return_counts=True)
    leader = _core.near_duplicates(distinct, count.astype(np.uint64), max_bits, control=control)
    return distinct[leader][place]
