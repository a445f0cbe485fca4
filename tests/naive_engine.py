"""An engine that knows no index: every answer is counted over all passages again, in plain Python.

It says what is right (tests/test_engine_contract.py), and fits wherever an Engine does.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus.language.agencies import district_of
from corpus.passages import split
from corpus.types import Document
from indexer.archive import VersionKey
from indexer.encoders import Encoder
from indexer.encoders.pairs import document_text, encoder_text
from indexer.engine.entries import entry_of
from indexer.engine.filters import Filter
from indexer.engine.lookup import doc_number_key, number_key
from indexer.engine.protocol import (
    Column,
    DocumentEntry,
    FieldName,
    Keys,
    Mode,
    Neighbours,
    PassageEntry,
    Query,
    Ranking,
    Size,
)
from indexer.engine.ranking import Candidates
from indexer.engine.texts import field_texts, passage_texts
from indexer.terms import analyzer
from indexer.terms.kinds import Kind, Terms, terms_of

FIELDS = ("title", "body", "question")
PASSAGE_KINDS: tuple[Kind, ...] = ("words", "bigrams", "concepts")
PASSAGE_K1, PASSAGE_B = 1.2, 0.75  # tantivy's

Fields = Mapping[str, Terms]
"""Of a document or a passage the terms of each field."""


@dataclass(frozen=True)
class NaivePassage:
    entry: PassageEntry
    texts: Sequence[str]
    terms: Fields
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class NaiveDocument:
    entry: DocumentEntry
    terms: Fields
    vector: NDArray[np.float32]
    passages: Sequence[NaivePassage]

    @property
    def length(self) -> int:
        return sum(self.terms["body"].get("bigrams", {}).values())


def squeezed(text: str) -> str:
    return "".join(analyzer.normalise(text).split())


def idf(holding: int, total: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def read(key: int, first: int, document: Document, encoder: Encoder) -> NaiveDocument:
    entry = entry_of(key, document, VersionKey(document.doc_id, document.content_sha256))
    passages = []
    for number, passage in enumerate(split(document), 1):
        at = PassageEntry(first + number - 1, key, number, passage.anchor, passage.section, passage.start, passage.end)
        fields = {"body": passage.text, **field_texts(document, passage.section)}
        terms = {name: terms_of(text) for name, text in fields.items()}
        vector = encoder.encode_passages([encoder_text(document, passage)])[0]
        passages.append(NaivePassage(at, passage_texts(document, at), terms, vector))
    texts = {"title": document.title, "body": document.text, "question": document.question}
    terms = {name: terms_of(text or "") for name, text in texts.items()}
    return NaiveDocument(entry, terms, encoder.encode_passages([document_text(document)])[0], passages)


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
        view.seen = [d for d in self.seen if scopes is None or d.entry.scope in scopes]
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
            (wanted.scopes is None or entry.scope in wanted.scopes)
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


def holding(passage: NaivePassage, phrase: str) -> bool:
    return bool(squeezed(phrase)) and any(squeezed(phrase) in squeezed(text) for text in passage.texts)


class NaiveRetrieval:
    """A Retrieval. The mean length of a passage's field is that of every passage, as tantivy counts it."""

    def __init__(self, engine: NaiveEngine, query: Query) -> None:
        self._engine, self._query = engine, query
        self.everyowed = {
            d.entry.key: passages for d in engine.seen if (passages := list(engine.let_through(d, query.wanted)))
        }
        self._bigrams = len(query.terms.get("bigrams", ()))
        self._weights = query.ranking.kind_weights(self._bigrams)

    def lexical(self, k: int) -> Ranking:
        return ranking({key: score for key, score in self._bm25().items() if score > 0}, k)

    def vector(self, k: int) -> Ranking:
        return ranking(self._cosines(), k) if self._query.vector.any() else ranking({}, k)

    def candidates(self, mode: Mode) -> Candidates:
        asks_vector = mode != "lexical" and bool(self._query.vector.any())
        lexical, vector = self._bm25(), self._cosines()
        found = {key for key, score in lexical.items() if score > 0 and mode != "vector"}
        keys = sorted(found | (set(vector) if asks_vector else set()))
        held = [self._coverage(self._engine.at(key)) for key in keys]
        mean = max(1.0, sum(d.length for d in self._engine.seen) / max(1, len(self._engine.seen)))
        usual, nothing = self._query.ranking.coverage_of_answers(self._bigrams), [math.nan] * len(keys)
        return Candidates(
            documents=np.array(keys, dtype=np.int64),
            lexical=np.array([lexical[key] for key in keys] if mode != "vector" else nothing),
            vector=np.array([vector[key] for key in keys] if asks_vector else nothing),
            lengths=np.array([math.log(max(self._engine.at(key).length, 1) / mean) for key in keys]),
            coverage=np.array([min(1.0, share / usual) for share in held]),
            known=self._coverage(*self._engine.seen),
            vector_share=self._query.ranking.vector_share(self._bigrams),
        )

    def passages(self, documents: Keys) -> tuple[Keys, Keys]:
        found = [(p.entry.key, int(key)) for key in documents for p in self.everyowed.get(int(key), ())]
        pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]

    def passage_scores(self, passages: Keys, mode: Mode) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        known = {p.entry.key: p for d in self._engine.seen for p in d.passages}
        nothing = [math.nan] * len(passages)
        chosen = [known[int(key)] for key in passages]
        lexical = [self._passage_bm25(p) for p in chosen] if mode != "vector" else nothing
        asks_vector = mode != "lexical" and self._query.vector.any()
        vector = [float(self._query.vector @ p.vector) for p in chosen] if asks_vector else nothing
        return np.array(lexical, dtype=np.float64), np.array(vector, dtype=np.float64)

    def _bm25(self) -> dict[int, float]:
        share = self._query.ranking.passage_share
        return {
            key: max(self._document_bm25(self._engine.at(key)), *(share * self._passage_bm25(p) for p in passages))
            for key, passages in self.everyowed.items()
        }

    def _cosines(self) -> dict[int, float]:
        vector = self._query.vector
        return {
            key: max(float(vector @ self._engine.at(key).vector), *(float(vector @ p.vector) for p in passages))
            for key, passages in self.everyowed.items()
        }

    def _asked(self) -> Iterator[tuple[Kind, str, float]]:
        for kind, counts in self._query.terms.items():
            for term, n in counts.items():
                if self._weights[kind] > 0:
                    yield kind, term, self._weights[kind] * (1 + math.log(n))

    @cache  # noqa: B019  # lives for one test
    def _holding(self, kind: Kind, term: str) -> int:
        seen = self._engine.seen
        by_field = {f: sum(term in d.terms[f].get(kind, {}) for d in seen) for f in FIELDS}
        return by_field["body"] or max(by_field.values())

    def _document_bm25(self, document: NaiveDocument) -> float:
        ranking_, score = self._query.ranking, 0.0
        for kind, term, weight in self._asked():
            rarity = idf(self._holding(kind, term), self._engine.size.documents)
            for field in FIELDS:
                tf = document.terms[field].get(kind, {}).get(term, 0)
                if tf:
                    mean = self._mean_length(field, kind)
                    norm = ranking_.k1 * (1 - ranking_.b + ranking_.b * length(document.terms, field, kind) / mean)
                    score += weight * rarity * tf * (ranking_.k1 + 1) / (tf + norm)
        return score

    def _passage_bm25(self, passage: NaivePassage) -> float:
        score, weights = 0.0, self._query.ranking.fields.model_dump()
        for kind, term, weight in self._asked():
            if kind not in PASSAGE_KINDS:
                continue
            bodies = self._passages_holding("body", kind, term)
            for field, of_field in weights.items():
                tf = passage.terms[field].get(kind, {}).get(term, 0)
                if tf:
                    here, mean = self._passages_holding(field, kind, term), self._mean_of_passages(field, kind)
                    norm = PASSAGE_K1 * (1 - PASSAGE_B + PASSAGE_B * length(passage.terms, field, kind) / mean)
                    rarity = idf(max(here, bodies, 1), self._engine.size.passages)
                    score += of_field * weight * rarity * tf * (PASSAGE_K1 + 1) / (tf + norm)
        return score

    @cache  # noqa: B019
    def _mean_length(self, field: str, kind: Kind) -> float:
        return sum(length(d.terms, field, kind) for d in self._engine.seen) / len(self._engine.seen)

    @cache  # noqa: B019
    def _passages_holding(self, field: str, kind: Kind, term: str) -> int:
        return sum(term in p.terms[field].get(kind, {}) for d in self._engine.seen for p in d.passages)

    @cache  # noqa: B019
    def _mean_of_passages(self, field: str, kind: Kind) -> float:
        every = [length(p.terms, field, kind) for d in self._engine.every for p in d.passages]
        return sum(every) / len(every)

    def _coverage(self, *documents: NaiveDocument) -> float:
        """The share of the query, weighted by rarity, that any of these documents holds."""
        asked = held = 0.0
        total = len(self._engine.seen) + self._query.ranking.absent_documents
        for kind, term, weight in self._asked():
            worth = weight * idf(self._holding(kind, term), total)
            asked += worth
            held += worth if any(term in d.terms[f].get(kind, {}) for d in documents for f in FIELDS) else 0.0
        return held / asked if asked else 0.0


def length(fields: Fields, field: str, kind: Kind) -> int:
    return sum(fields[field].get(kind, {}).values())


def ranking(scores: Mapping[int, float], k: int) -> Ranking:
    best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
    return Ranking(np.array(best, dtype=np.int64), np.array([scores[key] for key in best], dtype=np.float64))
