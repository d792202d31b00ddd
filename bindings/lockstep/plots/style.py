"""Colours and frames that all figures share."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

__all__ = ["ACCENT", "COLOURS", "OTHER", "calm", "finished", "new_figure", "shortened", "utc_axis"]

# Okabe and Ito's palette: told apart with any colour vision.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]
OTHER = "#9a9a9a"
ACCENT = COLOURS[0]


@functools.cache
def _figure_class() -> Any:
    """A figure that Jupyter shows as it is, whatever its settings for matplotlib are."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            FigureCanvasAgg(self)

        def _repr_png_(self) -> bytes:
            picture = io.BytesIO()
            self.savefig(picture, format="png", dpi=96)
            return picture.getvalue()

    return ShownFigure


def new_figure(width: float, height: float) -> Any:
    """A matplotlib figure of its own, which no global state keeps alive."""
    return _figure_class()(figsize=(width, height), layout="constrained")


def calm(axes: Any) -> None:
    """Takes away the frame's upper and right line."""
    axes.spines[["top", "right"]].set_visible(False)


def utc_axis(axes: Any) -> None:
    """Writes moments along the horizontal axis, no longer than they need to be."""
    import matplotlib.dates

    dates: Any = matplotlib.dates
    locator = dates.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    axes.set_xlabel("UTC")


def finished(figure: Any, path: str | Path | None) -> Any:
    """The figure, written too where a path is given; PNG, SVG or PDF by its suffix."""
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def shortened(name: object, longest: int = 18) -> str:
    """A name that fits beside an axis, without characters that cannot be seen."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(name))
    text = text.replace("$", r"\$")
    return text if len(text) <= longest else text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
