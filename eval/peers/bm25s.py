"""Plain BM25 over jieba's words: what is written in an afternoon, and no vectors.

bm25s takes lists of words in place of its own English tokenizer's: https://github.com/xhluca/bm25s#tokenization and the
docstring of `BM25.index`. Everything else is its default: Lucene's BM25, k1 1.5, b 0.75.
"""

from collections.abc import Iterator

import bm25s  # type: ignore[import-not-found]  # the extra `peers`
import numpy as np

from eval.peers.protocol import Scored, Texts


def search(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """Every passage with a word of the query."""
    index = bm25s.BM25()
    index.index(passages.words, show_progress=False)
    for words in queries.words:
        scores = np.asarray(index.get_scores(words), dtype=np.float64)
        rows = np.flatnonzero(scores)
        yield Scored(rows, scores[rows])
