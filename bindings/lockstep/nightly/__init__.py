"""Sweeps that run every night and can be left alone."""

from lockstep.nightly.config import NightConfig, load_config
from lockstep.nightly.night import NightResult, plan_night, run_night

__all__ = ["NightConfig", "NightResult", "load_config", "plan_night", "run_night"]
