"""What is an engine? Retrieval over documents and passages, behind a few calls that any search engine can answer.

An engine speaks of document keys and passage keys: opaque integers that name one version of a document, or one passage
of it, for as long as the index lives. How it numbers its own rows is its own business. Every call obeys the scopes that
the engine is `seen_by`; statistics too are those of the documents that may be seen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from corpus.types import OPEN_SCOPE
from indexer.archive import VersionKey
from indexer.engine.filters import Filter
from indexer.engine.modes import Mode as Mode
from indexer.engine.parameters import RankingParameters
from indexer.engine.ranking import Candidates
from indexer.terms.kinds import Terms

Keys = NDArray[np.int64]
"""Keys of documents or of passages, shape (n,)."""

FieldName = Literal["agency", "district", "year", "kind", "role", "outcome"]
FIELD_NAMES: tuple[FieldName, ...] = get_args(FieldName)


class Ranking(NamedTuple):
    """Document keys and their scores, best first, equal scores by key."""

    documents: Keys
    scores: NDArray[np.float64]


class DocumentEntry(NamedTuple):
    """What a filter, a look-up or a result list needs of a document without opening it."""

    key: int
    doc_id: str
    json_sha256: str
    title: str | None
    agency: str | None
    year: int | None
    kind: str
    role: str
    doc_number: str | None
    proposal_numbers: tuple[str, ...]
    replied_on: str | None
    outcome: str | None = None
    scope: str = OPEN_SCOPE

    @property
    def version(self) -> VersionKey:
        """The version of the document in the archive."""
        return VersionKey(self.doc_id, self.json_sha256)


class PassageEntry(NamedTuple):
    """A passage: text[start:end] of its document, in section `section` of its sections.

    `document` is the document's key. `number` is its place in the document, from 1, for people to read; what names the
    passage in an address is `anchor`.
    """

    key: int
    document: int
    number: int
    anchor: str
    section: int
    start: int
    end: int


class Column(NamedTuple):
    """A field of documents: its distinct values, ascending, and for each document the place of its own; -1 for none."""

    values: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, facts: Iterable[str | None]) -> "Column":
        """From one value a document, in their order."""
        each = list(facts)
        values = tuple(sorted({fact for fact in each if fact is not None}))
        places: dict[str | None, int] = {value: i for i, value in enumerate(values)}
        return cls(values, np.array([places.get(fact, -1) for fact in each], dtype=np.int64))

    def where(self, holds: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Mask over the documents whose value holds; each value is asked once."""
        return np.array([*map(holds, self.values), False])[self.codes]  # -1 is the last


class Size(NamedTuple):
    documents: int
    passages: int


class Neighbours(NamedTuple):
    """Documents nearest to one by its vector, best first, and the cosines of a sample of all others to it."""

    documents: Keys
    cosines: NDArray[np.float32]
    sample: NDArray[np.float32]


@dataclass(frozen=True)
class Query:
    """What is asked: terms, a unit vector of the engine's dimension (zeros: vectors are not asked), and a filter."""

    terms: Terms
    vector: NDArray[np.float32]
    wanted: Filter = field(default_factory=Filter)
    ranking: RankingParameters = field(default_factory=RankingParameters)


class Retrieval(Protocol):
    """One query being answered. Every result obeys its filter."""

    def lexical(self, k: int) -> Ranking:
        """At most k documents by BM25, of the whole document or of its best passage."""
        ...

    def vector(self, k: int) -> Ranking:
        """About k documents by cosine, of the whole document or of its best passage."""
        ...

    def candidates(self, mode: Mode) -> Candidates:
        """What either kind of retrieval finds, with the scores of both."""
        ...

    def passages(self, documents: Keys) -> tuple[Keys, Keys]:
        """Keys of the passages of these distinct documents that the filter lets through, and each one's document.

        In the order of the documents, and within one in reading order.
        """
        ...

    def passage_scores(self, passages: Keys, mode: Mode) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """BM25 and cosine of each of these distinct passages, aligned; NaN where `mode` does not ask for it."""
        ...


class Engine(Protocol):
    """Safe from any thread. Raises DafuError where what it keeps is damaged or cannot be reached."""

    @property
    def size(self) -> Size:
        """How many documents and passages may be seen."""
        ...

    def seen_by(self, scopes: frozenset[str] | None) -> "Engine":
        """The same engine for a user of these scopes, of all where None: nothing else is found, counted or ranked by.

        Costs next to nothing: nothing is copied.
        """
        ...

    def retrieve(self, query: Query) -> Retrieval: ...

    def matching(self, wanted: Filter) -> Keys:
        """Keys of the documents that a filter lets through, ascending."""
        ...

    def containing(self, phrase: str) -> Keys:
        """Keys of the passages that hold the phrase, or whose title, headings or question do, character for
        character but for width, case and white space; ascending."""
        ...

    def entries(self) -> Sequence[DocumentEntry]:
        """Every document, by ascending key."""
        ...

    def documents(self, keys: Keys) -> list[DocumentEntry]:
        """The documents of these keys, aligned. Raises KeyError for one that is not there."""
        ...

    def find(self, doc_id: str) -> DocumentEntry | None: ...

    def with_number(self, number: str) -> list[DocumentEntry]:
        """Documents that answer a proposal of this number, however it is written."""
        ...

    def with_doc_number(self, number: str) -> list[DocumentEntry]:
        """Documents with this document number, however it is written."""
        ...

    def passages_of(self, document: int) -> list[PassageEntry]:
        """A document's passages in reading order. Raises KeyError for a document that is not there."""
        ...

    def passage_entries(self, keys: Keys) -> list[PassageEntry]:
        """The passages of these keys, aligned. Raises KeyError for one that is not there."""
        ...

    def fields(self, documents: Keys) -> Mapping[FieldName, Column]:
        """What documents can be narrowed to and counted by; codes are aligned with the keys, and values are those that
        any document has."""
        ...

    def newest_first(self, documents: Keys) -> NDArray[np.int64]:
        """Places in `documents` by date of reply, those without one last, ties by doc_id."""
        ...

    def document_frequency(self, words: Sequence[str]) -> NDArray[np.int64]:
        """In how many documents' bodies each word stands."""
        ...

    def neighbours(self, document: int, k: int, sample: int) -> Neighbours:
        """At most k other documents nearest to one, and its cosines to at most `sample` of all others."""
        ...

    def vectors(self, passages: Keys) -> NDArray[np.float32]:
        """The vectors of these passages as they are kept, shape (n, d)."""
        ...

    def document_vectors(self, documents: Keys) -> NDArray[np.float32]:
        """The vectors of these documents as wholes, shape (n, d)."""
        ...

    def close(self) -> None: ...
