"""Which words of the titles are terms: frequent enough to be worth offering, not so frequent that they say nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from indexer.terms import analyzer
from search_api.suggest.counts import Counts, Seen

MAX_TITLE_SHARE = 1 / 3
"""Of the titles. A word in more of them (关于, 建议) tells no document from another."""

MIN_DOCUMENTS = 2
"""Documents that a term has at least. As many never make a word too common: of three titles one is a third."""


class Vocabulary:
    """The words that some set of labels may see as terms, counted by label.

    A term has two Chinese characters or more and nothing else. It is neither rare nor
    common among the titles that the user may see, and no part that never stands there without its whole: 公积 and 积金
    beside 公积金.
    """

    def __init__(self, titles: Sequence[tuple[Sequence[str], int]], labels: int) -> None:
        """`titles` are the words of each document's title and the document's label, newest document first."""
        occurrences = [(word, label) for words, label in titles for word in dict.fromkeys(words)]
        frequent = {word for word, n in Counter(word for word, _ in occurrences).items() if n >= MIN_DOCUMENTS}
        self.counts = Counts((found for found in occurrences if found[0] in frequent), labels)
        self.words = self.counts.texts
        self._titles = np.bincount([label for _, label in titles], minlength=labels)
        self._may_be_term = np.array(list(map(_may_be_term, self.words)), dtype=bool)
        self._whole, self._part = self._spans()

    def terms_seen_by(self, labels: NDArray[np.int64]) -> Seen:
        """The counts of `words`, 0 for those that are no terms to whoever sees documents of these labels."""
        documents, recency = self.counts.seen_by(labels)
        most = max(int(self._titles[labels].sum()) * MAX_TITLE_SHARE, MIN_DOCUMENTS)
        is_term = self._may_be_term & (documents >= MIN_DOCUMENTS) & (documents <= most)
        is_term[self._part[documents[self._part] == documents[self._whole]]] = False
        return Seen(np.where(is_term, documents, 0), recency)

    def candidates(self) -> Iterable[int]:
        """The words that are terms to somebody, it may be."""
        return np.flatnonzero(self._may_be_term).tolist()

    def _spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of words of which the second is a part of the first."""
        numbers = {word: number for number, word in enumerate(self.words)}
        pairs = [
            (whole, part)
            for word, whole in numbers.items()
            for start, end in combinations(range(len(word) + 1), 2)
            if (part := numbers.get(word[start:end], whole)) != whole
        ]
        wholes, parts = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return wholes, parts


def _may_be_term(word: str) -> bool:
    return len(analyzer.characters(word)) == len(word) >= 2
