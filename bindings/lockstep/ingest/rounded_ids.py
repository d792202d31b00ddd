"""Ids that went through a spreadsheet, which keeps no more than 15 digits of a number."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["RoundedIds"]

_SAMPLE = 10_000  # rows looked at of each batch
_FEWEST = 20
_SHARE = 0.9
_LONG = r"^\d{16,20}$"
_ROUNDED = r"^(\d{13,17}000|\d(\.\d+)?[eE]\+\d+)$"


class RoundedIds:
    """Counts long numbers among ids, and how many end in 000 or stand with an exponent."""

    def __init__(self) -> None:
        self._long: Counter[str] = Counter()
        self._rounded: Counter[str] = Counter()

    def look(self, name: str, column: pa.Array) -> None:
        """Looks at the first rows of a batch of a column of ids."""
        text = column.slice(0, _SAMPLE).cast(pa.string())
        rounded = pc.match_substring_regex(text, _ROUNDED)
        long = pc.or_(rounded, pc.match_substring_regex(text, _LONG))
        self._long[name] += pc.sum(long).as_py() or 0
        self._rounded[name] += pc.sum(rounded).as_py() or 0

    def warnings(self) -> list[str]:
        """One for each column of which nearly all long numbers are rounded."""
        return [
            f"precision: {self._rounded[name]:,} of {long:,} long ids in column {name} look "
            f"rounded, as a spreadsheet leaves them; export them again as text"
            for name, long in self._long.items()
            if long >= _FEWEST and self._rounded[name] > _SHARE * long
        ]
