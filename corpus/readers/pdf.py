"""Reads PDF files: one block a line, in the order in which the page is read, a blank block between pages.

Leaves out watermarks and running heads. A page whose text cannot be read is a picture, which `scans` has recognised.
"""

import ctypes
import math
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
from pypdfium2 import raw

from corpus.errors import ReadError
from corpus.readers import placed, placed_tables, scans
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls, is_garbled
from corpus.readers.glyphs import Glyph, upright
from corpus.readers.lengths import MAX_DOCUMENT
from corpus.types import RawDocument, Source

MEDIA_TYPE = "application/pdf"

# The longest reply with all its annexes has some 200 pages; an empty page takes a file 60 bytes.
_MAX_PAGES = 2_000

_PASSWORD_NEEDED = 4  # FPDF_ERR_PASSWORD
_LINE_END_HYPHEN = "\ufffe"  # PDFium writes it for a hyphen at the end of a line
_MAX_PATHS, _MAX_SEGMENTS = 20_000, 1_000  # of a page and of a path; a map has more than any table
_WIDEST_LINE = 3.0  # points
_POINTS = 72  # an inch
_FEW = 40  # characters that a scanner or its program prints on a page that is a picture
_COVERED = 0.5  # of a page, by a picture that is the page


class _Read(NamedTuple):
    """A page: its lines, and what it lacks: `fault` where it is damaged, `is_picture` where it has no text that can be
    read and something to look at."""

    page: placed.Page | None
    is_picture: bool = False
    fault: ReadError | None = None


def read(data: bytes, relative: str) -> Iterator[RawDocument | ReadError]:
    """Yields one document, and a ReadError for pages that are damaged or pictures that were not recognised.

    Raises ReadError if no page has text.
    """
    with as_read_error("PDF 文件"), closing(_opened(data)) as document:
        found = _read_pages(document)
        pictures = [number for number, page in enumerate(found) if page.is_picture]
        recognised, reason = scans.recognised(pictures, lambda number: _picture(document, number))
    pages = [recognised.get(number, page.page) for number, page in enumerate(found)]
    blocks = tuple(placed_tables.continued(placed.blocks(pages)))
    if not any(block.text for block in blocks):
        raise ReadError(_nothing(len(pages), len(pictures), reason))
    source = Source(path=relative, media_type=MEDIA_TYPE)
    seen = tuple(number + 1 for number in recognised)
    yield RawDocument(blocks=blocks, fields={}, source=source, recognised=seen)
    yield from (page.fault for page in found if page.fault)
    if reason:
        yield ReadError(f"{scans.numbered(pictures)}：期望文字，实际是没有可读文字的图片，没有读入：{reason}")


def picture(data: bytes, number: int) -> scans.Picture:
    """The page of this number, from 0, as `read` has it recognised."""
    with closing(_opened(data)) as document:
        return _picture(document, number)


def _nothing(pages: int, pictures: int, reason: str | None) -> str:
    if not pictures:
        return f"期望有文字的 PDF，实际 {pages} 页都没有文字也没有图片。请检查是否导出完整。"
    return (
        f"期望有文字的 PDF，实际 {pages} 页都没有可读的文字，是扫描件，或字体没有标明文字（没有 ToUnicode）："
        f"{reason or '文字识别没有认出任何字，请检查图像是否清晰，或换用 Word 原件。'}"
    )


def _opened(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise ReadError("期望没有密码的 PDF，实际需要密码才能打开。请去掉密码后重新保存。") from error
        raise


def _pages_of(document: pdfium.PdfDocument) -> int:
    count = len(document)
    if count > _MAX_PAGES:
        raise ReadError(f"期望不超过 {_MAX_PAGES} 页的 PDF，实际有 {count} 页。请拆成几个文件，只留答复或提案的正文。")
    return count


def _read_pages(document: pdfium.PdfDocument) -> list[_Read]:
    pages: list[_Read] = []
    length = 0
    for number in range(_pages_of(document)):
        pages.append(_page(document, number))
        length += sum(len(line.text) for line in pages[-1].page.lines) if pages[-1].page else 0
        if length > MAX_DOCUMENT:  # pages can share their text: a small file may print a book on each
            raise ReadError(
                f"期望不超过 {MAX_DOCUMENT // 10_000} 万字的 PDF，实际到第 {number + 1} 页已有 {length} 个字符。"
                "请拆分文件，只留答复或提案的正文。"
            )
    return pages


def _page(document: pdfium.PdfDocument, number: int) -> _Read:
    try:
        with closing(document[number]) as page, closing(page.get_textpage()) as layer:
            found = upright(_glyphs(layer), page.get_bbox())
            laid = placed_tables.page(found.pieces, found.height, _strokes(page))
            text = "".join("".join(line.text.split()) for line in laid.lines)
            is_lost = not found.is_readable or is_garbled(text)
            if is_lost or not text:
                return _Read(None, is_lost or any(True for _ in page.get_objects(max_depth=1)))
            return _Read(laid, len(text) < _FEW and _is_covered(page))
    except pdfium.PdfiumError as error:
        reason = f"第 {number + 1} 页：期望完好的页面，实际已损坏（{error}）。请重新导出这个 PDF。"
        return _Read(None, fault=ReadError(reason))


def _strokes(page: pdfium.PdfPage) -> Iterator[tuple[float, float, float, float]]:
    """The straight strokes that are drawn on a page, in points, y downwards from its upper edge."""
    top = page.get_bbox()[3]
    for path in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]), _MAX_PATHS):
        if not _is_drawn(path):
            continue
        matrix = path.get_matrix()
        x, y = ctypes.c_float(), ctypes.c_float()
        start = before = (0.0, 0.0)
        for number in range(min(raw.FPDFPath_CountSegments(path), _MAX_SEGMENTS)):
            segment = raw.FPDFPath_GetPathSegment(path, number)
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            point = matrix.on_point(x.value, y.value)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_LINETO:
                yield before[0], top - before[1], point[0], top - point[1]
            if raw.FPDFPathSegment_GetClose(segment):
                yield point[0], top - point[1], start[0], top - start[1]
            before, start = point, point if kind == raw.FPDF_SEGMENT_MOVETO else start


def _is_drawn(path: pdfium.PdfObject) -> bool:
    """Whether a path is a line, or an area so narrow that it looks like one; a wider area is a background."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, mode, stroke)
    left, bottom, right, top = path.get_bounds()
    return bool(stroke.value) or min(right - left, top - bottom) <= _WIDEST_LINE


def _is_covered(page: pdfium.PdfPage) -> bool:
    """Whether one picture covers most of the page."""
    area = page.get_width() * page.get_height()
    boxes = (image.get_bounds() for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
    return any((right - left) * (top - bottom) > _COVERED * area for left, bottom, right, top in boxes)


def _glyphs(layer: pdfium.PdfTextPage) -> list[Glyph]:
    count = raw.FPDFText_CountChars(layer)
    if count > MAX_DOCUMENT:
        raise ReadError(f"期望一页不超过 {MAX_DOCUMENT // 10_000} 万字的 PDF，实际有 {count} 个字符。请拆分文件。")
    return [_glyph(layer, index) for index in range(count)]


def _glyph(layer: pdfium.PdfTextPage, index: int) -> Glyph:
    char = drop_controls(chr(raw.FPDFText_GetUnicode(layer, index)).replace(_LINE_END_HYPHEN, "-"))
    is_mapped = not raw.FPDFText_HasUnicodeMapError(layer, index)
    if not char and not is_mapped:
        char = "\ufffd"
    if not char or char.isspace():
        return Glyph(" ", 0, 0, (0, 0, 0, 0), 0)
    x, y, box, matrix = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF(), raw.FS_MATRIX()
    raw.FPDFText_GetCharOrigin(layer, index, x, y)
    raw.FPDFText_GetLooseCharBox(layer, index, box)
    raw.FPDFText_GetMatrix(layer, index, matrix)
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    raw.FPDFText_GetFillColor(layer, index, red, green, blue, alpha)
    ink = (1 - (red.value + green.value + blue.value) / 765) * alpha.value / 255
    return Glyph(
        char,
        x.value,
        y.value,
        (box.left, box.bottom, box.right, box.top),
        raw.FPDFText_GetFontSize(layer, index) * math.hypot(matrix.c, matrix.d),
        math.degrees(math.atan2(matrix.b, matrix.a)),
        1 - ink,
        is_mapped,
    )


def _picture(document: pdfium.PdfDocument, number: int) -> scans.Picture:
    """The page as it looks, in the resolution that recognising takes."""
    with closing(document[number]) as page:
        width, height = page.get_size()
        scale = min(scans.RESOLUTION / _POINTS, scans.MAX_SIDE / max(width, height, 1.0))
        return scans.Picture(page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3], scale)
