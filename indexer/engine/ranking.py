"""From two kinds of scores to one ranking: standardised, weighted, added, less what is due to length."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from indexer.engine.parameters import RankingParameters

_EVEN, _OF, _FEWER = 4.929, 78, 0.7
"""The closeness at which one of 78 documents is as likely to answer as not, with an encoder that knows ordinary
language, and what it falls by where there are e times fewer: measured with queries of eval/sample and eval/everyday
over 10, 20, 40 and all documents of the sample, where as many answers lie below as best documents that do not answer
above."""

_SIGNALS = (2.506, 1.203, 0.114)
"""What coverage, standardised cosine and distance to the sixth are worth: a logistic regression of the first ten
documents of every odd query of eval/sample and eval/everyday, judged 1 or 2 or not."""

_RIVAL = 6


@dataclass(frozen=True)
class Candidates:
    """Documents that some retrieval found, by their keys, ascending, and what each says of them; NaN where not asked.

    `lengths` are the logarithms of their lengths beside the mean one. `coverage` is the share of the query that each
    holds, beside what an answer usually holds of a query of this length, 1 at most; `known` is the share of the query
    that any document holds; `vector_share` is what a query of this length leaves of the vector weight.
    """

    documents: NDArray[np.int64]
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    lengths: NDArray[np.float64]
    coverage: NDArray[np.float64]
    known: float
    vector_share: float

    def fused(self, ranking: RankingParameters) -> NDArray[np.float64]:
        """One score for each, by the archive's weight of vectors, less what is due to length."""
        weight = ranking.vector_weight
        both = fused(self.lexical, self.vector, weight * self.vector_share)
        alone = weight == 0 or np.isnan(self.lexical).all() or np.isnan(self.vector).all()
        return both if alone else both - ranking.length_share * self.lengths

    def __len__(self) -> int:
        return len(self.documents)

    def by_words_alone(self) -> "Candidates":
        """The same as if vectors had not been asked."""
        return replace(self, vector=np.full(len(self), np.nan))

    def closeness(self, ranking: RankingParameters, among: "Candidates", *, is_general: bool) -> NDArray[np.float64]:
        """How near each document is, whatever its rank: by the share of the query's words that it holds and by its
        cosine.

        A cosine of the archive's own encoder speaks for the terms that it knows, and only so far does it count. One of
        an encoder that knows ordinary language counts beside all others, and so does how far a document stands out
        from the sixth: people ask in other words, and then an answer is what stands out. `among` are the candidates
        that no filter narrows: who asks for one bureau's documents alone does not bring them nearer.
        """
        if not is_general:
            return self.coverage + np.where(np.isnan(self.vector), self.coverage, self.known * self.vector)
        sixth = np.sort(among._standing(ranking, among))[-min(_RIVAL, len(among)) :][:1]
        cosines = standardised(np.nan_to_num(self.vector), np.nan_to_num(among.vector))
        signals = np.stack([self.coverage, cosines, self._standing(ranking, among) - sixth])
        return np.asarray(np.array(_SIGNALS) @ signals, dtype=np.float64)

    def _standing(self, ranking: RankingParameters, among: "Candidates") -> NDArray[np.float64]:
        """`fused`, with the mean and deviation of other candidates; one leg alone counts as much as both."""
        weight = ranking.vector_weight * self.vector_share
        by_words, by_vectors = standardised(self.lexical, among.lexical), standardised(self.vector, among.vector)
        if np.isnan(self.lexical).all() or np.isnan(self.vector).all():
            return (1 + weight) * (by_vectors if np.isnan(self.lexical).all() else by_words)
        return np.asarray(by_words + weight * by_vectors - ranking.length_share * self.lengths, dtype=np.float64)


def even_of(documents: int) -> float:
    """The closeness at which one of so many documents is as likely to answer as not: the best of few stands out less.

    >>> round(even_of(78) - even_of(20), 2), even_of(1000) == even_of(78)
    (0.95, True)
    """
    return _EVEN + _FEWER * math.log(min(max(documents, 1), _OF) / _OF)


def standardised(scores: NDArray[np.float64], among: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """(s - mean) / standard deviation over the candidates, or over others; zeros where those are all the same."""
    among = scores if among is None else among
    deviation = float(among.std()) if len(among) else 0.0
    if deviation < 1e-12:
        return np.zeros_like(scores)
    return np.asarray((scores - among.mean()) / deviation, dtype=np.float64)


def fused(lexical: NDArray[np.float64], vector: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """lexical + weight * vector, both standardised over the same candidates, aligned.

    Only one of them was asked (the other is NaN): that one's own scores. The weight is 0: BM25's own.
    """
    if np.isnan(lexical).all():
        return np.nan_to_num(vector, nan=0.0)
    if np.isnan(vector).all() or weight == 0:
        return lexical
    return standardised(lexical) + weight * standardised(vector)
