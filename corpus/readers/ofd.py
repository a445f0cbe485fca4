"""Reads OFD, the national format of fixed pages (GB/T 33190-2016): one block a line, in the order of reading.

Pages come as Document.xml orders them, with their templates; text has its places from TextCode, as a PDF's. Left out:
annotations, attachments, signatures and seals. A page without text is a picture, which `scans` has recognised.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from corpus.errors import ReadError
from corpus.readers import pictures, placed, placed_tables, scans
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import is_garbled
from corpus.readers.glyphs import Box, upright
from corpus.readers.lengths import MAX_DOCUMENT
from corpus.readers.ofd_drawing import Canvas, Drawn, matrix_of
from corpus.readers.ofd_parts import RENEW, Package, Part, below, children, numbers, text
from corpus.readers.ofd_text import glyphs as text_glyphs
from corpus.readers.ofd_text import objects, paleness
from corpus.types import RawDocument, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

MEDIA_TYPE = "application/ofd"

_MAX_PAGES = 2_000
_POINTS = 72 / 25.4  # a millimetre, in which an OFD states every length
_A4 = (0.0, 0.0, 210.0, 297.0)


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


_UNDRAWN = "图像的格式不认识，或字形所用的字体没有嵌入。请换用 PDF 或 Word 原件。"


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
        glyphs = [glyph for layer in page.layers for glyph in text_glyphs(layer.root)]
        left, top, width, height = page.box
        found = upright(glyphs, (left, -(top + height), left + width, -top))
        laid = placed_tables.page(found.pieces, found.height)
        said = "".join("".join(line.text.split()) for line in laid.lines)
        if said and found.is_readable and not is_garbled(said):
            return _Read(laid)
        return _Read(None, any(True for layer in page.layers for _ in below(layer.root, *_SEEN)))

    def picture(self, page: _Page) -> scans.Picture | None:
        """The page as its pictures, outlines and embedded fonts show it."""
        left, top, width, height = page.box
        shown: list[pictures.Placed] = []
        fonts: dict[str, str] = {}
        for layer in page.layers:
            media = self._files(layer, "MultiMedia", "MediaFile")
            fonts |= self._files(layer, "Font", "FontFile")
            for image in below(layer.root, "ImageObject"):
                if (path := media.get(image.get("ResourceID", ""))) is not None:
                    x, y, w, h = numbers(image.get("Boundary", ""), (0.0, 0.0, width, height))
                    box = ((x - left) / width, (y - top) / height, (x + w - left) / width, (y + h - top) / height)
                    shown.append(pictures.Placed(self._package.read(path), box))
        pasted = pictures.composed(shown, width * _POINTS, height * _POINTS) if shown else None
        return pictures.overlaid(pasted, self._drawn(page, fonts))

    def _drawn(self, page: _Page, fonts: Mapping[str, str]) -> scans.Picture | None:
        left, top, width, height = page.box
        scale = pictures.scale_of(width * _POINTS, height * _POINTS)
        canvas = Canvas(width * _POINTS, height * _POINTS, lambda name: self._read(fonts.get(name)))
        try:
            for layer in page.layers:
                for element in objects(layer.root, "TextObject", "PathObject"):
                    x, y, _, _ = numbers(element.get("Boundary", ""), (0.0, 0.0, 0.0, 0.0))
                    canvas.draw(Drawn(element, matrix_of(element, (x - left, y - top)), paleness(element)))
            pixels = canvas.pixels(scale)
        finally:
            canvas.close()
        return None if pixels is None else scans.Picture(pixels, scale)

    def _read(self, path: str | None) -> bytes | None:
        return self._package.read(path) if path else None

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
        left, top, width, height = numbers(stated, _A4)
        return (left, top, width, height) if width > 0 and height > 0 else _A4

    def _files(self, page: Part, kind: str, named: str) -> dict[str, str]:
        """The paths of the pictures or fonts that a page may use, by their ids."""
        stated = [(self._document, name) for name in _resources(self._common)]
        found: dict[str, str] = {}
        for part, name in [*stated, *((page, name) for name in _resources(page.root))]:
            path = self._package.located(name, part.path)
            if path is None:
                continue
            resources = self._part("/" + path)
            folder = resources.root.get("BaseLoc", "")
            for each in below(resources.root, kind):
                file = self._package.located(text(each, named), path, folder) if text(each, named) else None
                if file is not None:
                    found[each.get("ID", "")] = file
        return found


_SEEN = ("ImageObject", "PathObject", "TextObject", "CompositeObject")


def _resources(element: "_Element") -> list[str]:
    return [child.text for child in children(element, "PublicRes", "DocumentRes", "PageRes") if child.text]
