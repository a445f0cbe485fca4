"""The sheet as a Word document, ready to write under. `template` has its typography; here its text is put together."""

from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from search_api.desk.sheet.model import Sheet, SheetPassage, SheetPoint
from search_api.desk.sheet.table import add_table
from search_api.desk.sheet.template import Style, open_template
from search_api.desk.sheet.wording import (
    KIND,
    WRITE_HERE,
    facts_of,
    heading_of,
    link,
    note_of,
    nothing_in,
    paragraphs,
    source_of,
    title_of,
    warning_of,
)

_AUTHOR = "答复"
_BLANK_LINES = 4
_LINK_COLOUR = RGBColor.from_string("1F4E79")
MAX_PROPERTY = 255
"""Characters; python-docx takes no longer one."""


def to_docx(sheet: Sheet, template: Path | None = None) -> bytes:
    """Each ask with its passages, their sources, and room for the reply, in the template's typography.

    `template` is a docx file, None the packaged one. Raises DafuError as `open_template`.
    """
    document = open_template(template)
    _describe(document, sheet)
    _head(document, sheet)
    for point in sheet.points:
        _point(document, point, sheet.made_on)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _describe(document: Document, sheet: Sheet) -> None:
    properties, made = document.core_properties, datetime.combine(sheet.made_on, time())
    properties.title = title_of(sheet)[:MAX_PROPERTY]
    properties.subject, properties.comments, properties.language = KIND, "", "zh-CN"
    properties.author = properties.last_modified_by = _AUTHOR
    properties.created = properties.modified = made


def _head(document: Document, sheet: Sheet) -> None:
    title = title_of(sheet)
    _add(document, Style.TITLE, title)
    if title != KIND:
        _add(document, Style.KIND, f"（{KIND}）")
    *first, counts = facts_of(sheet)
    _add(document, Style.FACTS, "　　".join(first))
    _add(document, Style.FACTS, counts)


def _point(document: Document, point: SheetPoint, today: date) -> None:
    _add(document, Style.POINT, heading_of(point))
    for line in paragraphs(point.context):
        _add(document, Style.CONTEXT, line)
    for place, passage in enumerate(point.passages):
        _passage(document, passage, today, follows_heading=place == 0)
    if not point.passages:
        _add(document, Style.NOTHING, f"（{nothing_in(point)}）")
    _add(document, Style.LABEL, WRITE_HERE)
    for _ in range(_BLANK_LINES):
        _add(document, Style.WRITING)


def _passage(document: Document, passage: SheetPassage, today: date, *, follows_heading: bool) -> None:
    """Adds a passage, its source and the note, and above it that another took its place.

    Its last paragraph stays on the page of the source: LibreOffice moves it whole, Word its last lines.

    Not the paragraph under a heading: the heading would move too, and leave half a page empty. Measured on the judged
    proposals as LibreOffice prints them: 9 of 115 pages begin with a source; 15 of 114 without this, 0 of 126 with all.
    """
    if warning := warning_of(passage):
        warned = _add(document, Style.NOTE, warning)
        warned.paragraph_format.keep_with_next = True
        for run in warned.runs:
            run.font.bold = True
    if passage.table:
        add_table(document, passage.table, add_text)
    lines = [] if passage.table else [_add(document, Style.PASSAGE, line) for line in paragraphs(passage.text)]
    for last in lines[1 if follows_heading else 0 :][-1:]:
        last.paragraph_format.keep_with_next = True
    source = _add(document, Style.SOURCE, source_of(passage))
    if address := link(passage.address):
        _link(source, address)
    _add(document, Style.NOTE, " · ".join(note_of(passage, today)))


def _add(document: Document, style: Style, text: str = "") -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    if text:
        add_text(paragraph, text)
    return paragraph


def add_text(paragraph: Paragraph, text: str) -> Run:
    """Word asks each run whether “ ” … — are Chinese: in the Latin font they would be half as wide."""
    run = paragraph.add_run(text)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return run


def _link(paragraph: Paragraph, address: str) -> None:
    """Turns the whole paragraph into a link."""
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    for run in paragraph.runs:
        run.font.color.rgb = _LINK_COLOUR
        element.append(run._r)
    paragraph._p.append(element)
