"""A document analysed once: the terms that it and each of its passages are indexed and encoded with.

Not for: which terms weigh what, and how texts become vectors. Those belong to the engine and the encoders.
"""

from typing import Protocol

from corpus.parser.sections import heading_path
from corpus.tables import column_names
from corpus.types import Document
from indexer.terms.analysis import Analysis, joined
from indexer.terms.analyzer import Analyzer


class Stretch(Protocol):
    """A passage, as far as its place goes: [start, end) of a document's text, in one of its sections."""

    @property
    def section(self) -> int: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class DocumentAnalysis:
    """The analyses of a document's texts. A passage's are cut out of its document's or joined with its headings'."""

    def __init__(self, analyzer: Analyzer, document: Document) -> None:
        self._analyzer, self._document = analyzer, document
        self._body = analyzer.analyse(document.text)
        self._title = [analyzer.analyse(document.title)] if document.title else []
        self._question = [analyzer.analyse(document.question)] if document.question else []
        self._headings: dict[int, tuple[Analysis, ...]] = {}

    @property
    def fields(self) -> dict[str, Analysis]:
        """The fields that the document is indexed with: title, body and question, if present."""
        return _present(title=self._title, body=[self._body], question=self._question)

    @property
    def encoded(self) -> Analysis:
        """The document as an encoder reads it (`pairs.document_text`)."""
        return joined([*self._title, self._body])

    def passage_fields(self, passage: Stretch) -> dict[str, Analysis]:
        """The fields that a passage is indexed with: title, headings, body and question, if present."""
        headings = " ".join(part.text for part in self._context_of(passage))
        return _present(
            title=self._title,
            headings=[self._analyzer.analyse(headings)],
            body=[self._part(passage)],
            question=self._question,
        )

    def encoded_passage(self, passage: Stretch) -> Analysis:
        """A passage as an encoder reads it (`pairs.encoder_text`)."""
        return joined([*self._title, *filter(_has_text, self._context_of(passage)), self._part(passage)])

    def _part(self, passage: Stretch) -> Analysis:
        return self._body.part(passage.start, passage.end)

    def _context_of(self, passage: Stretch) -> tuple[Analysis, ...]:
        """The headings above a passage, and the names of the columns that stand above the rows of a cut table."""
        columns = column_names(self._document, passage.start, passage.end)
        headings = self._headings_of(passage.section)
        return (*headings, self._analyzer.analyse(columns)) if columns else headings

    def _headings_of(self, section: int) -> tuple[Analysis, ...]:
        if section not in self._headings:
            sections = self._document.sections
            path = heading_path(sections, section) if section < len(sections) else ()
            self._headings[section] = tuple(map(self._analyzer.analyse, path))
        return self._headings[section]


def _has_text(analysis: Analysis) -> bool:
    return bool(analysis.text)


def _present(**fields: list[Analysis]) -> dict[str, Analysis]:
    return {name: found[0] for name, found in fields.items() if found and found[0].sentences}
