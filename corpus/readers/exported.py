"""Reads web pages under the name of a workbook, which hotline systems export: a document a row of their table; a page
without a column of replies is read as a page.
"""

from collections.abc import Iterator
from itertools import groupby

from corpus.errors import ReadError
from corpus.readers import html
from corpus.readers.dom import Line, parse
from corpus.readers.merged import Row
from corpus.readers.table import Sheet, has_text_column, read_sheets
from corpus.types import RawDocument


def read(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row, else the page. Raises ReadError where there is neither."""
    lines = parse(html.decoded(data)).lines
    rows = [_row(number, list(members)) for number, members in groupby(lines, lambda line: line.row) if number]
    if has_text_column(rows):
        yield from read_sheets([Sheet("", rows)], relative, html.MEDIA_TYPE)
    else:
        yield from html.read(data, relative)


def _row(number: int, lines: list[Line]) -> Row:
    cells = [""] * (1 + max(line.cell for line in lines))
    for line in lines:
        cells[line.cell] = "\n".join(filter(None, [cells[line.cell], line.block.text]))
    return Row(number, tuple(cells))
