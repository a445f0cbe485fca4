"""Reads RTF documents: their text, a paragraph a line, without headings; the cells of a row with tabs between them."""

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from corpus.errors import ReadError
from corpus.readers.damage import as_read_error
from corpus.readers.encodings import drop_controls
from corpus.types import Block, RawDocument, Source

MEDIA_TYPE = "application/rtf"

# What is hidden (\v), or deleted but kept as a tracked change: up to the end of the group, or to \v0.
_UNSEEN = re.compile(r"\\(?:v1?|deleted)(?![a-z0-9])(?:(?!\\v0|\\deleted0)[^{}])*")
_LIST_NUMBER = re.compile(r"\s*(\S{1,8})\t(?!.*\|)")
_CELL_END = "|"  # striprtf's


def read(data: bytes, relative: str) -> Iterator[RawDocument]:
    """Yields one document. Raises ReadError if the file holds no text."""
    with as_read_error("RTF 文档"):
        source = _UNSEEN.sub("", data.decode("gb18030", "replace"))
        text = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]  # half typed
        lines = drop_controls(text).split("\n")
    blocks = tuple(Block(_row(line), whole=True) for line in lines)
    if not any(block.text for block in blocks):
        raise ReadError("期望有文字的 RTF 文档，实际没有任何文字。请用 Word 或 WPS 打开确认，另存为 .docx 后再试。")
    yield RawDocument(blocks=blocks, fields={}, source=Source(path=relative, media_type=MEDIA_TYPE))


def _row(line: str) -> str:
    """The line; that of a table with tabs between its cells, that of a list with its number before its words."""
    line = _LIST_NUMBER.sub(r"\1", line, count=1) if _LIST_NUMBER.match(line) else line
    return line.rstrip(_CELL_END).replace(_CELL_END, "\t").strip()
