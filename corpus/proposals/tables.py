"""Finds the asks in tables: rows of cells between tabs or upright strokes, under a row that names the columns.

Not for: forms, whose lines are a label and its value, which are in `labels`.
"""

import re
from collections.abc import Sequence

from corpus.proposals import labeller
from corpus.proposals.folding import fold
from corpus.proposals.headings import heading_part
from corpus.proposals.outline import Node
from corpus.proposals.uses import Slice, Uses

_CELLS = 3
"""Columns that a table has at least; a line of two cells is a label and its value."""
_SEPARATOR = re.compile(r"\t|[|｜│]")


def in_tables(root: Node) -> Uses:
    """The uses of the rows of every table with a column of asks; all rows have as many cells as the first."""
    uses: Uses = {}
    for rows in _tables(list(root.walk())):
        column = _column(rows)
        if column is not None:
            for row in rows:
                uses[row] = _of_row(row, column)
            uses[rows[0]] = [Slice(0, len(rows[0].text), "around")]
    return uses


def _tables(nodes: Sequence[Node]) -> list[list[Node]]:
    """The rows of each table with at least one row under its head."""
    found: list[list[Node]] = []
    for node in nodes:
        cells = len(_cells(node))
        if not node.starts_line or cells < _CELLS:
            if node.text.strip():
                found.append([])
        elif found and found[-1] and len(_cells(found[-1][0])) == cells:
            found[-1].append(node)
        else:
            found.append([node])
    return [rows for rows in found if len(rows) > 1]


def _cells(row: Node) -> list[tuple[int, int]]:
    """[start, end) of each cell in the row's text, without white space; the number of a row is a cell as well."""
    line = row.mark + row.text
    edges = [match.span() for match in _SEPARATOR.finditer(line)]
    starts = [0, *(end for _, end in edges)]
    ends = [*(start for start, _ in edges), len(line)]
    spans = []
    for start, end in zip(starts, ends, strict=True):
        cell = line[start:end]
        first = start + len(cell) - len(cell.lstrip())
        spans.append((first - len(row.mark), max(first, start + len(cell.rstrip())) - len(row.mark)))
    if "\t" not in line:  # strokes stand at both ends, or at none
        spans = spans[line.lstrip()[:1] in ("|", "｜", "│") :]
        spans = spans[: len(spans) - (line.rstrip()[-1:] in ("|", "｜", "│"))]
    return spans


def _column(rows: Sequence[Node]) -> int | None:
    """The column of asks: the last that is headed so, else the one whose cells ask most, if they do."""
    heads = [fold(_text(rows[0], span)) for span in _cells(rows[0])]
    named = [i for i, head in enumerate(heads) if heading_part(head) == "asks"]
    if named:
        return named[-1]
    odds = [0.0] * len(heads)
    for row in rows[1:]:
        odds = [sum_ + labeller.alone(fold(_text(row, span))) for sum_, span in zip(odds, _cells(row), strict=True)]
    best = max(range(len(odds)), key=odds.__getitem__)
    return best if odds[best] > len(rows) - 1 else None


def _text(row: Node, span: tuple[int, int]) -> str:
    return row.text[max(0, span[0]) : max(0, span[1])]


def _of_row(row: Node, column: int) -> list[Slice]:
    start, end = _cells(row)[column]
    if start < 0 or not any(char.isalnum() for char in row.text[start:end]):
        return [Slice(0, len(row.text), "around")]
    slices = [Slice(0, start, "before"), Slice(start, end, "new"), Slice(end, len(row.text), "context")]
    return [part for part in slices if part.end > part.start]
