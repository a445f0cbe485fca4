"""Texts that an archive itself says belong together: what an encoder learns from."""

from collections.abc import Iterator, Sequence

from corpus.parser.sections import heading_path
from corpus.sentences import sentence_spans
from corpus.types import Document, Passage

Pair = tuple[str, str]

_SHORTEST_HALF = 60  # characters; halves of shorter passages say too little to be told apart


def pairs_of(document: Document, passages: Sequence[Passage]) -> Iterator[Pair]:
    """(anchor, positive) pairs: question and title with each passage, heading with paragraph, halves of a passage."""
    for passage in passages:
        if document.question:
            yield document.question, passage.text
        if document.title:
            yield document.title, passage.text
        headings = heading_path(document.sections, passage.section)
        if headings:
            yield headings[-1], passage.text.removeprefix(headings[-1])
        yield from _halves(passage.text)


def encoder_text(document: Document, passage: Passage) -> str:
    """What the encoder sees of a passage: the letter's title and the passage's headings are its context."""
    headings = heading_path(document.sections, passage.section)
    return "\n".join([part for part in (document.title, *headings) if part] + [passage.text])


def _halves(text: str) -> Iterator[Pair]:
    ends = [end for _, end in sentence_spans(text)][:-1]
    if not ends:
        return
    middle = min(ends, key=lambda end: abs(end - len(text) / 2))
    if min(middle, len(text) - middle) >= _SHORTEST_HALF:
        yield text[:middle], text[middle:]
