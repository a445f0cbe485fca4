"""Queries whose answer an archive knows: a title, a question or an ask, and the document that answers it.

They stand in for a judged set, so the document must not be found by the very words: in `blanked` documents those are
not there.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from corpus.types import Document
from indexer.archive import VersionKey

Kind = Literal["title", "question", "ask"]

BLANK = "。"
"""Replaces each character of what is blanked: offsets stay, and no term reaches over it."""

_DOCUMENTS = 100
"""Held out of training: some two hundred pairs, whose mean nDCG has a standard error of 0.03."""

_ASKS_A_DOCUMENT = 3
_SHORTEST = 4  # characters of a query


class KnownItem(NamedTuple):
    """A text, and the doc_id of the document that answers it."""

    kind: Kind
    text: str
    doc_id: str


def in_drawn_order(live: Iterable[VersionKey]) -> list[VersionKey]:
    """By a hash of the doc_id: a sample that is the same in every build, and stays the same while an archive grows."""
    return sorted(live, key=lambda version: hashlib.sha256(version.doc_id.encode()).digest())


def held_out(live: Sequence[VersionKey], read: Callable[[VersionKey], Document]) -> dict[VersionKey, Document]:
    """The first documents in drawn order that have a known-item query."""
    held: dict[VersionKey, Document] = {}
    for version in in_drawn_order(live):
        if len(held) == _DOCUMENTS:
            break
        document = read(version)
        if any(known_items(document)):
            held[version] = document
    return held


def known_items(document: Document) -> Iterator[KnownItem]:
    """Title, question and the first asks of a document, whichever it has."""
    if document.title:
        yield KnownItem("title", document.title, document.doc_id)
    if document.question:
        yield KnownItem("question", document.question, document.doc_id)
    for ask in [ask for ask in dict.fromkeys(document.answered_points) if len(ask) >= _SHORTEST][:_ASKS_A_DOCUMENT]:
        yield KnownItem("ask", ask, document.doc_id)


def blanked(document: Document) -> Document:
    """The document without title, question and asks: absent as fields, blank wherever the text repeats them."""
    repeated = [t for t in (document.title, document.question, *document.answered_points) if t and len(t) >= _SHORTEST]
    text = document.text
    for words in sorted(repeated, key=len, reverse=True):
        text = text.replace(words, BLANK * len(words))
    sections = tuple(
        s.model_copy(update={"heading": None}) if s.heading and any(words in s.heading for words in repeated) else s
        for s in document.sections
    )
    return document.model_copy(
        update={"title": None, "question": None, "answered_points": (), "text": text, "sections": sections}
    )
