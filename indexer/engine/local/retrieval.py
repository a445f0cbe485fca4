"""One query against one generation: BM25 and cosines, of whole documents and of passages, under one filter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.cached import cached_property
from indexer.engine.local.document_scores import DocumentScores
from indexer.engine.local.lexical import LexicalIndex, PassageQuery, Seen
from indexer.engine.local.lexical_schema import FIELDS, KINDS
from indexer.engine.local.postings import Postings, Statistics
from indexer.engine.local.selection import Allowed
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.engine.protocol import Keys, Mode, Query, Ranking
from indexer.engine.ranking import Candidates
from indexer.terms.kinds import Kind

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """The files of a generation that are searched, opened. Safe from any thread."""

    table: PassageTable
    postings: Postings
    passages: LexicalIndex
    vectors: VectorIndex
    document_vectors: VectorIndex


class LocalRetrieval:
    """A Retrieval. `allowed` is its filter as masks, None for no filter; `statistics` and `seen` are of its scopes."""

    def __init__(
        self, parts: Parts, query: Query, allowed: Allowed | None, statistics: Statistics, seen: Seen | None
    ) -> None:
        self._parts, self._query, self._allowed = parts, query, allowed
        self._statistics, self._seen = statistics, seen
        self._rows = None if allowed is None else allowed.rows
        self._documents = None if allowed is None else allowed.documents
        self._bigrams = len(query.terms.get("bigrams", ()))

    def lexical(self, k: int) -> Ranking:
        return self._named(*self._lexical(k))

    def vector(self, k: int) -> Ranking:
        ordinals = self._nearest(k)
        scores = self._cosines(ordinals)
        order = np.lexsort((ordinals, -scores))
        return self._named(ordinals[order], scores[order])

    def candidates(self, mode: Mode) -> Candidates:
        asks_vector = mode != "lexical" and bool(self._query.vector.any())
        nothing = np.empty(0, np.int64), np.empty(0, np.float64)
        depth = self._query.ranking.depth
        found, scores = self._lexical(depth) if mode != "vector" else nothing
        near = self._nearest(depth) if asks_vector else nothing[0]
        ordinals = np.union1d(found, near)
        by_lexical = by_vector = np.full(len(ordinals), np.nan)
        if mode != "vector":
            # A document that a full list does not reach scores at most what its last one does.
            by_lexical = np.full(len(ordinals), scores[-1] if len(scores) >= depth else 0.0)
            by_lexical[np.searchsorted(ordinals, found)] = scores
        if asks_vector:
            by_vector = self._cosines(ordinals)
        return self._candidates(ordinals, by_lexical, by_vector)

    def passages(self, documents: Keys) -> tuple[Keys, Keys]:
        table = self._parts.table
        ordinals = table.ordinals_of(documents)
        first, end = np.searchsorted(table.document, ordinals), np.searchsorted(table.document, ordinals, side="right")
        rows = np.concatenate([np.empty(0, np.int64), *map(np.arange, first.tolist(), end.tolist())])
        rows = rows if self._rows is None else rows[self._rows[rows]]
        return table.key[rows], table.document_keys[table.document[rows]]

    def passage_scores(self, passages: Keys, mode: Mode) -> tuple[Scores, Scores]:
        rows = self._parts.table.rows_of(passages)
        lexical = vector = np.full(len(rows), np.nan)
        if mode != "vector":
            lexical = self._lexical_passages(rows)
        if mode != "lexical" and self._query.vector.any():
            ascending, back = np.unique(rows, return_inverse=True)
            products = self._parts.vectors.inner_products(self._query.vector, ascending)
            vector = np.asarray(products[back], dtype=np.float64)
        return lexical, vector

    @cached_property
    def _weights(self) -> dict[Kind, float]:
        return self._query.ranking.kind_weights(self._bigrams)

    @cached_property
    def _whole(self) -> DocumentScores:
        return DocumentScores(self._parts.postings, self._query.terms, self._weights, self._statistics)

    @cached_property
    def _clauses(self) -> PassageQuery | None:
        ranking, weights = self._query.ranking, self._weights
        by_field = ranking.fields.model_dump()
        of_fields = {f"{f}_{k}": by_field[f] * weights[k] for f in FIELDS for k in KINDS}
        return self._parts.passages.query(self._whole.rarest(ranking.max_passage_terms), of_fields, self._seen)

    def _named(self, ordinals: NDArray[np.int64], scores: Scores) -> Ranking:
        return Ranking(self._parts.table.document_keys[ordinals], scores)

    def _lexical(self, k: int) -> tuple[NDArray[np.int64], Scores]:
        """Ordinals of at most k documents by BM25 of the whole or of the best passage; best first."""
        parts, ranking = self._parts, self._query.ranking
        best = self._whole.bm25(ranking)
        if self._documents is not None:
            best[~self._documents] = 0
        keys, scores = parts.passages.search(self._clauses, k, parts.table.key, self._rows)
        ordinals = parts.table.document[parts.table.rows_of(keys)]
        np.maximum.at(best, ordinals, ranking.passage_share * scores)
        ordinals = np.flatnonzero(best >= _at_least(best, k))
        order = np.lexsort((ordinals, -best[ordinals]))[:k]
        return ordinals[order], best[ordinals][order]

    def _lexical_passages(self, rows: NDArray[np.int64]) -> Scores:
        """BM25 of given rows among all passages, aligned with `rows`; 0 where no term stands."""
        table = self._parts.table
        chosen = np.zeros(len(table), dtype=bool)
        chosen[rows] = True
        keys, scores = self._parts.passages.search(self._clauses, len(rows), table.key, chosen)
        found = np.zeros(len(table))
        found[table.rows_of(keys)] = scores
        return found[rows]

    def _nearest(self, k: int) -> NDArray[np.int64]:
        """Ordinals, ascending, of the k nearest documents as wholes and of those of the k nearest passages.

        None for a query that the encoder knows nothing of.
        """
        vector = self._query.vector
        if not vector.any():
            return np.empty(0, np.int64)
        whole = self._parts.document_vectors.search(vector, k, self._documents)[0]
        rows = self._parts.vectors.search(vector, k, self._rows)[0]
        return np.union1d(whole, self._parts.table.document[rows])

    def _cosines(self, ordinals: NDArray[np.int64]) -> Scores:
        """The highest inner product of each document as a whole or of a passage let through; ordinals ascend.

        A short document is about one thing, and as a whole is told apart best; of a long one, a passage answers.
        """
        table, vector = self._parts.table, self._query.vector
        whole = self._parts.document_vectors.inner_products(vector, ordinals)
        rows = table.rows_within(ordinals)
        rows = rows if self._rows is None else rows[self._rows[rows]]
        cosines = self._parts.vectors.inner_products(vector, rows)
        starts = np.searchsorted(table.document[rows], ordinals)
        best = np.maximum.reduceat(cosines, starts) if len(ordinals) else cosines
        return np.asarray(np.maximum(whole, best), dtype=np.float64)

    def _candidates(self, ordinals: NDArray[np.int64], lexical: Scores, vector: Scores) -> Candidates:
        ranking, postings = self._query.ranking, self._parts.postings
        held, known = self._whole.coverage(ordinals, ranking.absent_documents)
        return Candidates(
            documents=self._parts.table.document_keys[ordinals],
            lexical=lexical,
            vector=vector,
            lengths=postings.relative_lengths(ordinals, self._statistics),
            coverage=np.minimum(1.0, held / ranking.coverage_of_answers(self._bigrams)),
            known=known,
            vector_share=ranking.vector_share(self._bigrams),
        )


def _at_least(scores: Scores, k: int) -> float:
    """The k-th highest score where that is above 0; else the least that is."""
    if len(scores) <= k:
        return float(np.nextafter(0, 1))
    return max(float(np.partition(scores, len(scores) - k)[len(scores) - k]), float(np.nextafter(0, 1)))
