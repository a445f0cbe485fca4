"""Finds the cells of tables between the ruled lines of a page. Knows no format and no text.

Places are in points, y downwards.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

_NEAR = 5.0  # points; the edges of cells that stand apart in print, and bars beside them, are one edge of the table
_WIDE = 7.5  # points from the middle of an edge to the lines that make it up
_SHORTEST = 6.0  # points; what is shorter is a tick or a dash
_MAX_LINES = 5_000  # of a page; a map or a chart has more than any table


class Line(NamedTuple):
    """A straight line along an edge of the page: at `at`, from `start` to `end`."""

    at: float
    start: float
    end: float


class Span(NamedTuple):
    """A cell: its place, and over how many rows and columns it is merged."""

    row: int
    column: int
    rows: int
    columns: int


class Ruled(NamedTuple):
    """A table: where its columns and its rows begin and end, ascending, and its cells row by row."""

    xs: list[float]
    ys: list[float]
    cells: list[Span]

    def place(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and the column of a point; None outside of the table."""
        row, column = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        inside = 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1
        return (row, column) if inside else None


Strokes = Iterable[tuple[float, float, float, float]]
"""Straight strokes, each from x, y to x, y."""


def tables(strokes: Strokes) -> list[Ruled]:
    """The tables with at least two rows and two columns."""
    across, down = _lines(strokes)
    if len(across) + len(down) > _MAX_LINES:
        return []
    return [found for group in _groups(across, down) if (found := _table(*group))]


def _lines(strokes: Strokes) -> tuple[list[Line], list[Line]]:
    """Those that run across and those that run down, each once, without the short ones."""
    across, down = set(), set()
    for x, y, x2, y2 in strokes:
        if abs(y - y2) <= 1 and abs(x - x2) >= _SHORTEST:
            across.add(Line(round((y + y2) / 2), round(min(x, x2)), round(max(x, x2))))
        elif abs(x - x2) <= 1 and abs(y - y2) >= _SHORTEST:
            down.add(Line(round((x + x2) / 2), round(min(y, y2)), round(max(y, y2))))
    return sorted(across), sorted(down)


def _groups(across: list[Line], down: list[Line]) -> Iterator[tuple[list[Line], list[Line]]]:
    """Lines that touch or cross, directly or by others."""
    group_of = list(range(len(across) + len(down)))

    def root(of: int) -> int:
        while group_of[of] != of:
            group_of[of] = of = group_of[group_of[of]]
        return of

    for i, line in enumerate(across):
        first = bisect_left(down, line.start - _NEAR, key=lambda other: other.at)
        for j in range(first, bisect_right(down, line.end + _NEAR, key=lambda other: other.at)):
            if down[j].start - _NEAR <= line.at <= down[j].end + _NEAR:
                group_of[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Line], list[Line]]] = {}
    for number, line in enumerate([*across, *down]):
        groups.setdefault(root(number), ([], []))[number >= len(across)].append(line)
    yield from groups.values()


def _table(across: list[Line], down: list[Line]) -> Ruled | None:
    """The table that lines part; one that is open at its sides ends where its lines end."""
    if not across or not down:
        return None
    xs = _edges([*(line.at for line in down), *_ends(across)])
    ys = _edges([*(line.at for line in across), *_ends(down)])
    return Ruled(xs, ys, list(_cells(across, down, xs, ys))) if min(len(xs), len(ys)) >= 3 else None


def _ends(lines: Sequence[Line]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _cells(across: list[Line], down: list[Line], xs: list[float], ys: list[float]) -> Iterator[Span]:
    taken: set[tuple[int, int]] = set()
    for row, column in product(range(len(ys) - 1), range(len(xs) - 1)):
        if (row, column) in taken:
            continue
        columns = rows = 1
        while column + columns < len(xs) - 1 and _is_open(down, xs[column + columns], ys[row], ys[row + 1]):
            columns += 1
        while row + rows < len(ys) - 1 and _is_open(across, ys[row + rows], xs[column], xs[column + 1]):
            rows += 1
        taken |= set(product(range(row, row + rows), range(column, column + columns)))
        yield Span(row, column, rows, columns)


def _edges(places: Sequence[float]) -> list[float]:
    """One place for each cluster of places."""
    clusters: list[list[float]] = []
    for place in sorted(places):
        if clusters and place - clusters[-1][-1] <= _NEAR:
            clusters[-1].append(place)
        else:
            clusters.append([place])
    return [(cluster[0] + cluster[-1]) / 2 for cluster in clusters]


def _is_open(lines: Sequence[Line], at: float, start: float, end: float) -> bool:
    """Whether no line at this place parts the cells between `start` and `end`."""
    middle = (start + end) / 2
    first = bisect_left(lines, at - _WIDE, key=lambda line: line.at)
    near = lines[first : bisect_right(lines, at + _WIDE, key=lambda line: line.at)]
    return not any(line.start <= middle <= line.end for line in near)
