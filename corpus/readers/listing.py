"""Reads a web page that is a list of replies, a row each, as hotline systems export it."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from corpus.errors import ReadError
from corpus.readers.dom import Page
from corpus.readers.fields import columns
from corpus.readers.records import record
from corpus.types import RawDocument, Source

_MIN_FIELDS = 4  # known columns, that of the reply among them: a table inside a letter has fewer
_LONGEST_NAME = 30  # characters of a column's name


def listed(page: Page, source: Source) -> Iterator[RawDocument | ReadError]:
    """Yields a document for each row below a row of column names; nothing for a page without such a row."""
    header: Mapping[int, str] = {}
    width = 0
    for number, (_, group) in enumerate(groupby(page.lines, key=lambda line: line.row), 1):
        lines = list(group)
        cells = {
            cell: "\n".join(line.block.text for line in within)
            for cell, within in groupby(lines, key=lambda line: line.cell)
        }
        if lines[0].row and (named := _header(cells)):
            header, width = named, max(cells)
        elif lines[0].row and header and max(cells) <= width:
            fields = {field: cells.get(cell, "") for cell, field in header.items()}
            if fields.get("text", "").strip():
                yield record(fields, source.model_copy(update={"locator": number}), f"第 {number} 行")


def _header(cells: Mapping[int, str]) -> dict[int, str]:
    """The field of each cell of a row of column names; empty for any other row."""
    if any(len(text) > _LONGEST_NAME or "。" in text for text in cells.values()):
        return {}
    places = list(cells)
    found = {places[i]: field for i, field in columns([cells[place] for place in places]).items()}
    return found if "text" in found.values() and len(found) >= _MIN_FIELDS else {}
