"""Both legs over documents, under one mask: BM25 and inner products, of the document as a whole or of its best passage.

Here a filter is a mask over rows; what a filter means is the generation's business (generation.py).
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.engine.fusion import fused
from indexer.engine.local.lexical import FIELDS, KINDS, LexicalIndex, PassageQuery
from indexer.engine.local.postings import Postings
from indexer.engine.local.table import PassageTable
from indexer.engine.local.vectors import VectorIndex
from indexer.terms.kinds import Kind, Terms

Mode = Literal["hybrid", "lexical", "vector"]

Mask = NDArray[np.bool_] | None
"""Over rows; None lets everything through."""

Ranking = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Ordinals of documents and their scores; best first, ties by position."""

# Bigrams carry a query of any length. Words, single characters and concepts help where few terms say what is meant, and
# are noise where many do: their weights fall with the query's length. Chosen on half of the leader messages; what each
# is worth stands in eval/ablation.md.
_KIND_WEIGHTS: dict[Kind, float] = {"words": 0.2, "bigrams": 1.0, "characters": 0.3, "concepts": 0.7}
_SHORT = 24  # bigrams: up to so many, every kind has its full weight
_MIN_WEIGHT = 0.02  # a kind that falls below adds nothing, and its terms stand in every document
# A title says in ten words what a document is about; of headings a part repeats the body's own words.
_FIELD_WEIGHTS = {"title": 1.0, "headings": 0.5, "body": 1.0, "question": 1.0}
# Of a passage's BM25 where it competes with the document's: a long document on seven asks is found by the passage on
# one. On the leader messages, whose replies are short, any share up to 0.8 changes nothing; on five long documents
# about one field (20 asks in other words) it puts 3 more of them first.
_PASSAGE_SHARE = 0.8
# Documents of each leg that are fused. The same for every page of a result, or its scores, and with them its order and
# its total, would change from page to page.
DEPTH = 1000
# Of the vector leg's weight, what the longest query keeps. The more terms a text has, the more BM25 knows of it:
# measured as above, by a weight of 0.5, 1 and 1.5 at every length, subjects 0.743, 0.751, 0.755, messages 0.806, 0.799,
# 0.795.
_LONG_SHARE = 0.4
# Of the logarithm of a document's length, taken off both legs' sum: a long document comes near to everything. Measured
# as above: subjects 0.750 to 0.755, messages 0.801 to 0.810, and nothing on the sample archive.
_LENGTH_SHARE = 0.4


def _falling(terms: Terms) -> float:
    return min(1.0, _SHORT / max(1, len(terms.get("bigrams", ()))))


def vector_share(terms: Terms) -> float:
    """What a query of these terms leaves of the vector leg's weight."""
    return _LONG_SHARE + (1 - _LONG_SHARE) * _falling(terms)


def kind_weights(terms: Terms) -> dict[Kind, float]:
    """What a term of each kind weighs in a query of these terms."""
    falling = _falling(terms)
    weights = {kind: w if kind == "bigrams" else w * falling for kind, w in _KIND_WEIGHTS.items()}
    return {kind: w if w >= _MIN_WEIGHT else 0.0 for kind, w in weights.items()}


def _usual_coverage(terms: Terms) -> float:
    """What answers hold of queries of n bigrams. On the odd topics of the sample archive, best hits: 0.85 of 10, 0.33
    of 22, 0.32 of 100, 0.17 of 400."""
    return min(1.0, 2.7 / float(np.sqrt(max(1, len(terms.get("bigrams", ()))))))


class LexicalQuery(NamedTuple):
    """Terms made ready for one archive, once for documents, passages and coverage."""

    terms: Terms
    weights: dict[Kind, float]
    passages: PassageQuery | None


@dataclass(frozen=True)
class Candidates:
    """Documents that some leg found, ordinals ascending, and what each leg says of them; NaN where it was not asked.

    `lengths` are the logarithms of their lengths beside the mean one. `coverage` is the share of the query that each
    holds, beside what an answer usually holds of a query of this length, 1 at most; `known` is the share of the query
    that any document holds; `vector_share` is what a query of this length leaves of the vector leg's weight.
    """

    ordinals: NDArray[np.int64]
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    lengths: NDArray[np.float64]
    coverage: NDArray[np.float64]
    known: float
    vector_share: float

    def fused(self, vector_weight: float) -> NDArray[np.float64]:
        """One score of both, by the weight of this archive's calibration, less what is due to length."""
        both = fused(self.lexical, self.vector, vector_weight * self.vector_share)
        alone = vector_weight == 0 or np.isnan(self.lexical).all() or np.isnan(self.vector).all()
        return both if alone else both - _LENGTH_SHARE * self.lengths

    def __len__(self) -> int:
        return len(self.ordinals)

    @property
    def closeness(self) -> NDArray[np.float64]:
        """Of each document, absolute, from about 0 to 2: its coverage and its cosine, whichever rank it has.

        A cosine speaks for the terms that the encoder knows, and only so far does it count.
        """
        return self.coverage + np.where(np.isnan(self.vector), self.coverage, self.known * self.vector)


@dataclass(frozen=True)
class Legs:
    """The parts of an index that are searched. Safe from any thread."""

    table: PassageTable
    postings: Postings
    passages: LexicalIndex
    vectors: VectorIndex
    document_vectors: VectorIndex

    def query(self, terms: Terms) -> LexicalQuery:
        weights = kind_weights(terms)
        of_fields = {f"{f}_{k}": _FIELD_WEIGHTS[f] * weights[k] for f in FIELDS for k in KINDS}
        return LexicalQuery(terms, weights, self.passages.query(terms, of_fields))

    def lexical(self, query: LexicalQuery, allowed: Mask, k: int) -> Ranking:
        """Ordinals of at most k documents by BM25 of the whole or of the best passage."""
        best = self.postings.scores(query.terms, query.weights)
        if allowed is not None:
            best[~self.table.documents_of_rows(allowed)] = 0
        keys, scores = self.passages.search(query.passages, k, self.table.key, allowed)
        np.maximum.at(best, self.table.document[self.table.rows_of(keys)], _PASSAGE_SHARE * scores)
        ordinals = np.flatnonzero(best >= _at_least(best, k))
        order = np.lexsort((ordinals, -best[ordinals]))[:k]
        return ordinals[order], best[ordinals][order]

    def lexical_passages(self, query: LexicalQuery, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """BM25 of given rows among all passages, aligned with `rows`; 0 where no term stands."""
        chosen = np.zeros(len(self.table), dtype=bool)
        chosen[rows] = True
        keys, scores = self.passages.search(query.passages, len(rows), self.table.key, chosen)
        found = np.zeros(len(self.table))
        found[self.table.rows_of(keys)] = scores
        return found[rows]

    def vector(self, vector: NDArray[np.float32], allowed: Mask, k: int) -> Ranking:
        """Ordinals of the best documents by cosine, about k of them."""
        ordinals = self._nearest(vector, allowed, k)
        scores = self._cosines(vector, ordinals, allowed)
        order = np.lexsort((ordinals, -scores))
        return ordinals[order], scores[order]

    def _nearest(self, vector: NDArray[np.float32], allowed: Mask, k: int) -> NDArray[np.int64]:
        """Ordinals, ascending, of the k nearest documents as wholes and those of the k nearest passages.

        None for a query that the encoder knows nothing of.
        """
        if not vector.any():
            return np.empty(0, np.int64)
        documents = None if allowed is None else self.table.documents_of_rows(allowed)
        whole = self.document_vectors.search(vector, k, documents)[0]
        rows = self.vectors.search(vector, k, allowed)[0]
        return np.union1d(whole, self.table.document[rows])

    def _cosines(self, vector: NDArray[np.float32], ordinals: NDArray[np.int64], allowed: Mask) -> NDArray[np.float64]:
        """Of each document, ordinals ascending: the highest inner product of the whole document or a passage let
        through.

        A short document is about one thing, and as a whole is told apart best; of a long one, a passage answers.
        """
        whole = self.document_vectors.inner_products(vector, ordinals)
        rows = self.table.rows_within(ordinals)
        rows = rows if allowed is None else rows[allowed[rows]]
        cosines = self.vectors.inner_products(vector, rows)
        starts = np.searchsorted(self.table.document[rows], ordinals)
        best = np.maximum.reduceat(cosines, starts) if len(ordinals) else cosines
        return np.asarray(np.maximum(whole, best), dtype=np.float64)

    def candidates(self, query: LexicalQuery, vector: NDArray[np.float32], allowed: Mask, mode: Mode) -> Candidates:
        """What either leg finds, with both legs' scores."""
        nothing = np.empty(0, np.int64), np.empty(0, np.float64)
        asks_vector = mode != "lexical" and bool(vector.any())
        found, scores = self.lexical(query, allowed, DEPTH) if mode != "vector" else nothing
        near = self._nearest(vector, allowed, DEPTH) if asks_vector else nothing[0]
        ordinals = np.union1d(found, near)
        by_lexical = by_vector = np.full(len(ordinals), np.nan)
        if mode != "vector":
            # A document that a full list does not reach scores at most what its last one does.
            by_lexical = np.full(len(ordinals), scores[-1] if len(scores) >= DEPTH else 0.0)
            by_lexical[np.searchsorted(ordinals, found)] = scores
        if asks_vector:
            by_vector = self._cosines(vector, ordinals, allowed)
        held, known = self.postings.coverage(query.terms, query.weights, ordinals)
        coverage = np.minimum(1.0, held / _usual_coverage(query.terms))
        lengths = self.postings.relative_lengths[ordinals]
        return Candidates(ordinals, by_lexical, by_vector, lengths, coverage, known, vector_share(query.terms))


def _at_least(scores: NDArray[np.float64], k: int) -> float:
    """What the k-th highest is, where that is above 0; else the least that is."""
    if len(scores) <= k:
        return float(np.nextafter(0, 1))
    return max(float(np.partition(scores, len(scores) - k)[len(scores) - k]), float(np.nextafter(0, 1)))
