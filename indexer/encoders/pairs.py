"""Texts that an archive itself says belong together: what an encoder learns from."""

from collections.abc import Iterator, Sequence

from corpus.language.sentences import sentence_spans
from corpus.parser.sections import heading_path
from corpus.tables import column_names
from corpus.types import Document, Passage
from indexer.terms.document import Stretch

Pair = tuple[str, str]

_STRETCH = 250  # characters: a few sentences on one thing, about as long as a passage
_MIN_HALVED = 60  # characters; halves of shorter stretches say too little to be told apart


def pairs_of(document: Document, passages: Sequence[Passage]) -> Iterator[Pair]:
    """(anchor, positive) pairs: title with question, both with the document and each of its passages, an ask with the
    passages that answer it, and the two halves of every stretch of the text and of the whole of it.

    The stretches reach what is no passage: openings restate the question, and say it in the asker's words. What each
    kind of pair is worth stands in eval/ablation.md.
    """
    if document.title and document.question:
        yield document.title, document.question
    anchors = [text for text in (document.question, document.title) if text]
    yield from ((anchor, document.text) for anchor in anchors)
    yield from ((anchor, passage.text) for anchor in anchors for passage in passages)
    for passage in passages:
        headings = heading_path(document.sections, passage.section)
        yield from ((point, passage.text) for point in document.answered_points if any(point in h for h in headings))
    for stretch in (*stretches(document.text), document.text):
        if len(stretch) > _MIN_HALVED:
            middle = len(stretch) // 2
            yield stretch[:middle], stretch[middle:]


def stretches(text: str) -> Iterator[str]:
    """The text cut at sentence ends into pieces of about _STRETCH characters, nothing left out."""
    start = at = 0
    for begin, end in sentence_spans(text):
        if begin > start and end - start > _STRETCH:
            yield text[start:at]
            start = begin
        at = end
    if text[start:at].strip():
        yield text[start:at]


def document_text(document: Document) -> str:
    """The text that stands for a whole document before an encoder."""
    return f"{document.title}\n{document.text}" if document.title else document.text


def encoder_text(document: Document, passage: Stretch) -> str:
    """The text that stands for a passage before an encoder; the title, the headings and the names of a table's columns
    are its context."""
    columns = column_names(document, passage.start, passage.end)
    context = (document.title, *heading_path(document.sections, passage.section), columns)
    return "\n".join([part for part in context if part] + [document.text[passage.start : passage.end]])
