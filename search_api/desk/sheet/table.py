"""A table of a document as a table of the Word sheet, which can be copied on into Excel."""

from collections.abc import Callable

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Length, Pt
from docx.table import _Row
from docx.text.paragraph import Paragraph

from search_api.desk.sheet.model import SheetTable
from search_api.desk.sheet.template import Style

_NARROWEST, _WIDEST = 6, 22  # characters for which a column has room beside the others
_EDGES = 2  # characters that the edges of a cell take
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_LINES = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>' for side in _SIDES)
_NO_BAR = '<w:left w:val="nil"/>'  # the style of a passage has one, which quotes it


def add_table(
    document: Document, table: SheetTable, write: Callable[[Paragraph, str], object], style: str = Style.PASSAGE
) -> None:
    """Adds the table; its head is repeated on each page, and its last row stays on the page of what follows.

    `write` adds a text to a paragraph, `style` is that of the cells. The template need have no style for tables: lines
    are drawn here.
    """
    added = document.add_table(len(table.rows), len(table.rows[0]))
    added._tbl.tblPr.find(qn("w:tblW")).addnext(parse_xml(f"<w:tblBorders {nsdecls('w')}>{_LINES}</w:tblBorders>"))
    widths = _widths(table, sum(column.width or 0 for column in added.columns))
    for column, width in zip(added.columns, widths, strict=True):
        column.width = width
    for number, (row, cells) in enumerate(zip(added.rows, table.rows, strict=True)):
        is_head, is_last = number < table.head_rows, number == len(table.rows) - 1
        _keep(row, "tblHeader" if is_head else "cantSplit")
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.style = document.styles[style]
            layout = paragraph.paragraph_format
            layout.first_line_indent = layout.left_indent = layout.right_indent = Pt(0)
            layout.space_before = layout.space_after = Pt(0)
            layout.keep_with_next, layout.alignment = is_last, WD_ALIGN_PARAGRAPH.LEFT
            paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{_NO_BAR}</w:pBdr>"))
            if text:
                write(paragraph, text)
            for run in paragraph.runs if is_head else ():
                run.font.bold = True


def _widths(table: SheetTable, whole: int) -> list[Length]:
    """Of each column, by its longest text."""
    longest = [max(map(len, column)) for column in zip(*table.rows, strict=True)]
    weights = [min(max(length + _EDGES, _NARROWEST), _WIDEST) for length in longest]
    return [Length(whole * weight // sum(weights)) for weight in weights]


def _keep(row: _Row, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))
