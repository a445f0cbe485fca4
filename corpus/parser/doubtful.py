"""Finds in a document's text the characters that a scan left in doubt."""

from collections.abc import Iterator, Sequence

from corpus.types import Block, Document, RawDocument


def with_doubts(document: Document, raw: RawDocument) -> Document:
    """The document with what is known of the scan that it was read from."""
    if not raw.recognised:
        return document
    found = {"recognised": raw.recognised, "doubtful": doubtful(raw.blocks, document.text)}
    return document.model_copy(update=found)


def doubtful(blocks: Sequence[Block], text: str) -> tuple[tuple[int, int], ...]:
    """The spans of the text that came from doubtful spans of these blocks, ascending; neighbours are one.

    Cleaning leaves lines out and joins others, and changes none; where a line was changed after all, its spans are
    left out.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _moved(blocks, text):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)


def _moved(blocks: Sequence[Block], text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for block in blocks:
        line = block.text.strip()
        place = text.find(line, at) if line else -1
        if place < 0:
            continue
        at = place + len(line)
        shift = place - (len(block.text) - len(block.text.lstrip()))
        yield from ((start + shift, end + shift) for start, end in block.doubtful if place <= start + shift < at)
