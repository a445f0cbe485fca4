"""txtai's hybrid search as `hybrid: true` sets it up: normalised BM25 and the cosines of a Faiss index, half and half.

https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid and
https://neuml.github.io/txtai/embeddings/query/#hybrid-search. Its tokenizer splits as Unicode says, which takes every
Chinese character alone, https://neuml.github.io/txtai/pipeline/data/tokenizer/; README.md has what else was tried.
Vectors computed elsewhere come in by the method `external`:
https://neuml.github.io/txtai/embeddings/configuration/vectors/#external.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import txtai  # type: ignore[import-not-found]  # the extra `peers`
from numpy.typing import NDArray

from eval.peers.protocol import Scored, Texts


def search(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """Every passage that either index finds."""
    known: dict[str, NDArray[np.float32]] = {}

    def transform(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([known[text] for text in texts])

    embeddings = txtai.Embeddings(method="external", transform=transform, hybrid=True)
    known.update(zip(passages.texts, passages.vectors, strict=True))
    embeddings.index(enumerate(passages.texts))
    known.clear()  # a query may read as a passage does, and still has a vector of its own
    known.update(zip(queries.texts, queries.vectors, strict=True))
    for query in queries.texts:
        with np.errstate(invalid="ignore"):  # txtai divides by the length, also that of a vector of zeros
            found = embeddings.search(query, len(passages.texts))
        yield Scored.of([row for row, _ in found], [score for _, score in found])
