"""Computes where a plot's marks stand, in the units of its SVG; the templates draw them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.experiment import ModeResult
from eval.measures import CUTOFFS, PRECISION_AT, RECALL_AT, RECALL_LEVELS, per_query
from eval.trec import Qrels

WIDTH, HEIGHT = 440, 300
"""The size of a plot: its text is as large as the page's on half a wide screen, and legible on a telephone."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 428, 14, 258
_DELTA_BOTTOM = 190


@dataclass(frozen=True)
class Axis:
    """Turns values into SVG units; `ticks` are values.

    >>> Axis(0, 10, 100, 200, (0, 10))(2.5)
    125.0
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (math.log(v) if self.logarithmic else v for v in (self.low, self.high, value))
        return round(self.start + (at - low) / (high - low) * (self.end - self.start), 2)


Lines = dict[str, list[tuple[float, float]]]
"""A line's name to its (x, y) points."""


@dataclass(frozen=True)
class LinePlot:
    """Lines over one pair of axes."""

    x: Axis
    y: Axis
    lines: Lines

    def path(self, name: str) -> str:
        """The `d` of an SVG path."""
        return "M" + "L".join(f"{self.x(x)} {self.y(y)}" for x, y in self.lines[name])


@dataclass(frozen=True)
class Box:
    """Percentiles of a mode's times, in ms."""

    p5: float
    q1: float
    median: float
    q3: float
    p95: float


def recall_plot(results: Sequence[ModeResult], qrels: Qrels, query_ids: Sequence[str]) -> LinePlot:
    """Mean recall at growing cut-offs."""
    lines: Lines = {}
    for result in results:
        means = per_query(result.run, qrels, query_ids, RECALL_AT).mean(axis=0).tolist()
        lines[result.mode] = list(zip(map(float, CUTOFFS), means, strict=True))
    x = Axis(CUTOFFS[0], CUTOFFS[-1], _LEFT, _RIGHT, CUTOFFS, logarithmic=True)
    return LinePlot(x, _share_axis(lines), lines)


def precision_plot(results: Sequence[ModeResult], qrels: Qrels, query_ids: Sequence[str]) -> LinePlot:
    """Interpolated precision at eleven levels of recall, the mean over queries."""
    lines: Lines = {}
    for result in results:
        means = per_query(result.run, qrels, query_ids, PRECISION_AT).mean(axis=0).tolist()
        lines[result.mode] = list(zip(RECALL_LEVELS, means, strict=True))
    x = Axis(0.0, 1.0, _LEFT, _RIGHT, RECALL_LEVELS[::2])
    return LinePlot(x, _share_axis(lines), lines)


def delta_plot(deltas: Sequence[float]) -> LinePlot:
    """Every query's difference, largest first, as an area of steps on each side of zero."""
    values = np.array(deltas)
    limit = 1.0 if np.abs(values).max() > 0.5 else 0.5
    y = Axis(-limit, limit, _DELTA_BOTTOM, _TOP, (-limit, -limit / 2, 0.0, limit / 2, limit))
    count = len(values)
    x = Axis(0, max(count, 1), _LEFT, _RIGHT, (0, count))
    return LinePlot(x, y, {"wins": _steps(values.clip(min=0)), "losses": _steps(values.clip(max=0))})


def latency_axis(boxes: Sequence[Box]) -> Axis:
    """An axis for the boxes of all modes, from 0, in hundredths of the width."""
    highest = max(box.p95 for box in boxes)
    step = _nice(highest / 4)
    ticks = [step * i for i in range(math.ceil(highest / step) + 1)]
    return Axis(0.0, ticks[-1], 0.0, 100.0, tuple(ticks))


def box_of(result: ModeResult) -> Box:
    """The box of a mode's times."""
    return Box(*(result.latency(p) for p in (5, 25, 50, 75, 95)))


def _share_axis(lines: Lines) -> Axis:
    """An axis for shares (0 to 1), from fifth to fifth around all lines, so that near lines can be told apart."""
    values = [y for line in lines.values() for _, y in line]
    low, high = math.floor(min(values) * 5), math.ceil(max(values) * 5)
    high = max(high, low + 1)
    return Axis(low / 5, high / 5, _BOTTOM, _TOP, tuple(i / 10 for i in range(low * 2, high * 2 + 1)))


def _steps(values: NDArray[np.float64]) -> list[tuple[float, float]]:
    """The outline of bars one wide; runs of equal values are one bar.

    >>> _steps(np.array([0.5, 0.5, 0.0]))
    [(0.0, 0.0), (0.0, 0.5), (2.0, 0.5), (2.0, 0.0), (3.0, 0.0)]
    """
    starts = np.flatnonzero(np.diff(values, prepend=np.nan))
    ends = [*starts[1:].tolist(), len(values)]
    corners = [(0.0, 0.0)]
    for start, end in zip(starts.tolist(), ends, strict=True):
        height = float(values[start])
        corners += [(float(start), height), (float(end), height)]
    return [*corners, (float(len(values)), 0.0)] if corners[-1][1] else corners


def _nice(step: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that is no smaller than `step`.

    >>> _nice(3.2), _nice(0.7)
    (5.0, 1.0)
    """
    power = 10.0 ** math.floor(math.log10(max(step, 1e-3)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step)
