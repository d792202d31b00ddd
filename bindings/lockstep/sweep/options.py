"""What a sweep can be told, and what it does otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from lockstep import _core
from lockstep.errors import ConfigError

__all__ = ["SweepOptions"]


@dataclass(frozen=True)
class SweepOptions:
    """Options of a sweep; each changes the result, and so the run's id."""

    kinds: tuple[str, ...] | None = None  # layers; all kinds of the store where not given
    window_s: int = _core.WINDOW_S  # seconds between two actions of a pair, at most
    min_objects: int = _core.MIN_OBJECTS  # distinct objects a pair must share
    fdr: float = _core.FDR  # false discovery rate of the list of edges
    since_s: int | None = None  # first second that counts, UTC
    until_s: int | None = None  # first second that counts no more, UTC
    resolution: float = _core.RESOLUTION  # of the communities; more gives smaller ones
    seed: int = _core.SEED
    min_cluster_size: int = 3  # members
    damping: float = _core.DAMPING  # of the spread from referrals

    def check(self) -> None:
        """ConfigError on a value out of range."""
        for wrong, message in [
            (self.window_s < 0, f"window is {self.window_s} s; give 0 or more"),
            (self.min_objects < 1, f"min-objects is {self.min_objects}; give 1 or more"),
            (not 0.0 < self.fdr < 1.0, f"fdr is {self.fdr}; give a rate above 0 and below 1"),
            (not self.resolution > 0.0, f"resolution is {self.resolution}; give more than 0"),
            (self.seed < 0, f"seed is {self.seed}; give 0 or more"),
            (
                self.min_cluster_size < 2,
                f"min-cluster-size is {self.min_cluster_size}; give 2 or more",
            ),
            (not 0.0 <= self.damping < 1.0, f"damping is {self.damping}; give 0 or more, below 1"),
            (
                self.since_s is not None
                and self.until_s is not None
                and self.since_s >= self.until_s,
                "since is not before until",
            ),
        ]:
            if wrong:
                raise ConfigError(message)

    def to_dict(self) -> dict[str, Any]:
        """For run.json, and for the run's id."""
        return asdict(self)
