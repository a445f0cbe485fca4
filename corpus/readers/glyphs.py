"""Tells the characters of a page's text from its watermark, and turns the page upright. Knows no library."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from corpus.readers.placed import Piece

_SLANT = 3.0  # degrees; text is printed along the page's edges, a watermark across it
_ABOVE = 0.85  # of a character's size stands above its baseline
_LARGE = 1.5  # of the page's usual size
_PALE = 0.6  # of white; a watermark is light, so that the text over it can be read
_UNREADABLE = 0.2  # of a page's characters; a few signs of a symbol font are no reason to doubt the rest


Box = tuple[float, float, float, float]
"""Left, bottom, right and top, y upwards."""


class Glyph(NamedTuple):
    """A character of a page, in points, y upwards: where its baseline begins, the far corners of its box, its size; the
    direction of its line in degrees; `paleness` from 0 (black) to 1 (white, or wholly transparent); `is_mapped`,
    whether its font tells which character it is."""

    char: str
    x: float
    y: float
    box: Box
    size: float
    angle: float = 0.0
    paleness: float = 0.0
    is_mapped: bool = True


class Upright(NamedTuple):
    """What stands on a page: the pieces of its text, y downwards from its upper edge, its height, and whether its fonts
    tell what they mean."""

    pieces: tuple[Piece, ...]
    height: float
    is_readable: bool


def upright(glyphs: Sequence[Glyph], box: Box) -> Upright:
    """The text of a page, which shows `box`, without its watermark, turned so that most of its lines run to the right.

    White space goes with the character before it. Text that runs up or down beside the other is left out too: it is
    the name of a binding edge, a stamp or a shelf mark.
    """
    printed = [glyph for glyph in glyphs if not glyph.char.isspace()]
    if not printed:
        return Upright((), 0.0, True)
    angle = Counter(round(glyph.angle) % 360 for glyph in printed).most_common(1)[0][0]
    size = median(glyph.size for glyph in printed)
    heights = [_turned_to(angle, x, y)[1] for x in (box[0], box[2]) for y in (box[1], box[3])]
    top, height = min(heights), max(heights) - min(heights)
    pieces: list[Piece] = []
    unmapped = kept = 0
    is_kept = False
    for glyph in glyphs:
        if glyph.char.isspace():
            if is_kept and pieces and pieces[-1].text[-1] != " ":
                pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + " ")
            continue
        is_kept = not (_between(glyph.angle, angle) > _SLANT or _is_watermark(glyph, size))
        if is_kept:
            pieces.append(_piece(glyph, angle, top))
            kept += 1
            unmapped += not glyph.is_mapped
    return Upright(tuple(pieces), height, unmapped <= _UNREADABLE * kept)


def _between(angle: float, other: float) -> float:
    return abs((angle - other + 180) % 360 - 180)


def _is_watermark(glyph: Glyph, size: float) -> bool:
    return glyph.paleness > _PALE and glyph.size > _LARGE * size


def _piece(glyph: Glyph, angle: int, top: float) -> Piece:
    """The glyph on the page turned upright, in the box that every character of its size has."""
    left, bottom, right, upper = glyph.box
    end = max(_turned_to(angle, x, y)[0] for x in (left, right) for y in (bottom, upper))
    start, line = _turned_to(angle, glyph.x, glyph.y)
    above = line - top - _ABOVE * glyph.size
    return Piece(glyph.char, start, above, max(start, end), above + glyph.size)


def _turned_to(angle: int, x: float, y: float) -> tuple[float, float]:
    """Where a point lies along lines that run in this direction, and below the zero of that page."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return x * cos + y * sin, x * sin - y * cos
