"""Reads Word documents: paragraphs and tables in order, headings by style, bold run-ins, automatic numbers, notes.

Leaves out headers and footers (but for a document number there), comments, hidden text and deletions of tracked
changes.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tc
from docx.oxml.text.paragraph import CT_P
from docx.table import Table, _Cell
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from corpus.errors import ReadError
from corpus.readers import tabular
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls
from corpus.readers.list_numbers import Level, ListNumbers
from corpus.readers.runs import Run, paragraph
from corpus.readers.word_lists import attribute, levels_of, value
from corpus.types import Block, RawDocument, Source

if TYPE_CHECKING:
    from lxml.etree import _Element  # what python-docx hands out

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRAPPERS = tuple(
    qn(f"w:{name}") for name in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "customXml", "fldSimple")
)
_NOTES = {"footnoteReference": RELATIONSHIP_TYPE.FOOTNOTES, "endnoteReference": RELATIONSHIP_TYPE.ENDNOTES}
_NOTE_MARK = "注："
_DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,15}[〔\[（(【]\d{4}年?[〕\])）】]第?[A-Za-z]?\d{1,5}号")
_TITLE_STYLES = ("title", "标题")
_HEADING_STYLES = ("heading ", "标题 ")
_MAX_STYLE_DEPTH = 20  # a chain of styles that leads back to itself would never end


class _Style(NamedTuple):
    """The properties that a paragraph inherits from its style. `numbering` is a list's id (0: none) and a depth."""

    level: int = 0
    bold: bool = False
    hidden: bool = False
    numbering: tuple[int, int] = (0, 0)


def read(data: bytes, relative: str, media_type: str = MEDIA_TYPE) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the file is damaged or holds no text."""
    with as_read_error("Word 文档（.docx）"):
        document = docx.Document(BytesIO(data))
        _settle_changes(document.element.body)
        blocks = tuple(_Reader(document).blocks(document))
        number = _number_in_headers(document)
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的 Word 文档，实际没有任何文字（可能只有图片）。如是扫描件，请先做文字识别（OCR）。")
    fields = {"doc_number": number} if number else {}
    yield RawDocument(blocks=blocks, fields=fields, source=Source(path=relative, media_type=media_type))


def _number_in_headers(document: Document) -> str | None:
    """The document number that a page header holds alone: the paper's printed head, or a running one."""
    for part in _parts(document, RELATIONSHIP_TYPE.HEADER):
        for p in _root(part).iter(qn("w:p")):
            line = re.sub(r"\s", "", "".join(t.text or "" for t in p.iter(qn("w:t"))))
            if _DOC_NUMBER.fullmatch(line):
                return line
    return None


def _parts(document: Document, kind: str) -> list[Part]:
    return [rel.target_part for rel in document.part.rels.values() if rel.reltype == kind and not rel.is_external]


def _root(part: Part) -> "_Element":
    """The part's XML; python-docx has parsed that of some kinds only."""
    known: _Element | None = getattr(part, "element", None)
    return parse_xml(part.blob) if known is None else known


def _settle_changes(body: "_Element") -> None:
    """Accepts insertions and unwraps content controls, because python-docx sees nothing inside either.

    Deletions, and content that is repeated for older programs, are removed.
    """
    for element in list(body.iter(_FALLBACK)):
        if (parent := element.getparent()) is not None:
            parent.remove(element)
    for element in list(body.iter(*_WRAPPERS)):
        if (parent := element.getparent()) is not None:
            for child in list(element):
                element.addprevious(child)
            parent.remove(element)


class _Reader:
    """Walks one document; its list counters run from its start to its end."""

    def __init__(self, document: Document) -> None:
        self._numbers = ListNumbers(_list_levels(document))
        self._styles: dict[str | None, _Style] = {}
        self._notes = {name: _notes(document, kind) for name, kind in _NOTES.items()}

    def blocks(self, container: Document | _Cell) -> Iterator[Block]:
        for item in container.iter_inner_content():
            if isinstance(item, Table):
                yield from self._rows(item)
            else:
                yield from self._paragraph(item)

    def _rows(self, table: Table) -> list[Block]:
        below = _rows_below(table)
        rows: list[list[tabular.Cell]] = []
        for tr in table._tbl.tr_lst:
            is_head = _is_on(tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}"))
            row = [tabular.Cell(columns=tr.grid_before)] if tr.grid_before else []
            for tc in tr.tc_lst:
                if tc in below:
                    blocks = list(self.blocks(_Cell(tc, table)))
                    row.append(tabular.Cell(blocks, tc.grid_span, below[tc], is_head))
            rows.append(row)
        return tabular.table(rows)

    def _paragraph(self, item: Paragraph) -> list[Block]:
        style = self._style_of(item)
        runs = list(_runs(item, style))
        blocks: list[Block] = []
        if any(run.text.strip() for run in runs):
            number = self._numbers.next(*_numbering(item._p) or style.numbering)
            outline = _outline_level(item._p)
            level = style.level if outline is None else outline
            blocks = paragraph([Run(number, runs[0].bold), *runs], level=level, whole=True)
        for box in item._p.iter(qn("w:txbxContent")):
            for inner in box.iterchildren(qn("w:p")):
                if isinstance(inner, CT_P):
                    blocks += self._paragraph(Paragraph(inner, item._parent))
        return blocks + [note for name in _NOTES for note in self._notes_at(item, name)]

    def _notes_at(self, item: Paragraph, name: str) -> Iterator[Block]:
        """The notes that a paragraph refers to, each a block of its own after it."""
        for reference in item._p.iter(qn(f"w:{name}")):
            for p in self._notes[name].pop(attribute(reference, "id"), []):
                text = "".join(run.text for run in _runs(Paragraph(p, item._parent), _Style())).strip()
                if text:
                    yield Block(text if text.startswith("注") else _NOTE_MARK + text, whole=True)

    def _style_of(self, item: Paragraph) -> _Style:
        name = item._p.style
        if name not in self._styles:
            self._styles[name] = _resolved_style(item)
        return self._styles[name]


def _rows_below(table: Table) -> dict[CT_Tc, int]:
    """Over how many rows each cell reaches; the cells that go on with one above are not there."""
    reached: dict[CT_Tc, int] = {}
    above: dict[int, CT_Tc] = {}  # by column
    for tr in table._tbl.tr_lst:
        column, row = tr.grid_before, {}
        for tc in tr.tc_lst:
            row[column] = above.get(column, tc) if tc.vMerge == "continue" else tc
            reached[row[column]] = reached.get(row[column], 0) + 1
            column += tc.grid_span
        above = row
    return reached


def _is_on(element: "_Element | None") -> bool:
    return element is not None and attribute(element, "val") not in ("0", "false", "off")


def _runs(item: Paragraph, style: _Style) -> Iterator[Run]:
    for part in item.iter_inner_content():
        for run in part.runs if isinstance(part, Hyperlink) else [part]:
            if not _is_hidden(run, style):
                yield Run(drop_controls(run.text), _is_bold(run, style))


def _is_bold(run: WordRun, style: _Style) -> bool:
    own = run.bold
    if own is None and run._r.style is not None:
        own = run.style.font.bold
    return style.bold if own is None else own


def _is_hidden(run: WordRun, style: _Style) -> bool:
    own = run.font.hidden
    if own is None and run._r.style is not None:
        own = run.style.font.hidden
    return style.hidden if own is None else own


def _notes(document: Document, kind: str) -> dict[str, list[CT_P]]:
    """The paragraphs of each footnote or endnote, by its id."""
    roots = [_root(part) for part in _parts(document, kind)]
    for root in roots:
        _settle_changes(root)
    return {attribute(note, "id"): [p for p in note if isinstance(p, CT_P)] for root in roots for note in root}


def _resolved_style(item: Paragraph) -> _Style:
    level: int | None = None
    bold: bool | None = None
    hidden: bool | None = None
    numbering: tuple[int, int] | None = None
    style = item.style
    for _ in range(_MAX_STYLE_DEPTH):
        if style is None:
            break
        level = level if level is not None else _named_level(style.name or "")
        level = level if level is not None else _outline_level(style.element)
        bold = bold if bold is not None else style.font.bold
        hidden = hidden if hidden is not None else style.font.hidden
        numbering = numbering or _numbering(style.element)
        style = style.base_style
    return _Style(level or 0, bool(bold), bool(hidden), numbering or (0, 0))


def _named_level(name: str) -> int | None:
    folded = name.lower()
    if folded in _TITLE_STYLES:
        return 1
    digits = next((folded.removeprefix(p) for p in _HEADING_STYLES if folded.startswith(p)), "")
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 9 else None


def _outline_level(element: "_Element") -> int | None:
    """The outline level of a paragraph or style, counted from 1; 0 for body text, None if it is not stated."""
    found = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    stated = value(found)
    return None if stated is None else (stated + 1) % 10


def _numbering(element: "_Element") -> tuple[int, int] | None:
    """The list that a paragraph or style is in, and its depth there."""
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return None
    list_id = value(found.find(qn("w:numId")))
    return None if list_id is None else (list_id, value(found.find(qn("w:ilvl"))) or 0)


def _list_levels(document: Document) -> dict[tuple[int, int], Level]:
    try:
        return levels_of(document.part.numbering_part.element)
    except (KeyError, NotImplementedError):  # a document without lists may have no such part
        return {}
