"""Splits a document into passages, which are indexed and shown: a paragraph or a few, about 150 to 400 characters."""

from collections.abc import Iterator

from corpus.addresses import anchors, passage_id
from corpus.language.numbering import item_starts
from corpus.language.sentences import is_stock, sentence_spans
from corpus.privacy import mask
from corpus.types import Document, Passage, Section

# Characters. A passage is read at a glance and answers one thing. A paragraph over MAX_LENGTH is cut at sentence ends;
# a stretch under MIN_LENGTH takes its neighbour of the same section with it where both fit.
MIN_LENGTH, TARGET_LENGTH, MAX_LENGTH = 150, 300, 400

Span = tuple[int, int]


def split(document: Document, masked: Document | None = None) -> list[Passage]:
    """The passages in reading order, without salutation, stock openings, thanks, signature and contact.

    `document.text[p.start:p.end] == p.text` for each, and no passage crosses a section. A document of formulas or
    headings alone still has passages, so that its words can be found.

    Anchors are made of the masked text. The document is masked whole, because a passage may hold a name without the
    label before it that tells that it is one. Masking costs ten times what splitting does (0.8 ms and 0.09 ms for a
    document of the sample archive, 1,300 characters), so a caller who has the masked document hands it in as `masked`.
    Raises ValueError where `masked` is another document's.
    """
    text = masked.text if masked else mask(document.text)
    if len(text) != len(document.text) or (masked and masked.doc_id != document.doc_id):
        raise ValueError(
            f"masked: expected {document.doc_id} masked, {len(document.text)} characters, found {len(text)}"
        )
    spans = _spans(document)
    addresses = anchors(text[start:end] for _, (start, end) in spans)
    return [
        Passage(
            passage_id=passage_id(document.doc_id, anchor),
            anchor=anchor,
            doc_id=document.doc_id,
            number=number,
            section=section,
            text=document.text[start:end],
            start=start,
            end=end,
        )
        for number, ((section, (start, end)), anchor) in enumerate(zip(spans, addresses, strict=True), 1)
    ]


def _spans(document: Document) -> list[tuple[int, Span]]:
    """The position of its section, and the span, for each passage."""
    answering = [(i, section) for i, section in enumerate(document.sections) if section.role != "closing"]
    spans = [(i, span) for i, section in answering for span in _section_spans(document.text, section)]
    if spans:
        return spans
    whole = answering or list(enumerate(document.sections))
    return [(i, _beginning(document.text, section)) for i, section in whole]


def _beginning(text: str, section: Section) -> Span:
    return section.start, section.start + len(text[section.start : section.end][:MAX_LENGTH].rstrip())


def _section_spans(text: str, section: Section) -> Iterator[Span]:
    paragraphs = list(_paragraphs(text, section))
    if section.role == "opening":
        paragraphs = [span for p in paragraphs if (span := _without_stock(text, p))]
    pieces = [piece for p in paragraphs for piece in _pieces(text, p)]
    yield from _merged(pieces)


def _paragraphs(text: str, section: Section) -> Iterator[Span]:
    """Yields the paragraphs of a section without its heading line; a run-in heading stays with its paragraph."""
    offset = section.start
    for line in text[section.start : section.end].split("\n"):
        end = offset + len(line)
        is_heading = offset == section.start and section.heading is not None and line.strip() == section.heading.strip()
        if line.strip() and not is_heading:
            yield offset, end
        offset = end + 1


def _without_stock(text: str, span: Span) -> Span | None:
    """The stretch from the first to the last sentence that is no formula; None if all are."""
    start, end = span
    said = [
        (start + s, start + e) for s, e in sentence_spans(text[start:end]) if not is_stock(text[start + s : start + e])
    ]
    return (said[0][0], said[-1][1]) if said else None


def _pieces(text: str, span: Span) -> Iterator[Span]:
    """Yields the paragraph; a long one is cut at sentence ends near TARGET_LENGTH, preferably before an item 一是."""
    start, end = span
    if end - start <= MAX_LENGTH:
        yield span
        return
    paragraph = text[start:end]
    items = set(item_starts(paragraph))
    at = 0
    for s, e in _short_sentences(paragraph):
        long_enough = s - at >= (MIN_LENGTH if s in items else TARGET_LENGTH)
        if s > at and (long_enough or e - at > MAX_LENGTH):
            yield start + at, start + s
            at = s
    yield start + at, end


def _short_sentences(paragraph: str) -> Iterator[Span]:
    """Sentences; one over MAX_LENGTH is damaged text without full stops, and is cut at that length."""
    for start, end in sentence_spans(paragraph):
        for at in range(start, end, MAX_LENGTH):
            yield at, min(at + MAX_LENGTH, end)


def _merged(pieces: list[Span]) -> Iterator[Span]:
    current: Span | None = None
    for start, end in pieces:
        if (
            current
            and (current[1] - current[0] < MIN_LENGTH or end - start < MIN_LENGTH)
            and end - current[0] <= MAX_LENGTH
        ):
            current = (current[0], end)
        else:
            if current:
                yield current
            current = (start, end)
    if current:
        yield current
