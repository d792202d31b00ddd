"""Actions on their way from the rows of a file to the store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Actions"]


@dataclass
class Actions:
    """Actions of a batch: which row each came from, its object and, where known, its target."""

    names: list[str]  # kinds
    codes: npt.NDArray[np.uint16]  # of each action: index of its kind
    row: npt.NDArray[np.int64]
    object: pa.Array
    target: pa.Array | None = None

    def without(self, places: list[int]) -> Actions:
        """Those at other places."""
        if not places:
            return self
        kept = np.ones(len(self.row), dtype=np.bool_)
        kept[places] = False
        mask = pa.array(kept)
        target = None if self.target is None else self.target.filter(mask)
        objects = self.object.filter(mask)
        return Actions(self.names, self.codes[kept], self.row[kept], objects, target)

    @classmethod
    def of_kind(
        cls,
        kind: str,
        row: npt.NDArray[np.int64],
        objects: pa.Array,
        target: pa.Array | None = None,
    ) -> Actions:
        """Actions that are all of one kind."""
        return cls([kind], np.zeros(len(row), dtype=np.uint16), row, objects, target)
