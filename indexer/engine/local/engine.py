"""The embedded engine: the searched files of one generation, opened, behind the Engine protocol."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import NamedTuple

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.scopes import admits
from corpus.types import Document
from indexer import deadline
from indexer.engine.filters import Filter
from indexer.engine.local.document_scores import DocumentScores
from indexer.engine.local.faults import faults
from indexer.engine.local.lexical import LexicalIndex, Seen
from indexer.engine.local.lexical_schema import FIELDS, KINDS
from indexer.engine.local.postings import Postings, Statistics
from indexer.engine.local.postings_builder import unheld
from indexer.engine.local.retrieval import LocalRetrieval, Parts
from indexer.engine.local.selection import Allowed, Selection
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.engine.lookup import doc_number_key, number_key
from indexer.engine.parameters import RankingParameters
from indexer.engine.protocol import (
    Column,
    DocumentEntry,
    FieldName,
    Keys,
    Neighbours,
    PassageEntry,
    Query,
    Size,
)
from indexer.engine.texts import passage_texts
from indexer.paths import GenerationPaths
from indexer.terms.kinds import Kind, Terms

_KEPT_VIEWS = 64  # sets of scopes; for each a byte a document and a dozen numbers

Read = Callable[[DocumentEntry], Document]
"""Opens a document: a phrase that the terms cannot decide is looked for in its text."""


class _Visible(NamedTuple):
    """What users of some scopes may see, counted: a mask over documents, None for all."""

    mask: NDArray[np.bool_] | None
    statistics: Statistics
    size: Size


class LocalEngine:
    """An Engine over files that are mapped into memory. Safe from any thread."""

    def __init__(self, parts: Parts, read: Read) -> None:
        self.parts = parts
        self._read = read
        self._selection = Selection(parts.table, parts.passages, self._texts)
        self._views: LRUCache[frozenset[str], _Visible] = LRUCache(_KEPT_VIEWS)
        self._lock = Lock()
        self._scopes: frozenset[str] | None = None
        everything = Size(len(parts.table.documents), len(parts.table))
        self._visible = _Visible(None, parts.postings.statistics(None), everything)

    @classmethod
    def open(cls, paths: GenerationPaths, read: Read) -> "LocalEngine":
        """Raises DafuError for files that are missing, damaged or do not belong together."""
        parts = Parts(
            PassageTable.load(paths.table),
            Postings.load(paths.lexical_documents),
            LexicalIndex.open(paths.lexical_passages),
            VectorIndex.load(paths.vectors),
            VectorIndex.load(paths.document_vectors),
        )
        passages = {len(parts.table), len(parts.passages), parts.vectors.size}
        documents = {len(parts.table.documents), len(parts.postings), parts.document_vectors.size}
        if len(passages) != 1 or len(documents) != 1:
            raise DafuError(
                f"索引 {paths.folder} 各部分的数目不一致：段落 {sorted(passages)}，答复 {sorted(documents)}。"
                "请运行 dafu verify 检查。"
            )
        return cls(parts, read)

    @property
    def size(self) -> Size:
        return self._visible.size

    def seen_by(self, scopes: frozenset[str] | None) -> "LocalEngine":
        view = copy.copy(self)
        if scopes is None or all(admits(scopes, scope) for scope in self.parts.table.scope.values):
            return view
        view._scopes, view._visible = scopes, self._seen(scopes)
        return view

    def retrieve(self, query: Query) -> LocalRetrieval:
        if query.wanted.scopes is not None:
            view = self.seen_by(_both(self._scopes, query.wanted.scopes))
            return view.retrieve(replace(query, wanted=replace(query.wanted, scopes=None)))
        seen = None if self._scopes is None else Seen(self._admitted(self._scopes), self.size.passages)
        return LocalRetrieval(self.parts, query, self._allowed(query.wanted), self._visible.statistics, seen)

    def matching(self, wanted: Filter) -> Keys:
        allowed = self._allowed(wanted)
        keys = self.parts.table.document_keys
        return keys if allowed is None else keys[allowed.documents]

    def containing(self, phrase: str) -> Keys:
        allowed = self._allowed(Filter())
        rows = self._selection.rows_holding(phrase, None if allowed is None else allowed.rows)
        return self.parts.table.key[rows]

    def entries(self) -> Sequence[DocumentEntry]:
        documents, seen = self.parts.table.documents, self._visible.mask
        return documents if seen is None else [documents[i] for i in np.flatnonzero(seen)]

    def documents(self, keys: Keys) -> list[DocumentEntry]:
        return [self.parts.table.documents[i] for i in self._ordinals(keys)]

    def find(self, doc_id: str) -> DocumentEntry | None:
        ordinal = self.parts.table.by_id.get(doc_id)
        entry = None if ordinal is None else self.parts.table.documents[ordinal]
        return entry if entry and self._may_see(entry) else None

    def with_number(self, number: str) -> list[DocumentEntry]:
        return self._listed(self.parts.table.numbers.get(number_key(number), ()))

    def with_doc_number(self, number: str) -> list[DocumentEntry]:
        return self._listed(self.parts.table.doc_numbers.get(doc_number_key(number), ()))

    def passages_of(self, document: int) -> list[PassageEntry]:
        ordinal = self._ordinals(np.array([document]))[0]
        return [self.parts.table.passage(int(row)) for row in self.parts.table.rows_in(int(ordinal))]

    def passage_entries(self, keys: Keys) -> list[PassageEntry]:
        table = self.parts.table
        rows = table.rows_of(keys)
        self._check_seen(table.document[rows])
        return [table.passage(int(row)) for row in rows]

    def fields(self, documents: Keys) -> Mapping[FieldName, Column]:
        ordinals, seen = self._ordinals(documents), self._visible.mask
        return {name: _seen_column(column, ordinals, seen) for name, column in self.parts.table.columns.items()}

    def newest_first(self, documents: Keys) -> NDArray[np.int64]:
        return self.parts.table.newest_first(self._ordinals(documents))

    def document_frequency(self, words: Sequence[str]) -> NDArray[np.int64]:
        counts = dict.fromkeys(words, 1)
        found = self.parts.postings.document_frequency("words", counts, self._visible.statistics)
        by_word = dict(zip(counts, found.tolist(), strict=True))
        return np.array([by_word[word] for word in words], dtype=np.int64)

    def neighbours(self, document: int, k: int, sample: int) -> Neighbours:
        vectors, keys = self.parts.document_vectors, self.parts.table.document_keys
        ordinal = int(self._ordinals(np.array([document]))[0])
        seen = self._visible.mask
        own = vectors.reconstruct(np.array([ordinal]))[0]
        nearest, cosines = vectors.search(own, k + 1, seen)
        others = nearest != ordinal
        everyone = np.arange(vectors.size) if seen is None else np.flatnonzero(seen)
        steps = np.unique(np.linspace(0, len(everyone) - 1, min(len(everyone), sample)).astype(np.int64))
        taken = everyone[steps][everyone[steps] != ordinal]
        background = vectors.inner_products(own, taken) if own.any() else np.empty(0, np.float32)
        return Neighbours(keys[nearest[others][:k]], cosines[others][:k], background)

    def vectors(self, passages: Keys) -> NDArray[np.float32]:
        return self.parts.vectors.reconstruct(self.parts.table.rows_of(passages))

    def document_vectors(self, documents: Keys) -> NDArray[np.float32]:
        return self.parts.document_vectors.reconstruct(self._ordinals(documents))

    def close(self) -> None:
        """Nothing is held open but memory."""

    def bare(
        self, terms: Terms, vector: NDArray[np.float32], k: int
    ) -> tuple[Callable[[], object], Callable[[], object]]:
        """Two calls that ask the engine's libraries once for the best k passages, everything ready beforehand.

        One for words and one for vectors: the floors that a bench sets beside what a search takes.
        """
        passages, keys = self.parts.passages, self.parts.table.key
        bodies = {f"{field}_{kind}": float(field == "body") for field in FIELDS for kind in KINDS}
        weights = dict.fromkeys(terms, 1.0)
        scores = DocumentScores(self.parts.postings, terms, weights, self._visible.statistics)
        clauses = passages.query(scores.rarest(RankingParameters().max_passage_terms), bodies)
        return partial(passages.search, clauses, k, keys), partial(self.parts.vectors.search, vector, k)

    def unheld(self, terms: Terms) -> dict[Kind, list[str]]:
        """The terms that no document holds, in any kind; of all scopes."""
        return unheld(self.parts.postings, terms)

    def remembered(self, terms: Mapping[Kind, Sequence[str]]) -> list[str]:
        """The terms that still stand in the files of passages, even if only in entries that were removed."""
        return [
            t for kind, sought in terms.items() if kind in KINDS for t in self.parts.passages.remembered(kind, sought)
        ]

    def faults(self) -> Iterator[str]:
        """What is wrong with the vectors and the index of passages, a Chinese sentence each."""
        return faults(self.parts)

    def _allowed(self, wanted: Filter) -> Allowed | None:
        return self._selection.of(replace(wanted, scopes=_both(self._scopes, wanted.scopes)))

    def _seen(self, scopes: frozenset[str]) -> _Visible:
        with self._lock:
            known = self._views.get(scopes)
        if known is None:
            table = self.parts.table
            mask = table.scope.where(self._admitted(scopes).__contains__)
            size = Size(int(np.count_nonzero(mask)), int(np.count_nonzero(mask[table.document])))
            known = _Visible(mask, self.parts.postings.statistics(mask), size)
            with self._lock:
                self._views[scopes] = known
        return known

    def _admitted(self, scopes: frozenset[str]) -> frozenset[str]:
        """The scopes of documents that a user of these scopes may see."""
        return frozenset(scope for scope in self.parts.table.scope.values if admits(scopes, scope))

    def _may_see(self, entry: DocumentEntry) -> bool:
        return self._scopes is None or admits(self._scopes, entry.scope)

    def _listed(self, ordinals: Sequence[int]) -> list[DocumentEntry]:
        return [entry for i in ordinals if self._may_see(entry := self.parts.table.documents[i])]

    def _ordinals(self, keys: Keys) -> NDArray[np.int64]:
        """Raises KeyError for a document that is not there for this user."""
        ordinals = self.parts.table.ordinals_of(keys)
        self._check_seen(ordinals)
        return ordinals

    def _check_seen(self, ordinals: NDArray[np.int64]) -> None:
        seen = self._visible.mask
        if seen is not None and not seen[ordinals].all():
            raise KeyError("keys of documents that this user may not see")

    def _texts(self, row: int) -> Sequence[str]:
        deadline.check()  # a phrase may be compared with every row of an archive
        table = self.parts.table
        return passage_texts(self._read(table.documents[int(table.document[row])]), table.passage(row))


def _both(scopes: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    """What is seen with the scopes of a user and of a filter, None being all."""
    return others if scopes is None else scopes if others is None else scopes & others


def _seen_column(column: Column, ordinals: NDArray[np.int64], seen: NDArray[np.bool_] | None) -> Column:
    """A column of these documents, with the values that any document has that may be seen."""
    if seen is None:
        return Column(column.values, column.codes[ordinals])
    present = np.unique(column.codes[seen])
    present = present[present >= 0]
    places = np.full(len(column.values) + 1, -1)
    places[present] = np.arange(len(present))
    return Column(tuple(column.values[i] for i in present), places[column.codes[ordinals]])
