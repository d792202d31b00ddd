"""One spelling for a hashtag."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyarrow as pa

from lockstep.canonical.columns import map_distinct, text_column

__all__ = ["canonical_hashtag", "canonical_hashtags"]

_SIGNS = "#\uff03\ufe5f"  # the number sign, full width and small


def canonical_hashtags(tags: Any) -> pa.Array:
    """Give hashtags that read alike the same spelling.

    Parameters
    ----------
    tags : array of strings
        With or without the sign.

    Returns
    -------
    pyarrow.Array
        large_string: NFKC, case-folded, without signs and blanks at the ends; a tag of nothing
        else stays as it is.

    Raises
    ------
    TypeError
        On values that are no strings.

    References
    ----------
    Unicode Standard Annex 15 (NFKC); The Unicode Standard, 3.13 (case folding).

    Examples
    --------
    >>> import lockstep as ls
    >>> ls.canonical_hashtags(["#News", "NEWS ", "\uff03\uff4e\uff45\uff57\uff53"]).to_pylist()
    ['news', 'news', 'news']
    """
    return map_distinct(text_column(tags), canonical_hashtag)


def canonical_hashtag(tag: str) -> str:
    """`canonical_hashtags` of one."""
    # Folding may leave what is not NFKC, and the other way round: Unicode's own order of steps.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())
    return folded.strip().lstrip(_SIGNS).strip() or tag
