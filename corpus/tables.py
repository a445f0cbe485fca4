r"""The tables of a document: which lines of its text are rows, what their cells are, and how a long table is cut.

In a text a row is a line, and its cells stand between tabs, so that a copied text is a table in Excel.

Not for: reading tables off files (see readers.tabular).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from corpus.types import Block, Document, Table

CELL_SEPARATOR = "\t"

Span = tuple[int, int]


def cells(row: str, start: int = 0) -> tuple[Span, ...]:
    r"""The cells of a row that begins at `start`.

    >>> cells("北门街道\t4\t\t6", 10)
    ((10, 14), (15, 16), (17, 17), (18, 19))
    """
    found = []
    for cell in row.split(CELL_SEPARATOR):
        found.append((start, start + len(cell)))
        start += len(cell) + len(CELL_SEPARATOR)
    return tuple(found)


def tables(blocks: Sequence[Block]) -> tuple[Table, ...]:
    """The tables in a text that has the blocks as its lines: neighbouring rows in ascending order are one table."""
    found: list[tuple[int, list[tuple[Span, ...]]]] = []
    last = offset = 0
    for block in blocks:
        if block.row:
            if not 0 < last < block.row:
                found.append((max(0, block.heads - block.row + 1), []))
            found[-1][1].append(cells(block.text, offset))
        last = block.row
        offset += len(block.text) + 1
    return tuple(Table(head_rows=min(heads, len(rows)), rows=tuple(rows)) for heads, rows in found)


def span_of(table: Table) -> Span:
    """The stretch of the text from the table's first row to its last."""
    return table.rows[0][0][0], table.rows[-1][-1][1]


def table_of(document: Document, start: int, end: int) -> Table | None:
    """The rows of a table that text[start:end] holds or cuts, under the head of their table; None for other text."""
    starts = [span_of(table)[0] for table in document.tables]
    at = bisect_right(starts, start) - 1
    if at < 0 or start >= max(span_of(document.tables[at])[1], starts[at] + 1):
        return None
    table = document.tables[at]
    head, rest = table.rows[: table.head_rows], table.rows[table.head_rows :]
    rows = tuple(row for row in rest if row[0][0] < end and row[-1][1] >= start)
    return Table(head_rows=table.head_rows, rows=head + rows)


def column_names(document: Document, start: int, end: int) -> str:
    """What text[start:end], rows of a table, lacks of the head of its table; empty for other text."""
    table = table_of(document, start, end)
    head = table.rows[: table.head_rows] if table else ()
    lacking = [cell for row in head if row[0][0] < start for cell in row]
    return " ".join(dict.fromkeys(document.text[s:e] for s, e in lacking if s < e))


def stretches(tables: Sequence[Table], start: int, end: int) -> Iterator[tuple[int, int, Table | None]]:
    """Cuts [start, end) of a text into its tables and what stands between them."""
    for table in tables:
        first, last = span_of(table)
        if start <= first and last <= end:
            if start < first:
                yield start, first, None
            yield first, last, table
            start = last
    if start < end:
        yield start, end, None


def cut(table: Table, longest: int) -> Iterator[Span]:
    """The table cut between rows into stretches that are, with its head, at most so long; one row may be longer."""
    head, rest = table.rows[: table.head_rows], table.rows[table.head_rows :]
    start, end = span_of(table)
    room = longest - (head[-1][-1][1] - start + 1 if head else 0)
    first = at = start  # of the part
    for position, row in enumerate(rest):
        is_first_part = first == start
        limit = longest if is_first_part else room
        if position and row[-1][1] - first > limit:
            yield first, at
            first = row[0][0]
        at = row[-1][1]
    yield first, max(at, end)
