"""What a reader hands on: columns of some rows, their lines, and the rows it could not read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Batch", "Reject"]


@dataclass(frozen=True)
class Reject:
    """A row that cannot be taken."""

    line: int  # physical line of a text file, from 1; row of a table, from 0
    reason: str
    column: str | None = None
    raw: bytes = b""


@dataclass
class Batch:
    """Rows that could be read, as columns by name, and those that could not."""

    columns: dict[str, pa.Array]
    lines: npt.NDArray[np.int64]
    rejects: list[Reject] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)
