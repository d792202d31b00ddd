"""How many bad rows a job may have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lockstep.errors import ConfigError

__all__ = ["RejectLimit"]

_FORM = r"(\d{1,18})|(\d{1,3}(?:\.\d+)?)%"


@dataclass(frozen=True)
class RejectLimit:
    """A number of rows, or a share of all rows of a file."""

    rows: int | None = None
    percent: float = 100.0

    @classmethod
    def parse(cls, text: str) -> RejectLimit:
        """The limit that `N` or `N%` stands for. ConfigError on anything else."""
        match = re.fullmatch(_FORM, text.strip(), re.ASCII)
        if match and match[1]:
            return cls(rows=int(match[1]))
        if match and float(match[2]) <= 100:
            return cls(percent=float(match[2]))
        raise ConfigError(
            f"--max-rejects is {text!r}; give a whole number of rows, or 0% to 100% of them"
        )

    def allows(self, rejected: int, rows: int) -> bool:
        """Whether a file of `rows` rows may have `rejected` bad ones."""
        if self.rows is not None:
            return rejected <= self.rows
        return rejected * 100 <= rows * self.percent
