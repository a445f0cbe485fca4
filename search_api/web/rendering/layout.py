"""Lays a document out for reading: lines with their headings, passages as anchors, one passage chosen, words marked."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup

from corpus.language.agencies import bureaus_in_line
from corpus.language.dates import is_date_line
from corpus.tables import span_of
from corpus.types import Document, Section, Table
from search_api.web.deps import PassageSpan
from search_api.web.rendering.marking import Span, clipped, marked

Part = Literal["head", "salutation", "heading", "body", "closing", "signature"]


@dataclass(frozen=True)
class Piece:
    """A stretch of a line inside or outside one passage. `passage` and `section` are those that begin here."""

    text: Markup
    passage: PassageSpan | None
    section: int | None
    is_chosen: bool
    is_strong: bool


@dataclass(frozen=True)
class Line:
    """A paragraph or heading; `level` is a heading's, from 1. `section` is the section that it begins.

    `ends_chosen`: the chosen passage ends in it.
    """

    part: Part
    level: int
    section: int | None
    pieces: tuple[Piece, ...]
    ends_chosen: bool

    @property
    def is_chosen(self) -> bool:
        return all(piece.is_chosen for piece in self.pieces)


@dataclass(frozen=True)
class Row:
    """A row of a table. `passages` and `sections` are those that begin in it; `is_chosen`: it is of the chosen one."""

    cells: tuple[Markup, ...]
    passages: tuple[PassageSpan, ...]
    sections: tuple[int, ...]
    is_chosen: bool


@dataclass(frozen=True)
class TableLines:
    """A table, in place of the lines that are its rows; the first `head_rows` name the columns."""

    head_rows: int
    rows: tuple[Row, ...]
    ends_chosen: bool

    @property
    def passages(self) -> list[PassageSpan]:
        """The passages that begin in it."""
        return [passage for row in self.rows for passage in row.passages]


@dataclass(frozen=True)
class OutlineEntry:
    section: int
    heading: str
    level: int


def outline(document: Document) -> list[OutlineEntry]:
    """The sections that have a heading."""
    return [
        OutlineEntry(i, section.heading.rstrip("。：:"), section.level)
        for i, section in enumerate(document.sections)
        if section.heading
    ]


def lines(
    document: Document, passages: Sequence[PassageSpan], chosen: PassageSpan | None, spans: Sequence[Span]
) -> list[Line | TableLines]:
    """The text line by line, and its tables; `spans` are what is marked, ascending, `chosen` the passage asked for."""
    return list(_DocumentLines(document, passages, chosen, spans).lines())


def _is_signature(line: str) -> bool:
    return is_date_line(line) or bool(bureaus_in_line(line))


class _DocumentLines:
    def __init__(
        self, document: Document, passages: Sequence[PassageSpan], chosen: PassageSpan | None, spans: Sequence[Span]
    ) -> None:
        self._text, self._chosen, self._spans = document.text, chosen, spans
        self._tables = {span_of(table)[0]: table for table in document.tables}
        self._doubtful = document.doubtful
        self._all_sections = document.sections
        self._sections = {section.start: i for i, section in enumerate(document.sections)}
        self._passages = sorted(passages, key=lambda p: p.start)
        self._passage_starts = [p.start for p in self._passages]
        self._chosen_end = chosen.end if chosen else -1
        self._run_ins = {s.start: end for s in document.sections if (end := self._run_in_end(s))}
        edges = {offset for p in passages for offset in (p.start, p.end)}
        self._bounds = sorted(edges | set(self._sections) | set(self._run_ins.values()))

    def _run_in_end(self, section: Section) -> int | None:
        """The end of a heading that begins a longer paragraph; None for a heading on a line of its own."""
        if not section.heading or not self._text.startswith(section.heading, section.start):
            return None
        end = section.start + len(section.heading)
        return None if self._text[end : end + 1] in ("", "\n") else end

    def lines(self) -> Iterator[Line | TableLines]:
        start = table_end = 0
        for text in self._text.split("\n"):
            end = start + len(text)
            if table := self._tables.get(start):
                table_end = span_of(table)[1]
                yield self._table(table)
            elif text.strip() and start >= table_end:
                yield self._line(start, end)
            start = end + 1

    def _table(self, table: Table) -> TableLines:
        start, end = span_of(table)
        ends_chosen = start < self._chosen_end <= end
        return TableLines(table.head_rows, tuple(map(self._row, table.rows)), ends_chosen)

    def _row(self, cells: Sequence[Span]) -> Row:
        start, end = cells[0][0], cells[-1][1]
        chosen = self._chosen
        return Row(
            cells=tuple(self._marked(s, e) for s, e in cells),
            passages=tuple(p for p in self._passages if start <= p.start <= end),
            sections=tuple(i for at, i in self._sections.items() if start <= at <= end),
            is_chosen=chosen is not None and chosen.start <= end and chosen.end > start,
        )

    def _line(self, start: int, end: int) -> Line:
        first = start + len(self._text[start:end]) - len(self._text[start:end].lstrip())
        section = self._sections.get(first)
        part, level = self._part(first, end, section)
        pieces = tuple(self._pieces(first, end, section))
        return Line(part, level, section, pieces, ends_chosen=first < self._chosen_end <= end)

    def _part(self, start: int, end: int, section: int | None) -> tuple[Part, int]:
        if not self._all_sections or end <= self._all_sections[0].start:
            addressed = self._text[start:end].rstrip().endswith(("：", ":"))
            return ("salutation" if addressed else "head"), 0
        if section is not None:
            begun = self._all_sections[section]
            if begun.heading and begun.heading.strip() == self._text[start:end].strip():
                return "heading", begun.level
        last = self._all_sections[-1]
        if last.role != "closing" or start < last.start:
            return "body", 0
        return ("signature" if _is_signature(self._text[start:end]) else "closing"), 0

    def _pieces(self, start: int, end: int, line_section: int | None) -> Iterator[Piece]:
        low, high = bisect_right(self._bounds, start), bisect_right(self._bounds, end - 1)
        cuts = [start, *self._bounds[low:high], end]
        for s, e in pairwise(cuts):
            passage = self._passage_at(s)
            section = self._sections.get(s)
            yield Piece(
                text=self._marked(s, e),
                passage=passage if passage and passage.start == s else None,
                section=section if section != line_section else None,
                is_chosen=passage is not None and passage == self._chosen,
                is_strong=s in self._run_ins,
            )

    def _marked(self, start: int, end: int) -> Markup:
        spans, doubtful = clipped(self._spans, start, end), clipped(self._doubtful, start, end)
        return marked(self._text[start:end], spans, doubtful)

    def _passage_at(self, offset: int) -> PassageSpan | None:
        i = bisect_right(self._passage_starts, offset) - 1
        return self._passages[i] if i >= 0 and offset < self._passages[i].end else None
