"""Reads a web page into lines of text in reading order, and the elements that hold them. Owns the html parser.

Not for: what the lines mean (html.py) and which of them are the document (article.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.readers.encodings import drop_controls
from corpus.readers.runs import Run, paragraph
from corpus.types import Block

_DROPPED = ["script", "style", "noscript", "template", "iframe", "object", "svg", "select", "button", "head"]
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_INLINE_NAMES = (
    "a abbr b bdi bdo big br cite code del em font i img input ins kbd label mark o:p q s samp small span st1:chsdate "
    "strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)
_VERBATIM = {"pre", "textarea", "xmp"}
_CJK = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f"
_SPACE = re.compile("[ \t\n\r\f]+")
_SOURCE_BREAK = re.compile(f"(?<=[{_CJK}])[ \t\r\f]*\n[ \t\n\r\f]*(?=[{_CJK}])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))

# The parser's time grows with the square of the depth (100,000 nested divs: 16 s); browsers stop at 512 too.
_MAX_DEPTH = 512
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)(?:[\s/][^<>]*)?>")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_SELF_CLOSING = {"p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "html", "head", "body"}


class Line(NamedTuple):
    """A line of text. `row` is the number of the innermost table row around it (0: none), `cell` its column there."""

    block: Block
    row: int = 0
    cell: int = 0


class Region(NamedTuple):
    """An element that holds the lines `start` to `end`; `names` are its id, its classes and its tag, lower case."""

    names: frozenset[str]
    start: int
    end: int


class Page(NamedTuple):
    """A web page. `meta` maps the lower-case names of its meta elements to their contents."""

    title: str
    meta: dict[str, str]
    lines: tuple[Line, ...]
    regions: tuple[Region, ...]


def parse(html: str) -> Page:
    """The page of an html text, which may be a fragment; any markup can be parsed."""
    tree = LexborHTMLParser(_flattened(html))
    title = tree.css_first("title")
    meta = {
        (name or "").lower(): content
        for node in tree.css("meta[name][content]")
        if (name := node.attributes.get("name")) and (content := node.attributes.get("content"))
    }
    heading = _text(title.text()) if title else ""
    builder = _Builder()
    tree.strip_tags(_DROPPED, recursive=True)
    if tree.body:
        builder.build(tree.body)
    return Page(heading.strip(), meta, tuple(builder.lines), tuple(builder.regions))


def _flattened(html: str) -> str:
    """The html without tags that are nested too deep; a line break replaces a dropped block."""
    depth = dropped = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth, dropped
        closing, name = tag[1], tag[2].lower()
        if name in ("option", "optgroup"):
            return ""
        if name in _VOID or name in _SELF_CLOSING:
            return tag[0]
        if closing and not dropped:
            depth = max(0, depth - 1)
            return tag[0]
        if not closing and depth < _MAX_DEPTH:
            depth += 1
            return tag[0]
        dropped += -1 if closing else 1
        return "" if name in _INLINE else "<br>"

    return _TAG.sub(keep, html)


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
    row: int = 0
    cell: int = 0
    level: int = 0
    whole: bool = False
    bold: bool = False
    verbatim: bool = False


@dataclass
class _Builder:
    """Walks a tree without recursion and cuts it into lines where block elements begin and end."""

    lines: list[Line] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _path: list[_Open] = field(default_factory=lambda: [_Open()])
    _rows: int = 0
    _cells: dict[int, int] = field(default_factory=dict)

    def build(self, body: LexborNode) -> None:
        for node, entering in _walk(body):
            if node.is_text_node:
                top = self._path[-1]
                self._runs.append(Run(_text(node.text_content or "", verbatim=top.verbatim), top.bold))
            elif node.is_element_node and entering:
                self._enter(node)
            elif node.is_element_node:
                self._leave()
        self._flush()
        self.regions.append(Region(self._path[0].names, 0, len(self.lines)))

    def _enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        attributes = node.attributes
        above = self._path[-1]
        if tag == "br":
            self._runs.append(Run("\n", above.bold))
        bold = above.bold or tag in ("b", "strong") or bool(_BOLD_STYLE.search(attributes.get("style") or ""))
        opened = above._replace(tag=tag, bold=bold)
        if tag not in _INLINE:
            self._flush()
            row, cell = self._place(tag, above)
            level = _HEADINGS.get(tag, above.level)
            opened = opened._replace(
                names=_names(attributes.get("id") or "", attributes.get("class") or "", tag),
                start=len(self.lines),
                row=row,
                cell=cell,
                level=level,
                whole=bool(level) or tag == "p",
                verbatim=above.verbatim or tag in _VERBATIM,
            )
        self._path.append(opened)

    def _place(self, tag: str, above: _Open) -> tuple[int, int]:
        """The table row and column of the content of an element."""
        if tag == "tr":
            self._rows += 1
            return self._rows, 0
        if tag in ("td", "th") and above.row:
            self._cells[above.row] = self._cells.get(above.row, -1) + 1
            return above.row, self._cells[above.row]
        return above.row, above.cell

    def _leave(self) -> None:
        if self._path[-1].tag not in _INLINE:
            self._flush()
            closed = self._path[-1]
            if len(self.lines) > closed.start:
                self.regions.append(Region(closed.names, closed.start, len(self.lines)))
        self._path.pop()

    def _flush(self) -> None:
        if any(run.text for run in self._runs):
            top = self._path[-1]
            blocks = paragraph(self._runs, level=top.level, whole=top.whole)
            self.lines += [Line(block, top.row, top.cell) for block in blocks]
        self._runs = []


@lru_cache(maxsize=4096)
def _names(identity: str, classes: str, tag: str) -> frozenset[str]:
    return frozenset(f"{identity} {classes} {tag}".lower().split())


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Yields every node below `root` with True where it begins, and every element again with False where it ends."""
    node = root.first_child
    while node is not None:
        yield node, True
        if node.is_element_node and (child := node.first_child) is not None:
            node = child
            continue
        if node.is_element_node:
            yield node, False
        while node.next is None:
            parent = node.parent
            if parent is None or parent.mem_id == root.mem_id:
                return
            node = parent
            yield node, False
        node = node.next
