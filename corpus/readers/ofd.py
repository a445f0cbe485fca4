"""Reads OFD, the national format of fixed pages (GB/T 33190-2016): one block a line, in the order of reading.

Pages come as Document.xml orders them, with their templates; text has its places from TextCode, as a PDF's. Left out:
annotations, attachments, signatures and seals. A page without text is a picture, which `scans` has recognised.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from corpus.errors import ReadError
from corpus.readers import pictures, placed, placed_tables, scans
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls, is_garbled
from corpus.readers.glyphs import Box, Glyph, upright
from corpus.readers.lengths import MAX_DOCUMENT
from corpus.readers.ofd_parts import RENEW, Package, Part, below, children, local, text
from corpus.types import RawDocument, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

MEDIA_TYPE = "application/ofd"

_MAX_PAGES = 2_000
_POINTS = 72 / 25.4  # a millimetre, in which an OFD states every length
_A4 = (0.0, 0.0, 210.0, 297.0)
_DEPTH = 8  # of blocks in blocks; a block that holds itself would never end
_HALF = 0.5  # of a character's size: how far one that is not Chinese goes on, where no DeltaX says it


class _Page(NamedTuple):
    """A page: its own part and its templates' parts in the order of painting, what it shows in millimetres, and what is
    wrong where a part is missing or damaged."""

    layers: tuple[Part, ...]
    box: Box = _A4
    fault: str = ""


class _Read(NamedTuple):
    page: placed.Page | None
    is_lost: bool = False
    """Whether there is something on the page, or in its fonts, that cannot be read as text."""


def read(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields one document, and a ReadError for pages that are pictures and were not recognised.

    Raises ReadError if the file is damaged or no page has text.
    """
    with as_read_error("OFD 文件"):
        package = Package(data)
        bodies = list(_bodies(package))
        pages = [(page, body) for body in bodies for page in body.pages()]
        found = _read_pages(pages)
        lost = [number for number, each in enumerate(found) if each.is_lost]
        recognised, reason = scans.recognised(lost, lambda number: pages[number][1].picture(pages[number][0]))
    laid = [recognised.get(number, each.page) for number, each in enumerate(found)]
    blocks = tuple(placed_tables.continued(placed.blocks(laid)))
    if not any(block.text for block in blocks):
        raise ReadError(next((page.fault for page, _ in pages if page.fault), _nothing(len(pages), len(lost), reason)))
    seen = tuple(number + 1 for number in recognised)
    yield RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE), recognised=seen)
    yield from (ReadError(f"第 {n} 页：{page.fault}") for n, (page, _) in enumerate(pages, 1) if page.fault)
    if undrawn := [number for number in lost if number not in recognised]:
        why = reason or _UNDRAWN
        yield ReadError(f"{scans.numbered(undrawn)}：期望文字，实际是没有可读文字的图片，没有读入：{why}")


def picture(data: bytes, number: int) -> scans.Picture | None:
    """The page of this number, from 0, as `read` has it recognised."""
    pages = [(page, body) for body in _bodies(Package(data)) for page in body.pages()]
    page, body = pages[number]
    return body.picture(page)


_UNDRAWN = "图像的格式不认识，或文字只有字形。请换用 PDF 或 Word 原件。"


def _nothing(pages: int, lost: int, reason: str | None) -> str:
    if not pages:
        return f"期望完好的 OFD 文件，实际没有任何页面，文件已损坏。{RENEW}"
    if not lost:
        return f"期望有文字的 OFD 文件，实际 {pages} 页都没有文字也没有图片。{RENEW}"
    return f"期望有文字的 OFD 文件，实际 {pages} 页都没有可读的文字，是扫描件或只有字形：{reason or _UNDRAWN}"


def _read_pages(pages: Sequence[tuple[_Page, "_Body"]]) -> list[_Read]:
    found: list[_Read] = []
    length = 0
    for page, body in pages:
        found.append(body.read(page))
        length += sum(len(line.text) for line in found[-1].page.lines) if (found[-1].page) else 0
        if length > MAX_DOCUMENT:
            raise ReadError(
                f"期望不超过 {MAX_DOCUMENT // 10_000} 万字的 OFD，实际到第 {len(found)} 页已有 {length} 个字符。"
                "请拆分文件，只留答复或提案的正文。"
            )
    return found


def _bodies(package: Package) -> Iterator["_Body"]:
    """The documents of the package; nearly always one."""
    root = package.part("OFD.xml")
    locations = [text(body, "DocRoot") for body in children(root.root, "DocBody")]
    if not any(locations):
        raise ReadError(f"期望完好的 OFD 文件，实际 OFD.xml 没有指明文档（DocRoot），文件已损坏。{RENEW}")
    for location in filter(None, locations):
        path = package.located(location, root.path)
        yield _Body(package, package.part(path or location.lstrip("/")))


class _Body:
    """One document of the package: its pages, templates and pictures."""

    def __init__(self, package: Package, document: Part) -> None:
        self._package, self._document = package, document
        self._common = next(children(document.root, "CommonData"), document.root)
        self._templates = {t.get("ID", ""): t.get("BaseLoc", "") for t in children(self._common, "TemplatePage")}
        self._parts: dict[str, Part] = {}

    def pages(self) -> Iterator[_Page]:
        pages = [page for tree in children(self._document.root, "Pages") for page in children(tree, "Page")]
        if len(pages) > _MAX_PAGES:
            raise ReadError(f"期望不超过 {_MAX_PAGES} 页的 OFD，实际有 {len(pages)} 页。请拆成几个文件。")
        yield from map(self._page, pages)

    def _page(self, page: "_Element") -> _Page:
        try:
            own = self._part(page.get("BaseLoc", ""))
            used = [(t.get("ZOrder", "Background"), t.get("TemplateID", "")) for t in children(own.root, "Template")]
            behind = [self._template(name) for order, name in used if order != "Foreground"]
            before = [self._template(name) for order, name in used if order == "Foreground"]
        except ReadError as error:
            return _Page((), fault=str(error))
        layers = (*behind, own, *before)
        return _Page(tuple(layer for layer in layers if layer is not None), self._box(own))

    def read(self, page: _Page) -> _Read:
        glyphs = [glyph for layer in page.layers for glyph in _glyphs(layer.root)]
        left, top, width, height = page.box
        found = upright(glyphs, (left, -(top + height), left + width, -top))
        laid = placed_tables.page(found.pieces, found.height)
        said = "".join("".join(line.text.split()) for line in laid.lines)
        if said and found.is_readable and not is_garbled(said):
            return _Read(laid)
        return _Read(None, any(True for layer in page.layers for _ in below(layer.root, *_SEEN)))

    def picture(self, page: _Page) -> scans.Picture | None:
        """The page as its pictures show it."""
        left, top, width, height = page.box
        shown: list[pictures.Placed] = []
        for layer in page.layers:
            media = self._media(layer)
            for image in below(layer.root, "ImageObject"):
                if (path := media.get(image.get("ResourceID", ""))) is not None:
                    x, y, w, h = _numbers(image.get("Boundary", ""), (0.0, 0.0, width, height))
                    box = ((x - left) / width, (y - top) / height, (x + w - left) / width, (y + h - top) / height)
                    shown.append(pictures.Placed(self._package.read(path), box))
        return pictures.composed(shown, width * _POINTS, height * _POINTS) if shown else None

    def _part(self, location: str) -> Part:
        path = self._package.located(location, self._document.path) or location.lstrip("/")
        if path not in self._parts:
            self._parts[path] = self._package.part(path)
        return self._parts[path]

    def _template(self, name: str) -> Part | None:
        location = self._templates.get(name)
        return self._part(location) if location else None

    def _box(self, page: Part) -> Box:
        """What the page shows: its own area, or that of all pages."""
        areas = (*children(page.root, "Area"), *children(self._common, "PageArea"))
        stated = next((box for area in areas if (box := text(area, "PhysicalBox"))), "")
        left, top, width, height = _numbers(stated, _A4)
        return (left, top, width, height) if width > 0 and height > 0 else _A4

    def _media(self, page: Part) -> Mapping[str, str]:
        """The paths of the pictures that a page may show, by their ids."""
        named = [(self._document, name) for name in _resources(self._common)]
        found: dict[str, str] = {}
        for part, name in [*named, *((page, name) for name in _resources(page.root))]:
            path = self._package.located(name, part.path)
            if path is None:
                continue
            resources = self._part("/" + path)
            folder = resources.root.get("BaseLoc", "")
            for medium in below(resources.root, "MultiMedia"):
                file = self._package.located(text(medium, "MediaFile"), path, folder)
                if file is not None:
                    found[medium.get("ID", "")] = file
        return found


_SEEN = ("ImageObject", "PathObject", "TextObject", "CompositeObject")


def _resources(element: "_Element") -> list[str]:
    return [child.text for child in children(element, "PublicRes", "DocumentRes", "PageRes") if child.text]


def _glyphs(root: "_Element") -> Iterator[Glyph]:
    """The characters of a page or template, y upwards. Seals and notes stand in other parts."""
    for content in children(root, "Content"):
        for layer in children(content, "Layer"):
            yield from _in_block(layer, _DEPTH)


def _in_block(block: "_Element", depth: int) -> Iterator[Glyph]:
    for each in block:
        if local(each) == "TextObject" and each.get("Visible", "true") != "false":
            yield from _in_text(each)
        elif local(each) == "PageBlock" and depth:
            yield from _in_block(each, depth - 1)


def _in_text(element: "_Element") -> Iterator[Glyph]:
    boundary = _numbers(element.get("Boundary", ""), (0.0, 0.0, 0.0, 0.0))
    a, b, c, d, e, f = _numbers(element.get("CTM", ""), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    size = _number(element.get("Size", ""), 4.0)
    angle = math.degrees(math.atan2(-b, a))
    paleness = _paleness(element)
    wide = _number(element.get("HScale", ""), 1.0)
    for char, x, y, end in _characters(element, size, wide):
        left, line = a * x + c * y + e + boundary[0], b * x + d * y + f + boundary[1]
        right, after = a * end + c * y + e + boundary[0], b * end + d * y + f + boundary[1]
        box = (min(left, right), min(-line, -after), max(left, right), max(-line, -after))
        yield Glyph(char, left, -line, box, size * math.hypot(c, d), angle, paleness)


def _characters(element: "_Element", size: float, wide: float) -> Iterator[tuple[str, float, float, float]]:
    """Each character with its place in the text's own space, and where it ends."""
    x = y = 0.0
    for code in children(element, "TextCode"):
        x, y = _number(code.get("X", ""), x), _number(code.get("Y", ""), y)
        string = drop_controls((code.text or "").strip("\r\n\t")).replace("\n", " ")
        forward, down = _deltas(code.get("DeltaX", "")), _deltas(code.get("DeltaY", ""))
        for char in string:
            step = size * wide * (_HALF if char.isascii() else 1.0)
            yield char, x, y, x + step
            x += next(forward, 0.0 if code.get("DeltaY") else step)
            y += next(down, 0.0)


def _deltas(stated: str) -> Iterator[float]:
    """The distances from each character to the next; "g 3 5.2 4" is 5.2 5.2 5.2 4."""
    words = iter(stated.replace(",", " ").split())
    for word in words:
        if word != "g":
            yield _number(word, 0.0)
            continue
        count, step = _number(next(words, ""), 0.0), _number(next(words, ""), 0.0)
        for _ in range(int(min(count, MAX_DOCUMENT))):
            yield step


def _paleness(element: "_Element") -> float:
    """From 0 (black) to 1 (white, or wholly transparent)."""
    fill = next(children(element, "FillColor"), None)
    opacity = _number(element.get("Alpha", ""), 255.0) / 255
    if fill is None:
        return 1 - opacity
    opacity *= _number(fill.get("Alpha", ""), 255.0) / 255
    values = [_number(word, 0.0) / 255 for word in fill.get("Value", "0 0 0").split()]
    white = sum(values) / 3 if len(values) == 3 else values[0] if len(values) == 1 else 1 - sum(values[:4])
    return 1 - (1 - min(max(white, 0.0), 1.0)) * opacity


def _number(stated: str, otherwise: float) -> float:
    try:
        value = float(stated)
    except ValueError:
        return otherwise
    return value if math.isfinite(value) and abs(value) < 1e6 else otherwise


def _numbers(stated: str, otherwise: tuple[float, ...]) -> tuple[float, ...]:
    words = stated.replace(",", " ").split()
    return tuple(map(_number, words, otherwise)) if len(words) == len(otherwise) else otherwise
