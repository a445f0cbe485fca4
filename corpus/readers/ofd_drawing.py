"""Draws what an OFD page shows without telling its text: glyphs by their numbers in embedded fonts, and outlines.

pdfium draws; what is here turns the objects of GB/T 33190-2016 into its own. Not for: pictures (pictures.composed).
"""

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray
from pypdfium2 import raw

from corpus.readers.ofd_parts import children, local, number, numbers, text
from corpus.readers.ofd_text import characters

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_OBJECTS = 60_000
"""Of a page: a full page of text has 2,000 glyphs; a drawing with more outlines is a map, and nothing to read."""
_PALE = 0.6  # of white: a watermark behind text is not drawn, so that it is not recognised with it
_LINE_MM = 0.353  # the standard's usual width of a line

Matrix = tuple[float, float, float, float, float, float]
"""a b c d e f: (x, y) becomes (a x + c y + e, b x + d y + f)."""


class Drawn(NamedTuple):
    """A text or path object in its own space, and the matrix from there to the page in millimetres, y downwards."""

    element: "_Element"
    to_page: Matrix
    paleness: float


class Canvas:
    """A page of this size in points. `font` gives the bytes of an embedded font by its id; None where there is none."""

    def __init__(self, width: float, height: float, font: Callable[[str], bytes | None]) -> None:
        self._document = pdfium.PdfDocument.new()
        self._page = self._document.new_page(width, height)
        self._height, self._font = height, font
        self._fonts: dict[str, object] = {}
        self._kept: list[object] = []  # pdfium reads a font from memory that is ours
        self._objects = 0

    def draw(self, drawn: Drawn) -> None:
        """Adds an object, unless it is too pale to be read."""
        if drawn.paleness > _PALE or self._objects > _MAX_OBJECTS:
            return
        if local(drawn.element) == "TextObject":
            self._text(drawn)
        else:
            self._path(drawn)

    def pixels(self, scale: float) -> NDArray[np.uint8] | None:
        """What was drawn, in red, green and blue on white, (height, width, 3); None if nothing was."""
        if not self._objects:
            return None
        raw.FPDFPage_GenerateContent(self._page.raw)
        bitmap = self._page.render(scale=scale, rev_byteorder=True)
        return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])

    def close(self) -> None:
        for font in self._fonts.values():
            if font:
                raw.FPDFFont_Close(font)
        self._page.close()
        self._document.close()

    def _text(self, drawn: Drawn) -> None:
        font = self._loaded(drawn.element.get("Font", ""))
        if not font:
            return
        size = number(drawn.element.get("Size", ""), 4.0)
        for glyph, x, y in _placed(drawn.element, size):
            shape = raw.FPDFPageObj_CreateTextObj(self._document.raw, font, ctypes.c_float(size))
            if isinstance(glyph, int):
                raw.FPDFText_SetCharcodes(shape, (ctypes.c_uint32 * 1)(glyph), 1)
            else:
                encoded = (glyph + "\0").encode("utf-16-le")
                raw.FPDFText_SetText(shape, (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded))
            a, b, c, d, e, f = _times((1, 0, 0, -1, x, y), drawn.to_page)  # a font's y goes upwards
            self._insert(shape, (a, b, c, d, e, f))

    def _path(self, drawn: Drawn) -> None:
        steps = list(_steps(text(drawn.element, "AbbreviatedData")))
        if not steps:
            return
        shape = raw.FPDFPageObj_CreateNewPath(*steps[0][1][:2])
        for name, at in steps:
            _STEPS[name](shape, *at)
        fills = drawn.element.get("Fill", "false") == "true"
        strokes = drawn.element.get("Stroke", "true") != "false"
        raw.FPDFPath_SetDrawMode(shape, raw.FPDF_FILLMODE_WINDING if fills else 0, int(strokes))
        raw.FPDFPageObj_SetStrokeWidth(shape, number(drawn.element.get("LineWidth", ""), _LINE_MM))
        self._insert(shape, drawn.to_page)

    def _insert(self, shape: object, to_page: Matrix) -> None:
        """In points, y upwards, black: paler ink is harder to recognise."""
        scale = 72 / 25.4
        a, b, c, d, e, f = _times(to_page, (scale, 0, 0, -scale, 0, self._height))
        raw.FPDFPageObj_SetFillColor(shape, 0, 0, 0, 255)
        raw.FPDFPageObj_SetStrokeColor(shape, 0, 0, 0, 255)
        raw.FPDFPageObj_Transform(shape, a, b, c, d, e, f)
        raw.FPDFPage_InsertObject(self._page.raw, shape)
        self._objects += 1

    def _loaded(self, name: str) -> object:
        if name not in self._fonts:
            data = self._font(name)
            self._fonts[name] = None
            if data:
                kept = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
                self._kept.append(kept)
                self._fonts[name] = raw.FPDFText_LoadFont(
                    self._document.raw, kept, len(data), raw.FPDF_FONT_TRUETYPE, 1
                )
        return self._fonts[name]


def _placed(element: "_Element", size: float) -> Iterator[tuple[int | str, float, float]]:
    """Each glyph of a text by its number, or by its character where none is given, and where its baseline begins."""
    numbered = _numbered(element)
    for at, (char, x, y, _) in enumerate(characters(element, size, number(element.get("HScale", ""), 1.0))):
        for glyph in numbered.get(at, (char,)):
            yield glyph, x, y


def _numbered(element: "_Element") -> dict[int, tuple[int, ...]]:
    """The glyphs of a text's characters by the characters' places, where the object states them."""
    found: dict[int, tuple[int, ...]] = {}
    for transform in children(element, "CGTransform"):
        first = int(number(transform.get("CodePosition", ""), 0.0))
        codes = int(number(transform.get("CodeCount", ""), 1.0))
        glyphs = [int(word) for word in text(transform, "Glyphs").split() if word.isdigit()]
        if codes == len(glyphs):
            found |= {first + at: (glyph,) for at, glyph in enumerate(glyphs)}
        else:
            found[first] = tuple(glyphs)
            found |= {first + at: () for at in range(1, min(codes, len(glyphs) + 1))}
    return found


_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "B": 6, "Q": 4, "C": 0}


def _steps(data: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    """The steps of an outline; a quadratic curve as a cubic one, an elliptic arc as a line to its end."""
    words = data.replace(",", " ").split()
    at, here = 0, (0.0, 0.0)
    while at < len(words):
        name, at = words[at].upper(), at + 1
        count = 7 if name == "A" else _ARGUMENTS.get(name)
        if count is None or at + count > len(words):
            continue
        found = tuple(number(word, 0.0) for word in words[at : at + count])
        at += count
        if name == "Q":
            x, y, to_x, to_y = found
            found = (
                here[0] / 3 + x * 2 / 3,
                here[1] / 3 + y * 2 / 3,
                to_x / 3 + x * 2 / 3,
                to_y / 3 + y * 2 / 3,
                to_x,
                to_y,
            )
        if found:
            here = (found[-2], found[-1])
        yield name, found[-2:] if name == "A" else found


_STEPS: dict[str, Callable[..., object]] = {
    "S": raw.FPDFPath_MoveTo,
    "M": raw.FPDFPath_MoveTo,
    "L": raw.FPDFPath_LineTo,
    "A": raw.FPDFPath_LineTo,
    "B": raw.FPDFPath_BezierTo,
    "Q": raw.FPDFPath_BezierTo,
    "C": raw.FPDFPath_Close,
}


def matrix_of(element: "_Element", boundary: Sequence[float]) -> Matrix:
    """From an object's own space to that in which its boundary stands."""
    a, b, c, d, e, f = numbers(element.get("CTM", ""), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    return a, b, c, d, e + boundary[0], f + boundary[1]


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m
