"""Reads plain text: one block a line, blank lines kept, because a line may be a piece of a paragraph.

OCR tools save Markdown as .txt; such a text is handed to the Markdown reader.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from corpus.errors import ReadError
from corpus.readers import markdown, tabular
from corpus.readers.encodings import decode
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "text/plain"

_TABLE = (3, 2)  # columns and rows of a table at least: two cells are a label and its value
_SEPARATOR = re.compile(r"\t|[|｜│]")
_RULE = re.compile(r"[-=+:|｜│├┼┤─━\s]+")
_BREAKS = re.compile("[\n\u2028\u2029]")
# A gap means the same at any length, and a file of nothing but line ends must not fill the memory with blocks.
_GAP = re.compile(r"\n(?:[ \t]*\n){8,}")
# A bold run must begin a line or follow a sentence end: names are masked with asterisks too (张**、李**委员).
_MARKDOWN = re.compile(r"^#{1,6}[ \t]+\S|(?:^[ \t]*|[。！？；])\*\*[^\s*][^*\n]*\*\*", re.MULTILINE)


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if there is no text."""
    text = decode(data)
    if _is_markdown(text):
        yield markdown.document(text, relative)
        return
    blocks = lines(text)
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的文本文件，实际没有任何文字。请检查文件是否为空。")
    yield RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))


def lines(text: str) -> tuple[Block, ...]:
    """A block for each line. Indents stay: they tell where paragraphs begin. A form feed becomes a blank line."""
    text = _GAP.sub("\n" * 8, text.replace("\f", "\n\n"))
    found: list[Block] = []
    for cells, group in groupby(_BREAKS.split(text), key=_cells):
        run = list(group)
        found += (_table(run) if cells >= _TABLE[0] and len(run) >= _TABLE[1] else []) or map(_line, run)
    return tuple(found)


def _line(line: str) -> Block:
    return Block(line.rstrip())


def _table(run: Sequence[str]) -> list[Block]:
    """The rows of a table that was typed or pasted; empty where the lines are none."""
    cells = [_SEPARATOR.split(_inner(line)) for line in run if not _RULE.fullmatch(line)]
    blocks = tabular.table([[tabular.Cell([Block(cell.strip())]) for cell in row] for row in cells])
    return blocks if any(block.row for block in blocks) else []


def _cells(line: str) -> int:
    """How many cells a line has, where it has any separator between them."""
    return len(_SEPARATOR.findall(_inner(line))) + 1


def _inner(line: str) -> str:
    """The line without strokes around it, which are a frame."""
    return line.strip(" ").strip("|｜│") if "\t" not in line else line


def _is_markdown(text: str) -> bool:
    return ("# " in text or "**" in text) and bool(_MARKDOWN.search(text))
