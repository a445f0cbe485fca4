"""Computes where the line and the points of a series stand, in the units of its SVG; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.facts.periods import bounds
from search_api.analyses.stated import FigureSeries, Point
from search_api.labels import figure_label, period_label

WIDTH, HEIGHT = 440, 200
"""The size of a plot: its text is as large as the page's on half a wide screen, and legible on a telephone."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 20, 420, 44, 164
_LABEL_WIDTH = 84  # units of a value above its point: two that are nearer would stand in each other


@dataclass(frozen=True)
class TrendPoint:
    """A value and its place; `is_labelled` where there is room for its value above it."""

    x: float
    y: float
    point: Point
    value: str
    period: str
    is_labelled: bool


@dataclass(frozen=True)
class Trend:
    """A series with a period for each of its points.

    `line` are the points of an SVG polyline, `ticks` the middle of each year and the year.
    """

    name: str
    points: tuple[TrendPoint, ...]
    line: str
    ticks: tuple[tuple[float, int], ...]


def trend_of(series: FigureSeries) -> Trend:
    """The line goes through what was stated last of each period."""
    dated = [point for point in series.series if point.period]
    at = [_year(point.period or "") for point in dated]
    first, last = int(min(at)), int(max(at)) + 1
    xs = [_place(year, first, last, _LEFT, _RIGHT) for year in at]
    low, high = min(0.0, *(point.value for point in dated)), max(point.value for point in dated)
    ys = [_place(point.value, low, high, _BOTTOM, _TOP) for point in dated]
    labelled = _labelled(xs)
    points = tuple(
        TrendPoint(
            x=x,
            y=y,
            point=point,
            value=figure_label(point.value, series.unit),
            period=period_label(point.period or ""),
            is_labelled=place in labelled,
        )
        for place, (x, y, point) in enumerate(zip(xs, ys, dated, strict=True))
    )
    of_period = {point.x: point for point in points}  # the last
    line = " ".join(f"{x},{point.y}" for x, point in sorted(of_period.items()))
    ticks = [(_place(year + 0.5, first, last, _LEFT, _RIGHT), year) for year in range(first, last)]
    return Trend(f"{series.place}{series.indicator}（{series.unit}）", points, line, tuple(_thinned(ticks)))


def _year(period: str) -> float:
    """When a period ends, in years: in the middle of its last month.

    >>> _year("2022-06"), _year("2022")
    (2022.4583333333333, 2022.9583333333333)
    """
    year, month = bounds(period)[1].split("-")
    return int(year) + (int(month) - 0.5) / 12


def _place(value: float, low: float, high: float, start: float, end: float) -> float:
    """Where a value stands between two ends; in the middle where there is nothing between.

    >>> _place(5, 0, 10, 100, 200), _place(5, 5, 5, 100, 200)
    (150.0, 150.0)
    """
    share = (value - low) / (high - low) if high > low else 0.5
    return round(start + share * (end - start), 1)


def _labelled(xs: Sequence[float]) -> set[int]:
    """The places of the points with room for a label, from the last to the first: the newest value always has one."""
    chosen: list[int] = []
    for place in sorted(range(len(xs)), key=lambda place: (-xs[place], -place)):
        if not chosen or xs[chosen[-1]] - xs[place] >= _LABEL_WIDTH:
            chosen.append(place)
    return set(chosen)


def _thinned(ticks: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """So many of the ticks that their years do not touch."""
    gaps = [after[0] - before[0] for before, after in pairwise(ticks)]
    step = 1 if not gaps else max(1, -(-44 // int(max(min(gaps), 1))))
    return list(ticks)[::step]
