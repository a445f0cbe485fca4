"""A table as a workbook of Excel's, every cell of it text: no cell of it is a formula, whatever its text begins with.

Not for: reading workbooks (see corpus.readers.workbook).
"""

from collections.abc import Iterable, Sequence
from io import BytesIO

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet with a line of headings that stays in view."""
    book, kept = openpyxl.Workbook(), BytesIO()
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.freeze_panes = "A2"
    for row, texts in enumerate([head, *rows], 1):
        for column, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, ILLEGAL_CHARACTERS_RE.sub("", text) or None)
            if text:
                cell.data_type = "s"
                cell.quotePrefix = text[0] in "=+-@"
    book.save(kept)
    return kept.getvalue()
