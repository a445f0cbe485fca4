"""How many documents have each text, kept by scope label so that any set of labels can be added up."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Seen(NamedTuple):
    """Columns over texts. `documents`: how many visible documents have the text, 0 where it must not be offered.

    `recency` is higher the earlier the text first appears among the visible documents, newest document first.
    """

    documents: NDArray[np.int64]
    recency: NDArray[np.int64]

    def sort_keys(self, texts: NDArray[np.int64]) -> NDArray[np.int64]:
        """One number for each of these texts, below 2^60: the more documents the higher, then the more recent."""
        return (self.documents[texts] << 32) + self.recency[texts]

    def rank(self, text: int) -> int:
        """Sorts texts best first."""
        return -int(self.sort_keys(np.array([text]))[0])


class Counts:
    """Counts and recency for each text and scope label where there are any: a sparse matrix, row by row.

    `occurrences` are (text, label), one for each document that has the text, newest document first. A label is a number
    below `labels`. The recency of a text is that of its first occurrence, so that labels may be compared.
    """

    def __init__(self, occurrences: Iterable[tuple[str, int]], labels: int) -> None:
        numbers: dict[str, int] = {}
        self._labels = labels
        found = [numbers.setdefault(text, len(numbers)) * labels + label for text, label in occurrences]
        self.texts = list(numbers)
        cells, first, self._documents = np.unique(np.array(found, np.int64), return_index=True, return_counts=True)
        text, self._label = np.divmod(cells, max(labels, 1))
        self._recency = len(found) - first
        self._starts = np.searchsorted(text, np.arange(len(self.texts)))

    def seen_by(self, labels: NDArray[np.int64]) -> Seen:
        """What the documents of these labels add up to."""
        is_seen = np.zeros(self._labels, dtype=bool)
        is_seen[labels] = True
        cells = is_seen[self._label]
        documents = np.add.reduceat(self._documents * cells, self._starts)
        return Seen(documents, np.maximum.reduceat(self._recency * cells, self._starts))

    def texts_of(self, label: int) -> list[str]:
        """The distinct texts that documents of this label have."""
        cells = np.flatnonzero(self._label == label)
        return [self.texts[text] for text in np.searchsorted(self._starts, cells, side="right") - 1]
