"""Reads Word documents: paragraphs and tables in order, headings by style, bold run-ins, automatic numbers.

Leaves out headers, footers, footnotes, comments and deletions of tracked changes.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.text.paragraph import CT_P
from docx.table import Table, _Cell
from docx.text.hyperlink import Hyperlink
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls
from corpus.readers.list_numbers import Level, ListNumbers
from corpus.readers.runs import Run, paragraph, row
from corpus.types import Block, RawDocument, Source

if TYPE_CHECKING:
    from lxml.etree import _Element  # what python-docx hands out

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WRAPPERS = tuple(qn(f"w:{name}") for name in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "customXml"))
_TITLE_STYLES = ("title", "标题")
_HEADING_STYLES = ("heading ", "标题 ")
_MAX_STYLE_DEPTH = 20  # a chain of styles that leads back to itself would never end
_MAX_NUMBER_LENGTH = 255  # characters; Word's own limit of a list's text, which is printed again at each paragraph


class _Style(NamedTuple):
    """The properties that a paragraph inherits from its style. `numbering` is a list's id (0: none) and a depth."""

    level: int = 0
    bold: bool = False
    numbering: tuple[int, int] = (0, 0)


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the file is damaged or holds no text."""
    with as_read_error("Word 文档（.docx）"):
        document = docx.Document(BytesIO(data))
        _settle_changes(document.element.body)
        blocks = tuple(_Reader(document).blocks(document))
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的 Word 文档，实际没有任何文字（可能只有图片）。如是扫描件，请先做文字识别（OCR）。")
    yield RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))


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

    def blocks(self, container: Document | _Cell) -> Iterator[Block]:
        for item in container.iter_inner_content():
            if isinstance(item, Table):
                yield from self._rows(item)
            else:
                yield from self._paragraph(item)

    def _rows(self, table: Table) -> Iterator[Block]:
        """The rows of a table; a merged cell appears once, in its first row."""
        for tr in table._tbl.tr_lst:
            cells = [_Cell(tc, table) for tc in tr.tc_lst if tc.vMerge != "continue"]
            yield from row([list(self.blocks(cell)) for cell in cells])

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
        return blocks

    def _style_of(self, item: Paragraph) -> _Style:
        name = item._p.style
        if name not in self._styles:
            self._styles[name] = _resolved_style(item)
        return self._styles[name]


def _runs(item: Paragraph, style: _Style) -> Iterator[Run]:
    for part in item.iter_inner_content():
        for run in part.runs if isinstance(part, Hyperlink) else [part]:
            yield Run(drop_controls(run.text), _is_bold(run, style))


def _is_bold(run: WordRun, style: _Style) -> bool:
    own = run.bold
    if own is None and run._r.style is not None:
        own = run.style.font.bold
    return style.bold if own is None else own


def _resolved_style(item: Paragraph) -> _Style:
    level: int | None = None
    bold: bool | None = None
    numbering: tuple[int, int] | None = None
    style = item.style
    for _ in range(_MAX_STYLE_DEPTH):
        if style is None:
            break
        level = level if level is not None else _named_level(style.name or "")
        level = level if level is not None else _outline_level(style.element)
        bold = bold if bold is not None else style.font.bold
        numbering = numbering or _numbering(style.element)
        style = style.base_style
    return _Style(level or 0, bool(bold), numbering or (0, 0))


def _named_level(name: str) -> int | None:
    folded = name.lower()
    if folded in _TITLE_STYLES:
        return 1
    digits = next((folded.removeprefix(p) for p in _HEADING_STYLES if folded.startswith(p)), "")
    return int(digits) if digits.isdecimal() and 1 <= int(digits) <= 9 else None


def _outline_level(element: "_Element") -> int | None:
    """The outline level of a paragraph or style, counted from 1; 0 for body text, None if it is not stated."""
    found = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    value = _value(found)
    return None if value is None else (value + 1) % 10


def _numbering(element: "_Element") -> tuple[int, int] | None:
    """The list that a paragraph or style is in, and its depth there."""
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return None
    list_id = _value(found.find(qn("w:numId")))
    return None if list_id is None else (list_id, _value(found.find(qn("w:ilvl"))) or 0)


def _value(element: "_Element | None") -> int | None:
    text = "" if element is None else element.get(qn("w:val"), "")
    return int(text) if text.isdecimal() else None


def _list_levels(document: Document) -> dict[tuple[int, int], Level]:
    """Every level of every list that the document defines, by list id and depth."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):  # a document without lists may have no such part
        return {}
    abstract = {_attribute(e, "abstractNumId"): e for e in root.iterchildren(qn("w:abstractNum"))}
    levels: dict[tuple[int, int], Level] = {}
    for number in root.iterchildren(qn("w:num")):
        base = number.find(qn("w:abstractNumId"))
        definition = abstract.get(_attribute(base, "val")) if base is not None else None
        list_id = _attribute(number, "numId")
        if definition is None or not list_id.isdecimal():
            continue
        restarts = number.find(f".//{qn('w:startOverride')}") is not None
        sequence = f"num {list_id}" if restarts else f"abstract {_attribute(base, 'val')}"
        for lvl in definition.iterchildren(qn("w:lvl")):
            depth = _attribute(lvl, "ilvl")
            if depth.isdecimal():
                levels[int(list_id), int(depth)] = _list_level(lvl, sequence)
    return levels


def _list_level(lvl: "_Element", sequence: str) -> Level:
    style, pattern = (lvl.find(qn(f"w:{name}")) for name in ("numFmt", "lvlText"))
    start = _value(lvl.find(qn("w:start")))
    return Level(
        sequence,
        1 if start is None else start,
        "decimal" if style is None else _attribute(style, "val"),
        "" if pattern is None else _attribute(pattern, "val")[:_MAX_NUMBER_LENGTH],
    )


def _attribute(element: "_Element", name: str) -> str:
    return str(element.get(qn(f"w:{name}"), ""))
