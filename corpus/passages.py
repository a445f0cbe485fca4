"""Splits a document into passages, which are indexed and shown: a paragraph or a few, about 150 to 400 characters.

What is in no passage is named by `left_out`: together they are all of the document's text.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from corpus.addresses import anchors, passage_id
from corpus.language.formulas import unsaid
from corpus.language.lines import line_kind
from corpus.language.numbering import item_starts
from corpus.language.sentences import sentence_spans
from corpus.parser.sections import heading_path
from corpus.tables import cut, span_of, stretches, table_of
from corpus.types import Document, Passage, Section

# Characters. A passage is read at a glance and answers one thing. A paragraph over MAX_LENGTH is cut at sentence ends;
# a stretch under MIN_LENGTH takes its neighbour of the same section with it where both fit.
_MAX_NAME_LENGTH = 20  # of a heading with a full stop, such as （一）加密布点。
MIN_LENGTH, TARGET_LENGTH, MAX_LENGTH = 150, 300, 400

Span = tuple[int, int]

LeftOutKind = Literal[
    "head", "heading", "salutation", "opening", "thanks", "signature", "label", "furniture", "imprint"
]
"""Why text is in no passage.

`head` is what stands above the salutation; `opening` names the proposal or announces the answer; `label` is a labelled
fact, such as 联系人：…; `furniture` is of the website; `imprint` stands below the signature.
"""

_NOWHERE = -1  # the section of what stands before all sections


class LeftOut(NamedTuple):
    """A stretch of a document's text that is in no passage."""

    kind: LeftOutKind
    start: int
    end: int


class _Part(NamedTuple):
    """A line or a part of one, of the section with this position; without a `kind` it goes into a passage."""

    section: int
    start: int
    end: int
    kind: LeftOutKind | None


def split(document: Document) -> list[Passage]:
    """The passages in reading order, without salutation, stock openings, thanks, signature and contact.

    `document.text[p.start:p.end] == p.text` for each, and no passage crosses a section. A document of formulas or
    headings alone still has passages, so that its words can be found.

    The document must come masked (`masked_document`), whole: anchors are made of the text as it is here, stand in
    addresses, and must give no hint at what is masked.
    """
    spans = _spans(document)
    addresses = anchors(document.text[start:end] for _, (start, end) in spans)
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
            table=table_of(document, start, end),
        )
        for number, ((section, (start, end)), anchor) in enumerate(zip(spans, addresses, strict=True), 1)
    ]


def left_out(document: Document) -> list[LeftOut]:
    """The stretches of the text that are in no passage, in order, each with the reason.

    With the passages they hold every character but white space, each once.
    """
    return [LeftOut(part.kind, part.start, part.end) for part in _parts(document) if part.kind]


def _spans(document: Document) -> list[tuple[int, Span]]:
    """The position of its section, and the span, for each passage."""
    kept: dict[int, list[Span]] = {}
    for part in _parts(document):
        if part.kind is None:
            kept.setdefault(part.section, []).append((part.start, part.end))
    return [(section, span) for section, found in kept.items() for span in _section_spans(document, found)]


def _section_spans(document: Document, kept: Sequence[Span]) -> Iterator[Span]:
    """The passages of what a section says, of its prose and of its tables, which never mix."""
    text, tables = document.text, {span_of(table)[0]: table for table in document.tables}
    for table, group in groupby(kept, key=lambda span: tables.get(span[0])):
        if table:
            for start, end in cut(table, MAX_LENGTH):
                yield from [(start, end)] if end - start <= MAX_LENGTH else _stripped(text, _pieces(text, (start, end)))
        else:
            yield from _merged(text, [piece for span in group for piece in _pieces(text, span)])


def _stripped(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The spans without the ends of cells and rows at which a row that is too long was cut."""
    for start, end in spans:
        if inner := text[start:end].strip():
            first = text.index(inner, start)
            yield first, first + len(inner)


def _parts(document: Document) -> list[_Part]:
    """The text in lines and parts of lines, each kept or left out. A document of formulas alone keeps them."""
    parts: list[_Part] = []
    at = 0
    for i, section in enumerate(document.sections):
        parts += _outside(document, at, section.start)
        parts += _section_parts(document, section, i)
        at = section.end
    parts += _outside(document, at, len(document.text))
    parts = _with_lost_headings(parts, document.sections)
    if any(part.kind is None for part in parts):
        return parts
    answering = [i for i, s in enumerate(document.sections) if s.role != "closing"] or range(len(document.sections))
    return [part._replace(kind=None) if part.section in answering else part for part in parts]


def _outside(document: Document, start: int, end: int) -> Iterator[_Part]:
    """The lines of no section, before one: the head, whose last line, or its beginning, is the salutation."""
    lines = list(_lines(document.text, start, end))
    for first, after in lines:
        line = document.text[first:after]
        addressed = (first, after) == lines[-1] and _salutes(line, document)
        yield _Part(_NOWHERE, first, after, "salutation" if addressed else line_kind(line) or "head")


def _salutes(line: str, document: Document) -> bool:
    return bool(document.addressees and document.addressees[0] in line) or line.rstrip().endswith(
        (":", "：", "好", "！")
    )


def _section_parts(document: Document, section: Section, i: int) -> Iterator[_Part]:
    if section.role == "closing":
        yield from _line_parts(document.text, section, section.start, section.end, i)
        return
    for start, end, table in stretches(document.tables, section.start, section.end):
        if table:
            yield _Part(i, start, end, None)
        else:
            yield from _line_parts(document.text, section, start, end, i)


def _line_parts(text: str, section: Section, first: int, last: int, i: int) -> Iterator[_Part]:
    for start, end in _lines(text, first, last):
        line = text[start:end]
        if start == section.start and section.heading is not None and _only_names(line, section.heading):
            yield _Part(i, start, end, "heading")
        elif section.role == "closing":
            yield _Part(i, start, end, line_kind(line) or "imprint")
        else:
            yield from _said(line, start, i, opening=section.role == "opening")


def _only_names(line: str, heading: str) -> bool:
    """Whether a line is the heading and no sentence: a measure over its details is read with them."""
    return line == heading.strip() and not (line[-1] in "。；！？" and len(line) > _MAX_NAME_LENGTH)


def _said(line: str, at: int, section: int, *, opening: bool) -> Iterator[_Part]:
    """A paragraph without the formulas that it begins and ends with, and these."""
    start, end = unsaid(line, opening=opening)
    kind: LeftOutKind = "opening" if opening else "thanks"
    stretches: list[tuple[int, int, LeftOutKind | None]] = [
        (0, start, kind),
        (start, end, None),
        (end, len(line), kind),
    ]
    for first, after, why in stretches if start < end else [(0, len(line), kind)]:
        if inner := line[first:after].strip():
            begin = at + first + line[first:after].index(inner)
            yield _Part(section, begin, begin + len(inner), why)


def _with_lost_headings(parts: Sequence[_Part], sections: Sequence[Section]) -> list[_Part]:
    """The parts; a heading over no passage is kept as one: nothing else would find its words."""
    paths = {part.section: heading_path(sections, part.section) for part in parts if part.kind is None}
    found = {heading for path in paths.values() for heading in path}
    return [
        part._replace(kind=None) if part.kind == "heading" and sections[part.section].heading not in found else part
        for part in parts
    ]


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines of a stretch that are not empty, without the white space around them."""
    for line in text[start:end].split("\n"):
        if inner := line.strip():
            begin = start + line.index(inner)
            yield begin, begin + len(inner)
        start += len(line) + 1


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


def _merged(text: str, pieces: list[Span]) -> Iterator[Span]:
    """The pieces; neighbours with nothing between them go together where one is short and both fit."""
    current: Span | None = None
    for start, end in pieces:
        if (
            current
            and (current[1] - current[0] < MIN_LENGTH or end - start < MIN_LENGTH)
            and end - current[0] <= MAX_LENGTH
            and not text[current[1] : start].strip()
        ):
            current = (current[0], end)
        else:
            if current:
                yield current
            current = (start, end)
    if current:
        yield current
