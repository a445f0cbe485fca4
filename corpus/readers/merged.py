"""Repeats the value of merged cells in each cell that they cover."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from corpus.errors import ReadError


class Row(NamedTuple):
    """A row of a table. `number` counts from 1; in a csv file it is the line on which the row begins.

    `repeated` are the positions whose value was given to a row above.
    """

    number: int
    cells: tuple[str, ...]
    repeated: frozenset[int] = frozenset()


class Region(NamedTuple):
    """Merged cells: the first and last row, counted from 1, and the first and last position in them."""

    top: int
    bottom: int
    left: int
    right: int


def spread(rows: Sequence[Row], regions: Iterable[Region], most: int) -> list[Row]:
    """The rows with each region's value in all its cells, within the rows and the columns that there are.

    A row of which nothing is left but one region's value is a title or a remark and keeps it once. Raises ReadError
    where the regions cover more than `most` cells.
    """
    by_number = {row.number: i for i, row in enumerate(rows)}
    width = max((len(row.cells) for row in rows), default=0)
    filled: dict[int, dict[int, str]] = {}
    repeated: dict[int, set[int]] = {}
    covered = 0
    for region in regions:
        first = rows[by_number[region.top]].cells if region.top in by_number else ()
        value = first[region.left] if region.left < len(first) else ""
        columns = range(region.left, min(region.right + 1, width))
        if not value or _is_alone(first, region):
            continue
        for number in range(region.top, min(region.bottom, rows[-1].number) + 1):
            covered += len(columns)
            if covered > most:
                raise ReadError("期望合并的单元格互不重叠，实际合并的范围太大。请在 Excel 里取消合并后另存。")
            if (place := by_number.get(number)) is not None:
                filled.setdefault(place, {}).update(dict.fromkeys(columns, value))
                repeated.setdefault(place, set()).update(columns if number > region.top else ())
    return [_filled(row, filled[i], frozenset(repeated[i])) if i in filled else row for i, row in enumerate(rows)]


def _is_alone(cells: Sequence[str], region: Region) -> bool:
    inside = range(region.left, region.right + 1)
    return region.right > region.left and not any(cell for i, cell in enumerate(cells) if i not in inside)


def _filled(row: Row, values: dict[int, str], repeated: frozenset[int]) -> Row:
    cells = [*row.cells, *[""] * (max(values) + 1 - len(row.cells))]
    for position, value in values.items():
        cells[position] = value
    return Row(row.number, tuple(cells), repeated)
