"""The draft as a Word document in the official format; `template` has its typography, `notes` its footnotes."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.text.paragraph import Paragraph

from search_api.desk.draft import wording
from search_api.desk.draft.model import Draft, DraftPoint, Material
from search_api.desk.draft.notes import Footnotes
from search_api.desk.draft.template import DRAFT, Style
from search_api.desk.sheet import open_template
from search_api.desk.sheet.table import add_table
from search_api.desk.sheet.word import MAX_PROPERTY, add_text
from search_api.desk.sheet.wording import link, paragraphs, source_of

_AUTHOR = "答复"


def to_docx(draft: Draft, template: Path | None = None) -> bytes:
    """The head with its red line, title, addressee, the points, signature, date and copies.

    What must still be filled in is highlighted. `template` is a docx file, None the packaged one. Raises DafuError as
    `open_template`.
    """
    writer = _Writer(open_template(template, DRAFT))
    writer.describe(draft)
    writer.add(Style.AGENCY, f"{wording.BLANK}文件")
    writer.add(Style.DOC_NUMBER, wording.doc_number_of(draft))
    writer.add(Style.TITLE, wording.title_of(draft))
    writer.add(Style.ADDRESSEE, wording.addressee_of(draft))
    writer.add(Style.BODY, wording.opening_of(draft))
    for point in draft.points:
        writer.point(point)
    writer.add(Style.BODY, wording.closing_of(draft))
    writer.add(Style.BODY, "专此答复。")
    for line in wording.signature_of():
        writer.add(Style.SIGNATURE, line)
    writer.add(Style.ATTACHED, wording.ATTACHED)
    writer.add(Style.COPY, wording.COPY)
    return writer.saved()


class _Writer:
    """A document that is being written, from its beginning to its end."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._notes = Footnotes(document)

    def describe(self, draft: Draft) -> None:
        properties, made = self._document.core_properties, datetime.combine(draft.made_on, time())
        properties.title = wording.title_of(draft)[:MAX_PROPERTY]
        properties.subject, properties.comments, properties.language = wording.KIND, "", "zh-CN"
        properties.author = properties.last_modified_by = _AUTHOR
        properties.created = properties.modified = made

    def add(self, style: Style, text: str) -> Paragraph:
        """A paragraph in which the open places are highlighted."""
        paragraph = self._document.add_paragraph(style=style)
        for piece, is_open in wording.pieces(text):
            run = add_text(paragraph, piece)
            if is_open:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW
        return paragraph

    def point(self, point: DraftPoint) -> None:
        self._remark(self.add(Style.POINT, point.heading), point.remarks)
        for material in point.materials:
            self._material(material)
        if not point.materials:
            self.add(Style.BODY, "".join([wording.WRITE_HERE, *(f"【{remark}】" for remark in point.remarks)]))

    def saved(self) -> bytes:
        buffer = BytesIO()
        self._document.save(buffer)
        return buffer.getvalue()

    def _material(self, material: Material) -> None:
        """The passage's own words, and at their end the footnote."""
        passage = material.passage
        if passage.table:
            written = [self.add(Style.BODY, wording.SEE_TABLE)]
            written[0].paragraph_format.keep_with_next = True
            add_table(self._document, passage.table, add_text, Style.TABLE)
        else:
            written = [self._quoted(line) for line in paragraphs(passage.text) or [""]]
        self._remark(written[0], material.remarks)
        self._notes.add(written[-1], source_of(passage), link(passage.address))

    def _quoted(self, line: str) -> Paragraph:
        """A document's words, in which nothing is an open place."""
        paragraph = self._document.add_paragraph(style=Style.BODY)
        add_text(paragraph, line)
        return paragraph

    def _remark(self, paragraph: Paragraph, remarks: Sequence[str]) -> None:
        """A comment of the margin for each remark, on the paragraph's words."""
        runs = paragraph.runs
        for remark in remarks:
            self._document.add_comment(runs, remark, _AUTHOR, _AUTHOR[:1])
