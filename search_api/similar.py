"""Documents about the same matter: those whose vectors lie nearest to a document's own."""

import numpy as np
from numpy.typing import NDArray

from indexer.build.generation import Generation
from indexer.engine.local.vectors import VectorIndex

_SHOWN = 5
_SAMPLE = 500  # documents that stand for the archive; their median and ninth decile are then good to about 0.01
# How far from the archive's usual closeness a document must lie, in deviations. On the sample archive this is a cosine
# of about 0.2: below it stand documents of other matters, above it nearly all are of the same.
_FAR_OUT = 3.0
_NINTH_DECILE = 1.2816  # of the normal distribution, in deviations


def similar_documents(generation: Generation, ordinal: int) -> list[int]:
    """Ordinals of at most five documents, nearest first, without the document itself; none where none stands out.

    A cosine means something else for each encoder, so closeness is measured against this document's own to the archive.
    """
    vectors = generation.legs.document_vectors
    own = vectors.reconstruct(np.array([ordinal]))[0]
    rows, scores = vectors.search(own, _SHOWN + 1)
    least = _least_closeness(vectors, ordinal, own)
    return [int(row) for row, score in zip(rows, scores, strict=True) if row != ordinal and score >= least][:_SHOWN]


def _least_closeness(vectors: VectorIndex, ordinal: int, own: NDArray[np.float32]) -> float:
    """What stands out from a document's cosines with documents taken at even steps through the archive.

    By quantiles, which a few documents of the same matter do not move.
    """
    steps = np.unique(np.linspace(0, vectors.size - 1, min(vectors.size, _SAMPLE)).astype(np.int64))
    others = steps[steps != ordinal]
    if not len(others) or not own.any():
        return float("inf")
    usual, high = np.quantile(vectors.inner_products(own, others), [0.5, 0.9])
    return float(usual + _FAR_OUT * (high - usual) / _NINTH_DECILE)
