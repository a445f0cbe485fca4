"""The sheet as a Word document, ready to write under. How it looks stands in `looks`; here it is put together."""

from datetime import date, datetime, time
from io import BytesIO

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, RGBColor
from docx.text.paragraph import Paragraph

from search_api.desk.sheet import looks
from search_api.desk.sheet.model import Sheet, SheetPassage, SheetPoint
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
)

_AUTHOR = "答复"
_BLANK_LINES = 4
_LONGEST_PROPERTY = 255
"""Characters; python-docx takes no longer one."""


def to_docx(sheet: Sheet) -> bytes:
    """A4, the official layout, page numbers; each ask with its passages, their sources, and room for the reply."""
    document = _blank()
    _lay_out(document)
    _describe(document, sheet)
    _head(document, sheet)
    for point in sheet.points:
        _point(document, point, sheet.made_on)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _blank() -> Document:
    """A document with our looks, and nothing of python-docx's template: not its thumbnail, styles or remarks."""
    document = docx.Document()
    part, package = document.part, document.part.package
    kept = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.SETTINGS}
    kept |= {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES}
    for rels in (part.rels, package.rels):
        for key in [key for key, rel in rels.items() if rel.reltype not in kept]:
            del rels[key]
    for element, xml in (
        (document.styles.element, looks.styles_xml()),
        (document.settings.element, looks.settings_xml()),
    ):
        element.clear()
        element.extend(list(parse_xml(xml)))
    fonts = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, looks.fonts_xml().encode(), package)
    part.relate_to(fonts, RELATIONSHIP_TYPE.FONT_TABLE)
    return document


def _lay_out(document: Document) -> None:
    """The margins of GB/T 9704; the page number 7 mm below the text."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(22)
    number = section.footer.paragraphs[0]
    _run(number, "— ")
    number._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
    _run(number, " —")


def _describe(document: Document, sheet: Sheet) -> None:
    properties, made = document.core_properties, datetime.combine(sheet.made_on, time())
    properties.title = title_of(sheet)[:_LONGEST_PROPERTY]
    properties.subject, properties.comments, properties.language = KIND, "", "zh-CN"
    properties.author = properties.last_modified_by = _AUTHOR
    properties.created = properties.modified = made


def _head(document: Document, sheet: Sheet) -> None:
    title = title_of(sheet)
    _add(document, looks.TITLE, title)
    if title != KIND:
        _add(document, looks.KIND, f"（{KIND}）")
    *first, counts = facts_of(sheet)
    _add(document, looks.FACTS, "　　".join(first))
    _add(document, looks.FACTS, counts)


def _point(document: Document, point: SheetPoint, today: date) -> None:
    _add(document, looks.POINT, heading_of(point))
    for line in paragraphs(point.context):
        _add(document, looks.CONTEXT, line)
    for place, passage in enumerate(point.passages):
        _passage(document, passage, today, follows_heading=place == 0)
    if not point.passages:
        _add(document, looks.NOTHING, f"（{nothing_in(point)}）")
    _add(document, looks.LABEL, WRITE_HERE)
    for _ in range(_BLANK_LINES):
        _add(document, looks.WRITING)


def _passage(document: Document, passage: SheetPassage, today: date, *, follows_heading: bool) -> None:
    """A passage's last paragraph keeps the source on its page; LibreOffice moves it whole, Word its last lines.

    Not the paragraph under a heading: the heading would move too, and leave half a page empty. Measured on the judged
    proposals as LibreOffice prints them: 9 of 115 pages begin with a source; 15 of 114 without this, 0 of 126 with all.
    """
    lines = [_add(document, looks.PASSAGE, line) for line in paragraphs(passage.text)]
    for last in lines[1 if follows_heading else 0 :][-1:]:
        last.paragraph_format.keep_with_next = True
    source = _add(document, looks.SOURCE, source_of(passage))
    if address := link(passage.address):
        _link(source, address)
    _add(document, looks.NOTE, " · ".join(note_of(passage, today)))


def _add(document: Document, look: str, text: str = "") -> Paragraph:
    paragraph = document.add_paragraph(style=look)
    if text:
        _run(paragraph, text)
    return paragraph


def _run(paragraph: Paragraph, text: str) -> None:
    """Word asks each run whether “ ” … — are Chinese: in the Latin font they would be half as wide."""
    run = paragraph.add_run(text)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def _link(paragraph: Paragraph, address: str) -> None:
    """Turn the whole paragraph into a link."""
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    for run in paragraph.runs:
        run.font.color.rgb = RGBColor.from_string(looks.LINK)
        element.append(run._r)
    paragraph._p.append(element)
