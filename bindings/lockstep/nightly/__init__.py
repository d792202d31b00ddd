"""Sweeps that run every night and can be left alone."""

from lockstep.nightly.config import NightConfig, load_config
from lockstep.nightly.night import plan_night, run_night
from lockstep.nightly.outcome import NightResult

__all__ = ["NightConfig", "NightResult", "load_config", "plan_night", "run_night"]
