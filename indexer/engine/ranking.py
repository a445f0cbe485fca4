"""From two kinds of scores to one ranking: standardised, weighted, added, less what is due to length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.parameters import RankingParameters


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

    @property
    def closeness(self) -> NDArray[np.float64]:
        """How near each document is, absolute, from about 0 to 2: its coverage and its cosine, whatever its rank.

        A cosine speaks for the terms that the encoder knows, and only so far does it count.
        """
        return self.coverage + np.where(np.isnan(self.vector), self.coverage, self.known * self.vector)


def standardised(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(s - mean) / standard deviation over the candidates; zeros where they are all the same."""
    deviation = float(scores.std()) if len(scores) else 0.0
    if deviation < 1e-12:
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / deviation, dtype=np.float64)


def fused(lexical: NDArray[np.float64], vector: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """lexical + weight * vector, both standardised over the same candidates, aligned.

    Only one of them was asked (the other is NaN): that one's own scores. The weight is 0: BM25's own.
    """
    if np.isnan(lexical).all():
        return np.nan_to_num(vector, nan=0.0)
    if np.isnan(vector).all() or weight == 0:
        return lexical
    return standardised(lexical) + weight * standardised(vector)
