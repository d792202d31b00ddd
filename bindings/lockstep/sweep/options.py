"""What a sweep can be told, and what it does otherwise."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any

from lockstep import _core
from lockstep.errors import ConfigError
from lockstep.moments import DAY_S
from lockstep.strata import STRATA

__all__ = ["COMBINATIONS", "SweepOptions"]

COMBINATIONS = ("cauchy", "none")

_LONGEST_WINDOW_S = 366 * DAY_S
_MOST_OBJECTS = 2**32 - 1
_MOST_ACTIONS = 2**32 - 1
_MOST_CONTROLS = 10_000
_LARGEST_SEED = 2**64 - 1
_TIMES = range(-(2**62), 2**62)
_TYPES: dict[str, type] = {
    "window_s": Integral,
    "min_objects": Integral,
    "text_bits": Integral,
    "fdr": Real,
    "horizon_s": Integral,
    "since_s": Integral,
    "until_s": Integral,
    "resolution": Real,
    "seed": Integral,
    "min_cluster_size": Integral,
    "damping": Real,
    "controls": Integral,
    "bootstraps": Integral,
}


@dataclass(frozen=True)
class SweepOptions:
    """Options of a sweep; each changes the result, and so the run's id."""

    kinds: tuple[str, ...] | None = None  # layers; all kinds of the store where not given
    window_s: int = _core.WINDOW_S  # seconds between two actions of a pair, at most
    layer_windows: tuple[tuple[str, int], ...] = ()  # (kind, seconds), where not `window_s`
    min_objects: int = _core.MIN_OBJECTS  # distinct objects a pair must share
    max_object_actions: int = _core.MAX_OBJECT_ACTIONS  # objects above are left out; 0: none
    fdr: float = _core.FDR  # false discovery rate of the list of edges
    combine: str = "cauchy"  # the layers of a pair, by the Cauchy combination; or none
    text_bits: int = _core.NEAR_BITS  # of 64 in which signatures of one text may differ
    strata: str = "none"  # over which actions accounts may be exchanged: none, day, hour_of_week
    timing_test: bool = False  # whether edges must also meet beyond shared interest
    horizon_s: int = _core.HORIZON_S  # seconds apart that still show the same interest
    since_s: int | None = None  # first second that counts, UTC
    until_s: int | None = None  # first second that counts no more, UTC
    resolution: float = _core.RESOLUTION  # of the communities; more gives smaller ones
    seed: int = _core.SEED
    min_cluster_size: int = 3  # members
    damping: float = _core.DAMPING  # of the spread from referrals
    controls: int = 100  # matched random groups beside each cluster; 0: none
    bootstraps: int = 20  # times that objects are drawn again, for stability; 0: never

    def check(self) -> None:
        """ConfigError on a value of another type or out of range."""
        self._check_types()
        for wrong, message in [
            (self.kinds is not None and not self.kinds, "kinds is empty; leave it out for all"),
            (
                not 0 <= self.window_s <= _LONGEST_WINDOW_S,
                f"window is {self.window_s} s; give 0 to {_LONGEST_WINDOW_S} (a year)",
            ),
            *(
                (
                    not 0 <= window <= _LONGEST_WINDOW_S,
                    f"window of {kind} is {window} s; give 0 to {_LONGEST_WINDOW_S} (a year)",
                )
                for kind, window in self.layer_windows
            ),
            (
                len({kind for kind, _ in self.layer_windows}) < len(self.layer_windows),
                "a layer has two windows; give one",
            ),
            (
                not 1 <= self.min_objects <= _MOST_OBJECTS,
                f"min-objects is {self.min_objects}; give 1 to {_MOST_OBJECTS}",
            ),
            (
                not 0 <= self.max_object_actions <= _MOST_ACTIONS,
                f"max-object-actions is {self.max_object_actions}; give 1 or more, or 0 for no cap",
            ),
            (
                not self.window_s < self.horizon_s <= _LONGEST_WINDOW_S,
                f"horizon is {self.horizon_s} s; give more than the window ({self.window_s} s), "
                f"at most {_LONGEST_WINDOW_S} (a year)",
            ),
            (
                self.timing_test and self.longest_window_s >= self.horizon_s,
                f"horizon is {self.horizon_s} s; give more than the longest window of a layer "
                f"({self.longest_window_s} s), for the timing test",
            ),
            (
                not 0 <= self.text_bits <= _core.MOST_NEAR_BITS,
                f"text-bits is {self.text_bits}; give 0 to {_core.MOST_NEAR_BITS}",
            ),
            (not 0.0 < self.fdr < 1.0, f"fdr is {self.fdr}; give a rate above 0 and below 1"),
            (
                not 0.0 < self.resolution < math.inf,
                f"resolution is {self.resolution}; give a number above 0",
            ),
            (
                not 0 <= self.seed <= _LARGEST_SEED,
                f"seed is {self.seed}; give 0 to {_LARGEST_SEED}",
            ),
            (
                self.min_cluster_size < 2,
                f"min-cluster-size is {self.min_cluster_size}; give 2 or more",
            ),
            *(
                (
                    not 0 <= getattr(self, name) <= _MOST_CONTROLS,
                    f"{name} is {getattr(self, name)}; give 0 to {_MOST_CONTROLS}",
                )
                for name in ("controls", "bootstraps")
            ),
            (not 0.0 <= self.damping < 1.0, f"damping is {self.damping}; give 0 or more, below 1"),
            (
                self.since_s is not None
                and self.until_s is not None
                and self.since_s >= self.until_s,
                "since is not before until",
            ),
            (self.since_s is not None and self.since_s not in _TIMES, "since is absurd"),
            (self.until_s is not None and self.until_s not in _TIMES, "until is absurd"),
        ]:
            if wrong:
                raise ConfigError(message)

    def window_of(self, kind: str) -> int:
        """Seconds between two actions of a pair in a layer, at most."""
        return dict(self.layer_windows).get(kind, self.window_s)

    @property
    def longest_window_s(self) -> int:
        """That of all layers."""
        return max([self.window_s, *(window for _, window in self.layer_windows)])

    def _check_types(self) -> None:
        for name, kind in _TYPES.items():
            value = getattr(self, name)
            optional = name in ("since_s", "until_s") and value is None
            if not optional and (isinstance(value, bool) or not isinstance(value, kind)):
                word = "a whole number" if kind is Integral else "a number"
                raise ConfigError(f"{name.removesuffix('_s')} is {value!r}; give {word}")

        if self.strata not in STRATA:
            raise ConfigError(f"strata is {self.strata!r}; give one of {', '.join(STRATA)}")
        if self.combine not in COMBINATIONS:
            raise ConfigError(f"combine is {self.combine!r}; give one of {', '.join(COMBINATIONS)}")
        for entry in self.layer_windows:
            if not isinstance(entry[1], Integral) or isinstance(entry[1], bool):
                raise ConfigError(f"window of {entry[0]} is {entry[1]!r}; give a whole number")
        if not isinstance(self.timing_test, bool):
            raise ConfigError(f"timing_test is {self.timing_test!r}; give True or False")

    def to_dict(self) -> dict[str, Any]:
        """For run.json, and for the run's id."""
        return asdict(self)
