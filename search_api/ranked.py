"""The documents that a query finds, in columns: what their order and their pages are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engine.protocol import Keys

_SHOWN_PASSAGES = 3


@dataclass(frozen=True)
class RankedDocuments:
    """Documents by their keys, and what is known of each; a score of words or vectors is NaN where it was not asked.

    `chance` is that of answering the query; 1 for documents that were not asked for in words. `is_shown` where
    it is near enough to be listed at all.
    """

    documents: Keys
    lexical: NDArray[np.float64]
    vector: NDArray[np.float64]
    score: NDArray[np.float64]
    chance: NDArray[np.float64]
    is_shown: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.documents)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_]) -> "RankedDocuments":
        return RankedDocuments(*(column[places] for column in vars(self).values()))


def best_passages(passages: Keys, owners: Keys, scores: NDArray[np.float64]) -> dict[int, list[int]]:
    """The passages of each document that are shown, by their scores, of equal ones in reading order.

    `owners` are the documents of the passages, `scores` how near each is; the documents come by their best passage.
    """
    chosen: dict[int, list[int]] = {}
    order = np.lexsort((passages, -scores))
    for key, owner in zip(passages[order].tolist(), owners[order].tolist(), strict=True):
        if len(of_document := chosen.setdefault(owner, [])) < _SHOWN_PASSAGES:
            of_document.append(key)
    return chosen
