"""The naive engine's answer to one query: BM25, cosines and coverage, counted passage by passage in plain Python."""

import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.engine.protocol import Keys, Mode, Query, Ranking
from indexer.engine.ranking import Candidates
from indexer.terms.kinds import Kind
from tests.naive_documents import NaiveDocument, NaivePassage, idf, length

if TYPE_CHECKING:
    from tests.naive_engine import NaiveEngine

FIELDS = ("title", "body", "question")
PASSAGE_KINDS: tuple[Kind, ...] = ("words", "bigrams", "concepts")
PASSAGE_K1, PASSAGE_B = 1.2, 0.75  # tantivy's


class NaiveRetrieval:
    """A Retrieval. The mean length of a passage's field is that of every passage, as tantivy counts it."""

    def __init__(self, engine: "NaiveEngine", query: Query) -> None:
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


def ranking(scores: Mapping[int, float], k: int) -> Ranking:
    best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
    return Ranking(np.array(best, dtype=np.int64), np.array([scores[key] for key in best], dtype=np.float64))
