"""A figure over some nights, as a small picture: inline SVG, or letters for Markdown."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["sparkline_figure", "sparkline_text"]

_BARS = "\u2581\u2582\u2583\u2585\u2587"
_WIDTH, _HEIGHT, _EDGE = 168, 30, 4

Values = Sequence[float | None]


def sparkline_text(values: Values) -> str:
    """A letter a night, the last one tonight; a dot where there is no figure.

    >>> sparkline_text([0, 1, None, 4]) == "\u2581\u2582\u00b7\u2587"
    True
    """
    most = max((value for value in values if value is not None), default=0)
    return "".join(
        "\u00b7" if value is None else _BARS[round((len(_BARS) - 1) * _share(value, most))]
        for value in values
    )


def sparkline_figure(values: Values, limit: float) -> str:
    """A line from night to night, gaps where there is no figure; dashed the limit.

    From 0 up to the largest of all, the limit included.
    """
    most = max(limit, *(value for value in values if value is not None))
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    points = [
        None if value is None else (_EDGE + i * step, _place(value, most))
        for i, value in enumerate(values)
    ]
    path, drawn = [], False
    for point in points:
        if point is not None:
            path.append(f"{'L' if drawn else 'M'}{point[0]:.1f} {point[1]:.1f}")
        drawn = point is not None
    marks = [
        f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="1.5" class="mark"/>'
        for point in points
        if point is not None
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" class="spark" '
        f'aria-label="The figure over {len(values)} nights, the last one tonight">'
        f'<path d="M0 {_place(limit, most):.1f}H{_WIDTH}" class="limit"/>'
        f'<path d="{"".join(path)}" class="line"/>{"".join(marks)}</svg>'
    )


def _place(value: float, most: float) -> float:
    return _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * _share(value, most)


def _share(value: float, most: float) -> float:
    return max(value, 0.0) / most if most > 0 else 0.0
