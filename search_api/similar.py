"""Documents about the same matter: those whose vectors lie nearest to a document's own."""

import numpy as np
from numpy.typing import NDArray

from indexer.engine.protocol import DocumentEntry, Engine

_SHOWN = 5
_SAMPLE = 500  # documents that stand for the archive; their median and ninth decile are then good to about 0.01
# How far from the archive's usual closeness a document must lie, in deviations. On the sample archive this is a cosine
# of about 0.2: below it stand documents of other matters, above it nearly all are of the same.
_FAR_OUT = 3.0
_NINTH_DECILE = 1.2816  # of the normal distribution, in deviations


def similar_documents(engine: Engine, document: int) -> list[DocumentEntry]:
    """At most five documents, nearest first, without the one whose key is given; none where none stands out.

    A cosine means something else for each encoder, so closeness is measured against this document's own to the archive.
    """
    near = engine.neighbours(document, _SHOWN, _SAMPLE)
    return engine.documents(near.documents[near.cosines >= _least_closeness(near.sample)])


def _least_closeness(cosines: NDArray[np.float32]) -> float:
    """What stands out from a document's cosines with documents taken at even steps through the archive.

    By quantiles, which a few documents of the same matter do not move.
    """
    if not len(cosines):
        return float("inf")
    usual, high = np.quantile(cosines, [0.5, 0.9])
    return float(usual + _FAR_OUT * (high - usual) / _NINTH_DECILE)
