"""Turns a pasted text into paragraphs: any line ends, Markdown marks removed, hard-wrapped lines joined.

`corpus.cleaning` joins lines and removes page furniture; this adds what is special about a pasted proposal: which lines
are headings of their own, and whether lines were wrapped at all.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from corpus.cleaning import clean
from corpus.language.numbering import numbering
from corpus.proposals.folding import fold
from corpus.proposals.headings import announced_part, heading_part
from corpus.proposals.marks import begins_with_mark
from corpus.proposals.requests import starts_with_verb
from corpus.types import Block

_LINE_END = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\xad]")
# Patterns look past white space; a gap made to slow them down would take the square of its length. No line is wider.
_LONG_GAP = re.compile(r"([^\S\n]{64})[^\S\n]+")
_MARKDOWN = re.compile(
    r"^[ \t\u3000]{0,3}(?:(?:>[ \t]?)+(?:#{1,6}[ \t]+)?|#{1,6}[ \t]+)|\*\*|__|\\(?=[.()#*_-])|[ \t]#+[ \t]*$",
    re.MULTILINE,
)
_PAGE_LINE = re.compile(r"^.{0,40}\s(第\s*\d{1,3}\s*页)(?:[,，/、\s]*共\s*\d{1,3}\s*页)?\s*$", re.MULTILINE)
_ENDS = "。！？；：!?;:…”』」）)"
# In cells: full-width characters 1, others a half. Justified lines differ by marks that may not begin or end a line.
_NARROWEST_WRAP = 16.0
_MAX_WRAP_WIDTH = 60.0
_RAGGED = 2.5
_MAX_INDENT = 4.0
_MAX_PARAGRAPH_LENGTH = 2000
"""Characters of joined lines. Cleaning reads a paragraph again for each line that it joins, so a paragraph without end
would take the square of its length."""
_MOSTLY = 0.6
_ENOUGH_TO_CLEAN = 4
"""Lines that cleaning needs to see a width; fewer wrapped lines are a message of one paragraph."""


def lines_of(text: str) -> list[str]:
    """The lines of a pasted text without Markdown marks, with blank lines and indents."""
    plain = _LONG_GAP.sub(r"\1", _INVISIBLE.sub("", _LINE_END.sub("\n", text)))
    plain = _MARKDOWN.sub("", plain)
    return _PAGE_LINE.sub(r"\1", plain).split("\n")


def paragraphs_of(lines: Sequence[str]) -> list[str]:
    """The paragraphs of a proposal's body, each stripped, none empty."""
    filled = [line for line in lines if line.strip()]
    wrapped = _is_wrapped(filled)
    if wrapped and len(filled) < _ENOUGH_TO_CLEAN:
        return ["".join(line.strip() for line in filled)]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    before = ""
    length = 0
    blocks = []
    for line in lines:
        text = line.strip()
        anew = not before or before[-1] in _ENDS or _width(before) < _NARROWEST_WRAP
        alone = bool(text) and (not wrapped or (anew and _is_heading(text)))
        begins = (anew and begins_with_mark(fold(text))) or length > _MAX_PARAGRAPH_LENGTH
        # Cleaning joins nothing to a heading and begins a paragraph at a bold run-in.
        blocks.append(Block(line[margin:], level=int(alone), lead=int(begins)))
        length = 0 if begins or alone else length + len(text)
        before = text or before
    return [block.text for block in clean(blocks)]


def _is_heading(line: str) -> bool:
    folded = fold(line)
    return not folded.endswith("。") and (heading_part(folded) or announced_part(folded)) is not None


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines were broken at one width: then those that stop in mid-sentence are about as wide as any."""
    margin = min((_indent(line) for line in lines), default=0.0)
    widths = [_width(line.strip()) + _first_line_indent(_indent(line) - margin) for line in lines]
    cut = [
        width
        for width, (line, following) in zip(widths, pairwise(map(str.strip, lines)), strict=False)
        if line[-1] not in _ENDS and re.search("[，。；、：,;]", line)
        # Asks without numbers or stops, a line each, may all have about the same width.
        if not numbering(following) and not starts_with_verb(fold(following))
    ]
    if not cut or not _NARROWEST_WRAP <= max(cut) <= _MAX_WRAP_WIDTH:
        return False
    full = [width for width in cut if width >= max(cut) - _RAGGED]
    return len(full) >= min(2, len(lines) - 1) and len(full) >= _MOSTLY * len(cut) and max(widths) <= max(cut) + _RAGGED


def _indent(line: str) -> float:
    return _width(line[: len(line) - len(line.lstrip())])


def _first_line_indent(indent: float) -> float:
    """The indent of a paragraph's first line, which is as wide as the others with it; what is centred has none."""
    return indent if indent <= _MAX_INDENT else 0.0


def _width(line: str) -> float:
    return len(line.encode("gb18030", "replace")) / 2 if len(line) <= 2 * _MAX_WRAP_WIDTH else float(len(line))
