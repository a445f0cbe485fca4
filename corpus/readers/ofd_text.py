"""The text of an OFD page, character by character, with its places. Not for: finding the page (ofd)."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from corpus.readers.encodings import drop_controls
from corpus.readers.glyphs import Glyph
from corpus.readers.lengths import MAX_DOCUMENT
from corpus.readers.ofd_parts import children, local, number, numbers

if TYPE_CHECKING:
    from lxml.etree import _Element

_DEPTH = 8  # of blocks in blocks; a block that holds itself would never end
_HALF = 0.5  # of a character's size: how far one that is not Chinese goes on, where no DeltaX says it


def glyphs(root: "_Element") -> Iterator[Glyph]:
    """The characters of a page or template, y upwards. Seals and notes stand in other parts."""
    for element in objects(root, "TextObject"):
        yield from _in_text(element)


def objects(root: "_Element", *names: str) -> Iterator["_Element"]:
    """The visible objects of these names in a page or template, in the order of painting."""
    for content in children(root, "Content"):
        for layer in children(content, "Layer"):
            yield from _in_block(layer, names, _DEPTH)


def _in_block(block: "_Element", names: Sequence[str], depth: int) -> Iterator["_Element"]:
    for each in block:
        if local(each) in names and each.get("Visible", "true") != "false":
            yield each
        elif local(each) == "PageBlock" and depth:
            yield from _in_block(each, names, depth - 1)


def _in_text(element: "_Element") -> Iterator[Glyph]:
    boundary = numbers(element.get("Boundary", ""), (0.0, 0.0, 0.0, 0.0))
    a, b, c, d, e, f = numbers(element.get("CTM", ""), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))
    size = number(element.get("Size", ""), 4.0)
    angle = math.degrees(math.atan2(-b, a))
    pale = paleness(element)
    wide = number(element.get("HScale", ""), 1.0)
    for char, x, y, end in characters(element, size, wide):
        left, line = a * x + c * y + e + boundary[0], b * x + d * y + f + boundary[1]
        right, after = a * end + c * y + e + boundary[0], b * end + d * y + f + boundary[1]
        box = (min(left, right), min(-line, -after), max(left, right), max(-line, -after))
        yield Glyph(char, left, -line, box, size * math.hypot(c, d), angle, pale)


def characters(element: "_Element", size: float, wide: float) -> Iterator[tuple[str, float, float, float]]:
    """Each character with its place in the text's own space, and where it ends."""
    x = y = 0.0
    for code in children(element, "TextCode"):
        x, y = number(code.get("X", ""), x), number(code.get("Y", ""), y)
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
            yield number(word, 0.0)
            continue
        count, step = number(next(words, ""), 0.0), number(next(words, ""), 0.0)
        for _ in range(int(min(count, MAX_DOCUMENT))):
            yield step


def paleness(element: "_Element") -> float:
    """From 0 (black) to 1 (white, or wholly transparent)."""
    fill = next(children(element, "FillColor"), None)
    opacity = number(element.get("Alpha", ""), 255.0) / 255
    if fill is None:
        return 1 - opacity
    opacity *= number(fill.get("Alpha", ""), 255.0) / 255
    values = [number(word, 0.0) / 255 for word in fill.get("Value", "0 0 0").split()]
    white = sum(values) / 3 if len(values) == 3 else values[0] if len(values) == 1 else 1 - sum(values[:4])
    return 1 - (1 - min(max(white, 0.0), 1.0)) * opacity
