"""Takes the tables out of the text of a page: between ruled lines, or by values that stand under each other.

Not for: pages whose columns are prose (placed), and what a table's rows mean (tabular).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import median

from corpus.readers import placed, ruled, tabular
from corpus.readers.placed import Piece
from corpus.tables import CELL_SEPARATOR
from corpus.types import Block

_PAGE_NUMBER = re.compile(r"[\W_]*第?\s*\d{1,4}\s*(页.{0,10})?[\W_]*")
_MIN_COLUMNS, _MIN_ROWS = 3, 3  # without ruled lines: two columns are labels and values, two rows a signature
_GUTTER = 0.6  # em; the cells of a table that is not ruled stand further apart
_VALUES = 0.5  # of the rows of such a table hold a value: names stand in columns too
_TITLES = 3  # rows above such a table that may have gaps like its own


def page(pieces: Sequence[Piece], height: float, strokes: ruled.Strokes = ()) -> placed.Page:
    """The page on which the pieces stand; the rows of its tables are lines. `strokes` are drawn on it, y downwards."""
    rows: list[Piece] = []
    for table in ruled.tables(strokes):
        found, pieces = _between_lines(table, pieces)
        rows += found
    found, pieces = _in_columns(pieces)
    return placed.page([*pieces, *rows, *found], height)


def continued(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks of a file, in which a table that goes on over the end of a page is one table with one head."""
    table: list[Block] = []  # the rows of the last table
    waiting: list[Block] = []  # what stands between it and the next block, as the end of a page does
    before = 0  # rows of the table on earlier pages
    for block in blocks:
        if not block.row:
            is_page_end = bool(table) and (not block.text.strip() or bool(_PAGE_NUMBER.fullmatch(block.text)))
            waiting, table = ([*waiting, block], table) if is_page_end else ([], [])
        elif block.row == 1:
            goes_on = any(not between.text for between in waiting) and _columns(table[-1]) == _columns(block)
            before, table, waiting = (len(table), table, []) if goes_on else (0, [], [])
        if not block.row or not before:
            table += [block] if block.row else []
            yield block
        elif block.text not in (head.text for head in table[: table[0].heads]):
            table.append(block._replace(row=len(table) + 1, heads=table[0].heads))
            yield table[-1]


def _columns(row: Block) -> int:
    return row.text.count(CELL_SEPARATOR)


def _between_lines(table: ruled.Ruled, pieces: Sequence[Piece]) -> tuple[list[Piece], Sequence[Piece]]:
    """The rows of a table, and the pieces that are not in it; no rows where it is a form or a frame."""
    cell_of = {
        (cell.row + row, cell.column + column): cell
        for cell in table.cells
        for row in range(cell.rows)
        for column in range(cell.columns)
    }
    inside: dict[ruled.Span, list[Piece]] = {}
    outside = []
    for piece in pieces:
        if place := table.place((piece.left + piece.right) / 2, piece.middle):
            inside.setdefault(cell_of[place], []).append(piece)
        else:
            outside.append(piece)
    cells = [
        [tabular.Cell([_text(inside.get(cell, ()))], cell.columns, cell.rows) for cell in of_row]
        for _, of_row in groupby(table.cells, key=lambda cell: cell.row)
    ]
    blocks = tabular.table(cells)
    if not any(block.row for block in blocks):
        return [], pieces
    return _lines(blocks, table.xs[0], table.ys[0], table.xs[-1], table.ys[-1]), outside


def _text(pieces: Sequence[Piece]) -> Block:
    """What stands in a cell. A line of it goes on in the next, with a space where that is not Chinese."""
    text, doubtful = "", list[tuple[int, int]]()
    for row in placed.rows(pieces):
        line = placed.joined(sorted(row, key=lambda piece: piece.left))
        inner = line.text.strip()
        text += " " if text and text[-1].isascii() and inner[:1].isascii() else ""
        shift = len(text) - line.text.index(inner)
        doubtful += [(start + shift, end + shift) for start, end in line.doubtful]
        text += inner
    return Block(text, doubtful=tuple(doubtful))


def _lines(blocks: Sequence[Block], left: float, top: float, right: float, bottom: float) -> list[Piece]:
    """The blocks as lines of the page, from the top of their table to its bottom."""
    height = (bottom - top) / len(blocks)
    return [
        Piece(
            block.text,
            left,
            top + at * height,
            right,
            top + (at + 1) * height,
            doubtful=block.doubtful,
            row=block.row,
            heads=block.heads,
        )
        for at, block in enumerate(blocks)
    ]


def _in_columns(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The rows of tables without lines, and the pieces that are in none."""
    found: list[Piece] = []
    left: list[Piece] = []
    rows = list(placed.rows(pieces))
    for is_wide, group in groupby(zip(_are_of_tables(rows), rows, strict=True), key=lambda pair: pair[0]):
        run = [row for _, row in group]
        for titles in range(_TITLES if is_wide else 0):
            if lines := _aligned(run[titles:]):
                found += lines
                run = run[:titles]
                break
        left += [piece for row in run for piece in row]
    return found, left


def _are_of_tables(rows: Sequence[list[Piece]]) -> list[bool]:
    """Whether each row of the page may be one of a table: it has gaps, or goes on in a cell of the row above it."""
    found: list[bool] = []
    first_end = 0.0  # of the first cell in the row above
    for row in rows:
        stretches = list(placed.segments(row))
        goes_on = bool(found) and found[-1] and len(stretches) == 1 and stretches[0].left > first_end
        found.append(len(stretches) > 1 or goes_on)
        first_end = first_end if goes_on else stretches[0].right
    return found


def _aligned(run: Sequence[Sequence[Piece]]) -> list[Piece]:
    """The rows of a table without lines; empty where the rows of the page are none."""
    pieces = [piece for row in run for piece in row]
    if len(run) < _MIN_ROWS:
        return []
    edges = list(_gutters(pieces, _GUTTER * median(piece.height for piece in pieces)))
    if len(edges) + 1 < _MIN_COLUMNS:
        return []
    rows = [[_text(cell) for cell in row] for row in _cells(run, edges)]
    valued = sum(any(tabular.is_value(cell.text) for cell in row[1:]) for row in rows)
    blocks = (
        tabular.table([[tabular.Cell([cell]) for cell in row] for row in rows]) if valued >= _VALUES * len(rows) else []
    )
    if not blocks or not all(block.row for block in blocks):
        return []
    edge = min(p.left for p in pieces), min(p.top for p in pieces)
    return _lines(blocks, *edge, max(p.right for p in pieces), max(p.bottom for p in pieces))


def _cells(run: Sequence[Sequence[Piece]], edges: Sequence[float]) -> list[list[list[Piece]]]:
    """The pieces of each cell, row by row. A line that stands alone under a filled cell goes on in it."""
    rows: list[list[list[Piece]]] = []
    for row in run:
        cells = [[piece for piece in row if start <= piece.left < end] for start, end in _between(edges)]
        filled = [at for at, cell in enumerate(cells) if cell]
        if rows and len(filled) == 1 and filled[0] and rows[-1][filled[0]]:
            rows[-1][filled[0]] += cells[filled[0]]
        else:
            rows.append(cells)
    return rows


def _gutters(pieces: Sequence[Piece], width: float) -> Iterator[float]:
    """Places that no piece covers, over this width at least."""
    end: float | None = None
    for piece in sorted(pieces, key=lambda piece: piece.left):
        if end is not None and piece.left - end > width:
            yield (end + piece.left) / 2
        end = piece.right if end is None else max(end, piece.right)


def _between(edges: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip([float("-inf"), *edges], [*edges, float("inf")], strict=True))
