"""Puts text that has places on a page into lines in reading order: rows, two columns, indents. Knows no format.

Places are in any one unit, y downwards. Not for: paragraphs (cleaning), cells of tables.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from corpus.types import Block

_SAME_ROW = 0.5  # of a character's height, between the middles; lines lie at least 1.2 heights apart
_GAP = 1.0  # em; text is stretched by less to fill its line, columns and cells lie further apart
_SPACE = 0.5  # em; a narrower gap inside a line stands for no space
_TWICE = 0.3  # em; the same character so near is printed twice to look bold
_INDENT = 1.4  # em; a first line is printed two in
_MAX_INDENT = 3.0  # em; lines further in are in the middle or on the right
_SHORT = 1.8  # em; a line that ends so near the column's edge had no room for more
_MIN_COLUMN = 8.0  # em, the width of half the lines at least; cells are narrower
_MIN_COLUMN_LINES = 4
_MAX_EDGES = 20  # places where columns may begin, those of most lines first
_MARGIN_SHARE = 0.2  # of the wide lines begin at the margin, else nothing tells an indent
_MARGIN_ZONE = 0.12  # of the page's height, above and below, where running heads stand
_RUNNING_LINES = 2  # above and below the text of a page
_INDENTED = "\u3000\u3000"


class Piece(NamedTuple):
    """A character, or several on one line, and the box that its font gives it; what is left as in Block."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    doubtful: tuple[tuple[int, int], ...] = ()
    fills: bool | None = None
    row: int = 0
    heads: int = 0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


class Page(NamedTuple):
    """The lines of a page in reading order, each a Piece, and the height of the page."""

    lines: tuple[Piece, ...]
    height: float


def page(pieces: Iterable[Piece], height: float) -> Page:
    """The page on which the pieces stand. First lines of paragraphs begin with two wide spaces."""
    stretches = [stretch for row in rows(pieces) for stretch in segments(row)]
    ordered = [line for column in _columns(stretches) for line in _column(column)]
    return Page(tuple(line for line in ordered if line.text.strip()), height)


def blocks(pages: Sequence[Page | None]) -> Iterator[Block]:
    """The lines without running heads, a blank between pages; a page that could not be read is None."""
    filled = [page for page in pages if page and page.lines]
    running = _running(filled)
    for number, each in enumerate(filled):
        for at, line in enumerate(each.lines):
            if (number, at) not in running:
                yield _block(line)
        if number + 1 < len(filled):
            yield Block("")


def _block(line: Piece) -> Block:
    if line.row:
        return Block(line.text, whole=True, row=line.row, heads=line.heads, doubtful=line.doubtful)
    return Block(line.text.rstrip(), fills=line.fills, doubtful=line.doubtful)


def rows(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces that stand beside each other, from above."""
    row: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.middle, p.left)):
        if row and piece.middle - row[0].middle > _SAME_ROW * max(piece.height, row[0].height):
            yield row
            row = []
        row.append(piece)
    if row:
        yield row


def segments(row: list[Piece]) -> Iterator[Piece]:
    """The stretches of a row between wide gaps."""
    row.sort(key=lambda p: p.left)
    stretch = row[:1]
    for piece in row[1:]:
        last, em = stretch[-1], max(piece.height, stretch[-1].height)
        if piece.text == last.text and abs(piece.left - last.left) < _TWICE * em:
            continue
        if piece.left - last.right > _GAP * em:
            yield joined(stretch)
            stretch = []
        stretch.append(piece)
    yield joined(stretch)


def joined(pieces: Sequence[Piece]) -> Piece:
    """The pieces of one row as one, with a space where a gap stands for one."""
    if len(pieces) == 1:
        return pieces[0]
    text, doubtful, last = "", list[tuple[int, int]](), pieces[0]
    for piece in pieces:
        if text and not text[-1].isspace() and piece.left - last.right > _SPACE * min(last.height, piece.height):
            text += " "
        doubtful += [(start + len(text), end + len(text)) for start, end in piece.doubtful]
        text, last = text + piece.text, piece
    top, bottom = min(p.top for p in pieces), max(p.bottom for p in pieces)
    return Piece(text, pieces[0].left, top, max(p.right for p in pieces), bottom, tuple(doubtful))


def _columns(segments: list[Piece]) -> Iterator[list[Piece]]:
    """The segments in stretches of one column each, in reading order: what runs across parts the page above it from
    the page below it, and between two of those the left column comes before the right one."""
    start = _second_column(segments)
    if start is None:
        yield segments
        return
    band: list[Piece] = []
    for segment in segments:
        if segment.left < start < segment.right:
            yield from _band(band, start)
            yield [segment]
            band = []
        else:
            band.append(segment)
    yield from _band(band, start)


def _second_column(segments: Sequence[Piece]) -> float | None:
    """Where the right one of two columns of prose begins; None where there are none. Of a table, the cells are narrow;
    of a page in one column, the lines run across."""
    if len(segments) < 2 * _MIN_COLUMN_LINES:
        return None
    slack = median(s.height for s in segments) / 2
    edges = Counter(round(s.left) for s in segments)
    for left, count in edges.most_common(_MAX_EDGES):
        before = [s for s in segments if s.right <= left + slack]
        after = [s for s in segments if s.left >= left - slack]
        if count < _MIN_COLUMN_LINES or not (_are_prose(before) and _are_prose(after)):
            continue
        top, bottom = before[0].top, max(s.bottom for s in before)
        beside = sum(top < s.bottom and s.top < bottom for s in after)
        if beside >= _MIN_COLUMN_LINES and len(before) + len(after) > len(segments) / 2:
            return left - slack
    return None


def _are_prose(segments: Sequence[Piece]) -> bool:
    """Whether there are several lines, most of them as wide as a column of text."""
    wide = sum(s.right - s.left >= _MIN_COLUMN * s.height for s in segments)
    return len(segments) >= _MIN_COLUMN_LINES and wide >= len(segments) / 2


def _band(segments: list[Piece], start: float) -> Iterator[list[Piece]]:
    yield [segment for segment in segments if segment.left < start]
    yield [segment for segment in segments if segment.left >= start]


def _column(segments: Sequence[Piece]) -> Iterator[Piece]:
    """The lines of a column. Where first lines of paragraphs are indented, they begin with two wide spaces, and of each
    line it is known whether it fills the column."""
    lines = [joined(sorted(row, key=lambda p: p.left)) for row in rows(segments)]
    prose = [line for line in lines if not line.row]
    margin = _margin(prose)
    if margin is None:
        yield from lines
        return
    end = max(line.right for line in prose)
    indents = [0.0 if line.row else (line.left - margin) / line.height for line in lines]
    has_indents = any(_INDENT < indent < _MAX_INDENT for indent in indents)
    for line, indent in zip(lines, indents, strict=True):
        fills = end - line.right < _SHORT * line.height if has_indents else None
        if indent > _INDENT and not line.text[0].isspace():
            shifted = tuple((start + len(_INDENTED), end + len(_INDENTED)) for start, end in line.doubtful)
            line = line._replace(text=_INDENTED + line.text, doubtful=shifted)
        yield line._replace(fills=fills)


def _margin(lines: Sequence[Piece]) -> float | None:
    """The left edge of the lines that fill the column: enough of them begin there, or an indent further in."""
    widest = max((line.right - line.left for line in lines), default=0.0)
    wide = [line for line in lines if line.right - line.left > 0.7 * widest]
    if not wide:
        return None
    inner, outer = (min(some, key=lambda line: line.left) for some in (wide, lines))
    if _INDENT < (inner.left - outer.left) / outer.height < _MAX_INDENT:
        return outer.left
    sharing = sum(line.left - inner.left < 0.5 * line.height for line in wide)
    return inner.left if sharing >= _MARGIN_SHARE * len(wide) else None


def _running(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Lines above or below the text that stand at one height on several pages, by page and place; not the first line of
    all, which may be the letterhead, and not mere numbers, which tell that the page ends."""
    found: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for number, each in enumerate(pages):
        outermost = sorted(range(len(each.lines)), key=lambda at: each.lines[at].middle)
        for at in {*outermost[:_RUNNING_LINES], *outermost[-_RUNNING_LINES:]}:
            line, height = each.lines[at], each.lines[at].middle / max(each.height, 1.0)
            if not line.row and min(height, 1 - height) < _MARGIN_ZONE and re.search(r"[^\W\d_]", _key(line)):
                found.setdefault((_key(line), round(height * 50)), []).append((number, at))
    repeated = {place for places in found.values() if places[0][0] != places[-1][0] for place in places}
    return repeated - {(0, 0)}


def _key(line: Piece) -> str:
    """The line without spaces, and with a mark for each number."""
    return re.sub(r"\d+", "#", "".join(line.text.split()))
