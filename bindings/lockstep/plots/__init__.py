"""Figures for paper and notebooks, by matplotlib; each returns its figure and can write it."""

from lockstep.plots.cluster_plots import draw_cluster, draw_lags, draw_timeline
from lockstep.plots.run_plots import draw_overview, draw_takedown

__all__ = ["draw_cluster", "draw_lags", "draw_overview", "draw_takedown", "draw_timeline"]
