"""An engine that knows no index: every answer is counted over all passages again, in plain Python.

It says what is right (tests/test_engine_contract.py), and fits wherever an Engine does.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from corpus.language.agencies import district_of
from corpus.scopes import admits
from corpus.types import Document
from indexer.encoders import Encoder
from indexer.engine.filters import Filter
from indexer.engine.lookup import doc_number_key, number_key
from indexer.engine.protocol import Column, DocumentEntry, FieldName, Keys, Neighbours, PassageEntry, Query, Size
from indexer.terms import analyzer
from tests.naive_documents import NaiveDocument, NaivePassage, holding, read
from tests.naive_retrieval import NaiveRetrieval


class NaiveEngine:
    """An Engine. `documents` get keys in their order, from 1."""

    def __init__(self, documents: Sequence[Document], encoder: Encoder) -> None:
        self.every: list[NaiveDocument] = []
        first = 1
        for key, document in enumerate(documents, 1):
            self.every.append(read(key, first, document, encoder))
            first += len(self.every[-1].passages)
        self.seen = list(self.every)

    @property
    def size(self) -> Size:
        return Size(len(self.seen), sum(len(d.passages) for d in self.seen))

    def seen_by(self, scopes: frozenset[str] | None) -> "NaiveEngine":
        view = copy.copy(self)
        view.seen = [d for d in self.seen if scopes is None or admits(scopes, d.entry.scope)]
        return view

    def retrieve(self, query: Query) -> "NaiveRetrieval":
        return NaiveRetrieval(self.seen_by(query.wanted.scopes), query)

    def matching(self, wanted: Filter) -> Keys:
        return np.array([d.entry.key for d in self.seen if any(self.let_through(d, wanted))], dtype=np.int64)

    def let_through(self, document: NaiveDocument, wanted: Filter) -> Iterator[NaivePassage]:
        """The passages of a document that a filter lets through."""
        entry = document.entry
        day = date.fromisoformat(entry.replied_on) if entry.replied_on else None
        name = analyzer.normalise(entry.agency or "")
        holds = (
            (wanted.scopes is None or admits(wanted.scopes, entry.scope))
            and (not wanted.agencies or any(analyzer.normalise(a) in name for a in wanted.agencies))
            and (not wanted.years or any(lo <= (entry.year or -1) <= hi for lo, hi in wanted.years))
            and (not wanted.dates or any(day is not None and lo <= day <= hi for lo, hi in wanted.dates))
            and (not wanted.kinds or entry.kind in wanted.kinds)
            and (not wanted.roles or entry.role in wanted.roles)
            and (not wanted.numbers or {*map(number_key, wanted.numbers)} & {*map(number_key, entry.proposal_numbers)})
            and (
                not wanted.doc_numbers
                or doc_number_key(entry.doc_number or "") in {*map(doc_number_key, wanted.doc_numbers)}
            )
        )
        if holds and not any(holding(p, word) for p in document.passages for word in wanted.excluded):
            yield from (p for p in document.passages if all(holding(p, phrase) for phrase in wanted.phrases))

    def containing(self, phrase: str) -> Keys:
        found = [p.entry.key for d in self.seen for p in d.passages if holding(p, phrase)]
        return np.array(found, dtype=np.int64)

    def entries(self) -> Sequence[DocumentEntry]:
        return [d.entry for d in self.seen]

    def documents(self, keys: Keys) -> list[DocumentEntry]:
        return [self.at(int(key)).entry for key in keys]

    def at(self, key: int) -> NaiveDocument:
        return {d.entry.key: d for d in self.seen}[key]

    def find(self, doc_id: str) -> DocumentEntry | None:
        return next((d.entry for d in self.seen if d.entry.doc_id == doc_id), None)

    def with_number(self, number: str) -> list[DocumentEntry]:
        sought = number_key(number)
        return [d.entry for d in self.seen if sought in map(number_key, d.entry.proposal_numbers)]

    def with_doc_number(self, number: str) -> list[DocumentEntry]:
        sought = doc_number_key(number)
        return [e for e in self.entries() if e.doc_number and doc_number_key(e.doc_number) == sought]

    def passages_of(self, document: int) -> list[PassageEntry]:
        return [p.entry for p in self.at(document).passages]

    def passage_entries(self, keys: Keys) -> list[PassageEntry]:
        known = {p.entry.key: p.entry for d in self.seen for p in d.passages}
        return [known[int(key)] for key in keys]

    def fields(self, documents: Keys) -> Mapping[FieldName, Column]:
        def column(value_of: "dict[int, str | None]") -> Column:
            values = tuple(sorted({value for value in value_of.values() if value is not None}))
            own = [value_of[int(key)] for key in documents]
            codes = [-1 if value is None else values.index(value) for value in own]
            return Column(values, np.array(codes, dtype=np.int64))

        entries = self.entries()
        return {
            "agency": column({e.key: e.agency for e in entries}),
            "district": column({e.key: district_of(e.agency) if e.agency else None for e in entries}),
            "year": column({e.key: str(e.year) if e.year else None for e in entries}),
            "kind": column({e.key: e.kind for e in entries}),
            "role": column({e.key: e.role for e in entries}),
            "outcome": column({e.key: e.outcome for e in entries}),
        }

    def newest_first(self, documents: Keys) -> NDArray[np.int64]:
        entries = self.documents(documents)
        by_id = sorted(range(len(entries)), key=lambda i: entries[i].doc_id)
        return np.array(sorted(by_id, key=lambda i: entries[i].replied_on or "", reverse=True)[::1], dtype=np.int64)

    def document_frequency(self, words: Sequence[str]) -> NDArray[np.int64]:
        bodies = [d.terms["body"].get("words", {}) for d in self.seen]
        return np.array([sum(word in body for body in bodies) for word in words], dtype=np.int64)

    def neighbours(self, document: int, k: int, sample: int) -> Neighbours:
        own = self.at(document).vector
        others = [(float(own @ d.vector), d.entry.key) for d in self.seen if d.entry.key != document]
        best = sorted(others, key=lambda other: (-other[0], other[1]))[:k]
        keys = np.array([key for _, key in best], dtype=np.int64)
        cosines = np.array([cosine for cosine, _ in best], dtype=np.float32)
        return Neighbours(keys, cosines, np.array([c for c, _ in others], np.float32)[:sample])

    def vectors(self, passages: Keys) -> NDArray[np.float32]:
        known = {p.entry.key: p.vector for d in self.seen for p in d.passages}
        return np.stack([known[int(key)] for key in passages])

    def document_vectors(self, documents: Keys) -> NDArray[np.float32]:
        return np.stack([self.at(int(key)).vector for key in documents])

    def close(self) -> None:
        """Nothing is open."""
