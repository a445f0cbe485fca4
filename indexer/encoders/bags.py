"""Bags of terms for training, and the vectors that their terms start with: a decomposition of the TF-IDF matrix.

A bag is a text's terms as numbers, sentence by sentence and with repeats: both what an embedding bag averages and a row
of the count matrix. Owner of SciPy and scikit-learn, which take a second to import: only training comes here.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # no stubs, as for the next two
from sklearn.feature_extraction.text import TfidfTransformer  # type: ignore[import-untyped]
from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from indexer.terms.analysis import BREAK
from indexer.terms.analyzer import DEFAULT, Analyzer, sentences

MAX_DECOMPOSED = 20_000
"""The decomposition looks at no more texts than this: its directions are stable long before, and it takes 20 s then."""


@dataclass(frozen=True)
class Bags:
    """Bag i is numbers[starts[i]:starts[i + 1]]. `numbers` are int32, `starts` int64 of length n + 1."""

    numbers: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.diff(self.starts)

    def take(self, rows: Sequence[int]) -> "Bags":
        """The bags of these rows, in their order."""
        pieces = [self.numbers[self.starts[row] : self.starts[row + 1]] for row in rows]
        return _bags(pieces)

    def renumbered(self, new: NDArray[np.int32]) -> "Bags":
        """Number i becomes new[i]; where that is negative the term falls out."""
        numbers = new[self.numbers]
        known = numbers >= 0
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(known, dtype=np.int64)])
        return Bags(numbers[known], before[self.starts])


class Lexicon:
    """Gives each term a number as it is met, and texts their bags.

    A sentence is analysed once, for it comes again: in its stretch, in the whole document, and in a half of either.
    Measured on the texts of the pairs of 2,284 documents: 14 s instead of 18.
    """

    def __init__(self, analyzer: Analyzer = DEFAULT) -> None:
        self._analyzer = analyzer
        self._numbers: dict[str, int] = {}
        self._sentences: dict[str, NDArray[np.int32]] = {}

    def bags(self, texts: Iterable[str]) -> Bags:
        """A bag for each text."""
        nothing = np.empty(0, np.int32)
        return _bags([np.concatenate([nothing, *map(self._of_sentence, sentences(text))]) for text in texts])

    def most_frequent(self, bags: Bags, size: int) -> tuple[list[str], NDArray[np.int32]]:
        """The `size` terms that stand in the most of these bags, those first and equal ones in order; and for each
        number so far its place among them, -1 for the others."""
        everything = list(self._numbers)
        frequency = np.diff(_counts(bags, len(everything)).tocsc().indptr)
        present = np.flatnonzero(frequency).tolist()
        order = sorted(present, key=lambda number: (-frequency[number], everything[number]))[:size]
        new = np.full(len(everything), -1, np.int32)
        new[order] = np.arange(len(order))
        return [everything[number] for number in order], new

    def _of_sentence(self, sentence: str) -> NDArray[np.int32]:
        if (found := self._sentences.get(sentence)) is None:
            terms = self._terms(sentence)
            numbers = [self._numbers.setdefault(term, len(self._numbers)) for term in terms]
            found = self._sentences[sentence] = np.array(numbers, np.int32)
        return found

    def _terms(self, sentence: str) -> Iterator[str]:
        """The words, bigrams and concepts of a sentence."""
        found = self._analyzer.sentence(sentence)
        return (term for term in chain(found.words, found.bigrams, found.concepts) if term != BREAK)


def spectral_matrix(bags: Bags, size: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """A row for each of `size` terms: the main directions of the TF-IDF matrix, times idf squared; rows average 1 long.

    Shape (size, d), d <= dimension: there are no more directions than texts or terms. Measured as in training.py, after
    training: idf to the power 1 / 2 / 3 gives 0.712 / 0.717 / 0.721 (3 leans hard on terms of a single text), and
    scaling by the singular values as well only loses (0.447 for 0.546 after two epochs).
    """
    if size == 0:
        return np.zeros((0, 1), np.float32)
    counts = _counts(bags, size)
    tfidf = TfidfTransformer(sublinear_tf=True).fit(counts)
    if len(bags) > MAX_DECOMPOSED:
        counts = counts[np.random.default_rng(seed).choice(len(bags), MAX_DECOMPOSED, replace=False)]
    weights, most = tfidf.transform(counts), min(dimension, *counts.shape)
    with threadpool_limits(1):  # sums in another order round otherwise: the result must not depend on the cores
        _, strengths, directions = randomized_svd(weights, most, n_iter=5, random_state=seed)
    real = strengths > 1e-4 * strengths.max()  # repeated texts leave directions that are nothing but rounding
    matrix = directions[real].T * tfidf.idf_[:, None] ** 2
    scaled: NDArray[np.float32] = (matrix / np.linalg.norm(matrix, axis=1).mean()).astype(np.float32)
    return scaled


def _bags(pieces: Sequence[NDArray[np.int32]]) -> Bags:
    starts = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    return Bags(np.concatenate([np.empty(0, np.int32), *pieces]), starts)


def _counts(bags: Bags, size: int) -> csr_matrix:
    """How often each term stands in each text: float32, shape (n, size), each term once a row."""
    ones = np.ones(len(bags.numbers), np.float32)
    counts = csr_matrix((ones, bags.numbers, bags.starts), shape=(len(bags), size), copy=True)
    counts.sum_duplicates()  # in place: without the copy, in the bags themselves
    return counts
