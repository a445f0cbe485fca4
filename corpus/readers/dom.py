"""Reads a web page into lines of text in reading order, and the elements that hold them.

Not for: what the lines mean (html.py) and which of them are the document (article.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from corpus.readers.encodings import drop_controls
from corpus.readers.fields import field_of
from corpus.readers.runs import Run, paragraph
from corpus.readers.tree import INLINE, Node, drop_unseen, tree_of, walk
from corpus.types import Block

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)
_VERBATIM = {"pre", "textarea", "xmp"}
_CJK = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
_SPACE = re.compile("[ \t\n\r\f]+")
_SOURCE_BREAK = re.compile(f"(?<=[{_CJK}])[ \t\r\f]*\n[ \t\n\r\f]*(?=[{_CJK}])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))

_COLON = re.compile("[：:]")
_MAX_LABEL = 20  # characters of an inline element in which its label stands
_MAX_SPAN = 65_534  # rows that a cell can reach over, as in browsers


class Line(NamedTuple):
    """A line of text. `row` is the number of the innermost table row around it (0: none), `cell` its column there."""

    block: Block
    row: int = 0
    cell: int = 0


class CellShape(NamedTuple):
    """Over how many columns and rows a cell of a table reaches. `is_head`: its markup says that it names others."""

    columns: int = 1
    rows: int = 1
    is_head: bool = False


class Row(NamedTuple):
    """A row of a table: the table's number, and the shape of each cell, of the empty ones too."""

    table: int
    cells: list[CellShape]


class Region(NamedTuple):
    """An element that holds the lines `start` to `end`; `names` are its id, its classes and its tag, lower case."""

    names: frozenset[str]
    start: int
    end: int


class Page(NamedTuple):
    """A web page. `meta` maps the lower-case names of its meta elements to their contents.

    `rows` are those of its tables, by number; `frames` the tables that hold other tables.
    """

    title: str
    meta: dict[str, str]
    lines: tuple[Line, ...]
    regions: tuple[Region, ...]
    rows: Mapping[int, Row]
    frames: frozenset[int]


def parse(html: str) -> Page:
    """The page of an html text, which may be a fragment; any markup can be parsed."""
    tree = tree_of(html)
    title = tree.css_first("title")
    meta = {
        (name or "").lower(): content
        for node in tree.css("meta[name][content]")
        if (name := node.attributes.get("name")) and (content := node.attributes.get("content"))
    }
    heading = _text(title.text()) if title else ""
    builder = _Builder()
    drop_unseen(tree)
    if tree.body:
        builder.build(tree.body)
    lines, regions = tuple(builder.lines), tuple(builder.regions)
    return Page(heading.strip(), meta, lines, regions, builder.rows, frozenset(builder.frames))


def _text(raw: str, *, verbatim: bool = False) -> str:
    """The text as a browser shows it, but a line break between Chinese characters is no space."""
    visible = drop_controls(raw).translate(_INVISIBLE)
    if not verbatim:
        visible = _SPACE.sub(" ", _SOURCE_BREAK.sub("", visible)).replace("\n", " ")
    return visible.replace("\xa0", " ")


class _Open(NamedTuple):
    """An open element around the current node; an inline one has the place, level and kind of its block."""

    tag: str = "body"
    names: frozenset[str] = frozenset({"body"})
    start: int = 0
    table: int = 0
    row: int = 0
    cell: int = 0
    is_head: bool = False
    level: int = 0
    whole: bool = False
    bold: bool = False
    verbatim: bool = False
    after: str = ""  # what the markup says and the text leaves out: the colon behind a label


@dataclass
class _Builder:
    """Walks a tree without recursion and cuts it into lines where block elements begin and end."""

    lines: list[Line] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _path: list[_Open] = field(default_factory=lambda: [_Open()])
    rows: dict[int, Row] = field(default_factory=dict)
    frames: set[int] = field(default_factory=set)
    _tables: int = 0

    def build(self, body: Node) -> None:
        for node, entering in walk(body):
            if node.is_text_node:
                top = self._path[-1]
                self._runs.append(Run(_text(node.text_content or "", verbatim=top.verbatim), top.bold))
            elif node.is_element_node and entering:
                self._enter(node)
            elif node.is_element_node:
                self._leave()
        self._flush()
        self.regions.append(Region(self._path[0].names, 0, len(self.lines)))

    def _enter(self, node: Node) -> None:
        tag = node.tag or ""
        attributes = node.attributes
        above = self._path[-1]
        if tag == "br":
            self._runs.append(Run("\n", above.bold))
        bold = above.bold or tag in ("b", "strong") or bool(_BOLD_STYLE.search(attributes.get("style") or ""))
        opened = above._replace(tag=tag, bold=bold)
        if tag in INLINE and _is_label(node):
            self._runs += [Run("\u3000", above.bold)] if self._runs else []
            opened = opened._replace(after="" if _COLON.search(_beginning(node)) else "：")
        if tag not in INLINE:
            self._flush()
            level = _HEADINGS.get(tag, above.level)
            opened = self._placed(opened, attributes)._replace(
                names=_names(attributes.get("id") or "", attributes.get("class") or "", tag),
                start=len(self.lines),
                level=level,
                whole=bool(level) or tag == "p",
                verbatim=above.verbatim or tag in _VERBATIM,
            )
        self._path.append(opened)

    def _placed(self, opened: _Open, attributes: Mapping[str, str | None]) -> _Open:
        """The element with the table, row and column of its content."""
        if opened.tag == "table":
            self._tables += 1
            if opened.table:
                self.frames.add(opened.table)
            return opened._replace(table=self._tables, row=0, cell=0, is_head=False)
        if opened.tag == "thead":
            return opened._replace(is_head=True)
        if opened.tag == "tr":
            number = len(self.rows) + 1
            self.rows[number] = Row(opened.table, [])
            return opened._replace(row=number, cell=0)
        if opened.tag in ("td", "th") and opened.row:
            cells = self.rows[opened.row].cells
            is_head = opened.is_head or opened.tag == "th"
            cells.append(CellShape(_number(attributes, "colspan"), _number(attributes, "rowspan"), is_head))
            return opened._replace(cell=len(cells) - 1)
        return opened

    def _leave(self) -> None:
        if self._path[-1].tag not in INLINE:
            self._flush()
            closed = self._path[-1]
            if len(self.lines) > closed.start:
                self.regions.append(Region(closed.names, closed.start, len(self.lines)))
        closed = self._path.pop()
        if closed.after and closed.after != self._path[-1].after:
            self._runs.append(Run(closed.after, closed.bold))

    def _flush(self) -> None:
        if any(run.text for run in self._runs):
            top = self._path[-1]
            blocks = paragraph(self._runs, level=top.level, whole=top.whole)
            self.lines += [Line(block, top.row, top.cell) for block in blocks]
        self._runs = []


def _is_label(node: Node) -> bool:
    """Whether an inline element begins with a known label and a colon: pages set such elements apart by their style."""
    text = _beginning(node)
    label, *colon = _COLON.split(text, maxsplit=1)
    return bool(colon or node.tag == "label") and len(label.strip()) > 1 and field_of(label) is not None


def _beginning(node: Node) -> str:
    """The first characters of an element; a page may hold a whole book in one."""
    texts = (inner.text_content or "" for inner, _ in islice(walk(node), _MAX_LABEL) if inner.is_text_node)
    return "".join(texts)[:_MAX_LABEL].strip()


def _number(attributes: Mapping[str, str | None], name: str) -> int:
    """Over how many columns or rows a cell reaches; rowspan="0" is all that follow."""
    digits = re.match(r"\s*(\d{1,5})", attributes.get(name) or "1")
    return (int(digits[1]) or _MAX_SPAN) if digits else 1


@lru_cache(maxsize=4096)
def _names(identity: str, classes: str, tag: str) -> frozenset[str]:
    return frozenset(f"{identity} {classes} {tag}".lower().split())
