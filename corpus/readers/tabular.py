r"""Lays the cells of a table out in rows and columns: empty ones keep their places, merged ones are repeated.

Tells tables of data from those that only lay out a page and from forms, whose rows are a label and its value: their
cells are read as lines.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from corpus.readers.fields import field_of
from corpus.tables import CELL_SEPARATOR
from corpus.types import Block

MAX_COLUMNS = 63
"""Word's own limit. A wider table lays out a page, or is a sheet of data that belongs into a file of its own."""

_MAX_REPEATED = 100  # characters of a merged cell that is a name; a longer one tells something once
_MAX_REPETITION = 300_000  # characters of a whole table, as of a whole document: a small file can merge a million cells
_MAX_PLACES = 1_000_000  # of a table before its empty rows and columns are left out
_MAX_HEAD_ROWS = 3
_MAX_NAME = 40  # characters of what names a column
_VALUE = re.compile(r"\W*\d[\d.,，:：/]*\s*(?!\s*[年月季日届期号类层楼路])\D{0,4}|[—\-–－/／]+")
_YEAR = re.compile(r"(19|20)\d\d")


class Cell(NamedTuple):
    """A cell: what is in it, and over how many columns and rows it is merged. `is_head`: its markup says so."""

    blocks: Sequence[Block] = ()
    columns: int = 1
    rows: int = 1
    is_head: bool = False

    @property
    def text(self) -> str:
        """In one line."""
        return " ".join(" ".join(block.text.split()) for block in self.blocks if block.text.strip())

    @property
    def doubtful(self) -> tuple[tuple[int, int], ...]:
        """The spans of its text that may be misread, where it is one block."""
        first = self.blocks[0] if len(self.blocks) == 1 else Block("")
        return first.doubtful if first.text == self.text else ()


class _Place(NamedTuple):
    """A place of the grid: the cell there, which begins there or only reaches so far."""

    cell: Cell
    begins: bool
    text: str


_EMPTY = _Place(Cell(), True, "")
_Row = list[_Place]


def table(rows: Sequence[Sequence[Cell]]) -> list[Block]:
    """The blocks of a table: its rows, and as paragraphs what stands above and below them across its whole width."""
    if any(block.row for row in rows for cell in row for block in cell.blocks):
        return [block for row in rows for cell in row for block in cell.blocks]
    grid = _grid(rows)
    first, last = _bounds(grid)
    body = grid[first:last]
    heads = _head_rows(body)
    if not _is_data(body, heads):
        return layout(rows)
    found = [block for row in grid[:first] for block in _paragraphs(row)]
    for number, row in enumerate(body, 1):
        is_apart = not heads and (_is_told(row) or _is_whole_width(row))
        found += _paragraphs(row) if is_apart else [_block(row, number, heads)]
    return found + [block for row in grid[last:] for block in _paragraphs(row)]


def layout(rows: Sequence[Sequence[Cell]]) -> list[Block]:
    """The blocks of a table that is none of data: a row is a line, or its paragraphs where it has running text."""
    return [block for row in rows for block in _line(row)]


def _line(row: Sequence[Cell]) -> list[Block]:
    filled = [cell for cell in row if cell.text]
    if len(filled) == 1 or any(map(_is_prose, filled)):
        return [block for cell in filled for block in cell.blocks]
    return [Block(CELL_SEPARATOR.join(cell.text for cell in filled), whole=True)] if filled else []


def _is_prose(cell: Cell) -> bool:
    """Whether a cell holds several paragraphs of running text: then the table is a form around a document."""
    return sum("。" in block.text for block in cell.blocks) > 1


def _block(row: _Row, number: int, heads: int) -> Block:
    doubtful: list[tuple[int, int]] = []
    at = 0
    for place in row:
        doubtful += [(start + at, end + at) for start, end in place.cell.doubtful if place.begins]
        at += len(place.text) + len(CELL_SEPARATOR)
    text = CELL_SEPARATOR.join(place.text for place in row)
    return Block(text, whole=True, row=number, heads=heads, doubtful=tuple(doubtful))


def _paragraphs(row: _Row) -> list[Block]:
    return [block for place in row if place.begins for block in place.cell.blocks]


def _grid(rows: Sequence[Sequence[Cell]]) -> list[_Row]:
    """The table without rows and columns in which nothing begins, all rows with as many places; empty if it is vast."""
    grid = _Merged().rows(rows)
    width = max(map(len, grid), default=0)
    if width * len(grid) > _MAX_PLACES:
        return []
    full = [row + [_EMPTY] * (width - len(row)) for row in grid if any(place.begins and place.text for place in row)]
    kept = [at for at in range(width) if any(row[at].begins and row[at].text for row in full)]
    return [[row[at] for at in kept] for row in full]


class _Merged:
    """Puts a merged cell into all places that it covers, a long one only where it begins."""

    def __init__(self) -> None:
        self._above: dict[int, tuple[_Place, int]] = {}  # by column: what reaches down, and over how many rows
        self._places, self._repetition = 0, 0

    def rows(self, rows: Sequence[Sequence[Cell]]) -> list[_Row]:
        """None of them where there are too many places."""
        found = []
        for row in rows:
            found.append(self._row(row))
            self._places += len(found[-1])
            if self._places > _MAX_PLACES:
                return []
        return found

    def _row(self, row: Sequence[Cell]) -> _Row:
        line: _Row = []
        for cell in row:
            while len(line) in self._above:
                line.append(self._from_above(len(line)))
            place = _Place(cell, True, cell.text)
            columns = range(len(line), len(line) + max(1, min(cell.columns, MAX_COLUMNS)))
            line += [place, *(self._repeated(place) for _ in columns[1:])]
            self._above |= {column: (place, cell.rows - 1) for column in columns if cell.rows > 1}
        last = max(self._above, default=-1)
        while len(line) <= last:
            line.append(self._from_above(len(line)))
        is_whole_width = len(row) == 1 and line[0].begins
        return line[:1] + [_EMPTY] * (len(line) - 1) if is_whole_width else line

    def _from_above(self, column: int) -> _Place:
        place, left = self._above.pop(column, (_EMPTY, 0))
        if left > 1:
            self._above[column] = place, left - 1
        return self._repeated(place)

    def _repeated(self, place: _Place) -> _Place:
        is_short = len(place.text) <= _MAX_REPEATED and self._repetition < _MAX_REPETITION
        self._repetition += len(place.text) if is_short else 0
        return _Place(place.cell, False, place.text if is_short else "")


def _filled(row: _Row) -> int:
    return sum(bool(place.text) for place in row)


def _bounds(grid: list[_Row]) -> tuple[int, int]:
    """The rows from the first to the last with more than one cell filled: what is above and below is a caption or a
    note, unless it is the short name of a row."""
    many = [number for number, row in enumerate(grid) if _filled(row) > 1]
    if not many:
        return 0, 0
    last = many[-1] + 1
    while last < len(grid) and not _is_whole_width(grid[last]) and not _is_told(grid[last]):
        last += 1
    return many[0], last


def _is_whole_width(row: _Row) -> bool:
    return row[0].begins and row[0].cell.columns >= len(row) > 1


def _is_told(row: _Row) -> bool:
    """Whether a row holds running text: several paragraphs, or a sentence alone."""
    filled = [place for place in row if place.text]
    return any(_is_prose(place.cell) for place in filled) or (len(filled) == 1 and "。" in filled[0].text)


def _is_data(body: list[_Row], heads: int) -> bool:
    if len(body) < 2 or not 2 <= len(body[0]) <= MAX_COLUMNS:
        return False
    many = sum(_filled(row) > 1 and not (not heads and _is_told(row)) for row in body)
    return many > 1 and (_is_marked(body[0]) or not _is_form(body))


def _is_form(body: list[_Row]) -> bool:
    """Whether most rows begin with a label that is known, or that ends with a colon."""
    firsts = [next(place.text for place in row if place.text) for row in body]
    return sum(text.endswith(("：", ":")) or field_of(text) is not None for text in firsts) * 2 > len(firsts)


def _is_marked(row: _Row) -> bool:
    return _filled(row) > 1 and all(place.cell.is_head for place in row if place.text)


def _head_rows(body: list[_Row]) -> int:
    """How many rows name the columns: as marked, else the first if it has names alone, and those under its merged
    cells."""
    most = min(_MAX_HEAD_ROWS, len(body) - 1)
    marked = next((number for number, row in enumerate(body) if not _is_marked(row)), len(body))
    if marked or not body:
        return max(0, min(marked, most))
    if not _are_names(body[0]):
        return 0
    deepest = max(place.cell.rows for place in body[0] if place.text)
    is_wide = any(not place.begins for place in body[0])
    if deepest == 1 and is_wide and most > 1 and _are_names(body[1]):
        deepest = 2
    return min(deepest, most)


def _are_names(row: _Row) -> bool:
    """Whether a row has a short name in every place but perhaps the first, and no value."""
    texts = [place.text for place in row]
    return all(texts[1:]) and not any(is_value(text) or len(text) > _MAX_NAME or "。" in text for text in texts)


def is_value(text: str) -> bool:
    """Whether a text is a number, with or without its unit; a year is a name."""
    return bool(_VALUE.fullmatch(text)) and not _YEAR.fullmatch(text)
