"""Haystack's in-memory BM25 and embedding retrievers, joined.

Two retrievers and a `DocumentJoiner` are its hybrid pipeline: https://haystack.deepset.ai/tutorials/33_hybrid_retrieval.
The joiner's default, `concatenate`, keeps a document's higher score, and BM25's are higher than any cosine; the
tutorial leaves the order to a cross-encoder behind it. Of the join modes that give an order by themselves,
https://docs.haystack.deepset.ai/docs/documentjoiner, `distribution_based_rank_fusion` does best, see README.md. The
store's tokenizer is a regular expression, which by default takes every Chinese character alone, and can be told to take
words: https://docs.haystack.deepset.ai/reference/document-stores-api. Each mode has the one it does better with.
"""

import os
from array import array
from collections.abc import Iterator

from eval.peers.protocol import Scored, Texts

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read at import

from haystack import Document  # type: ignore[import-not-found]  # the extra `peers`
from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found]
from haystack.components.retrievers import (  # type: ignore[import-not-found]
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found]


def concatenated(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """Joined as `DocumentJoiner()` does, over jieba's words."""
    store = InMemoryDocumentStore(bm25_tokenization_regex=r"\S+", shared=False)
    spaced = Texts(passages.spaced, passages.vectors), Texts(queries.spaced, queries.vectors)
    return _search(store, DocumentJoiner(), *spaced)


def fused_by_distribution(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """The better joiner, over the store's own tokens."""
    joiner = DocumentJoiner("distribution_based_rank_fusion")
    return _search(InMemoryDocumentStore(shared=False), joiner, passages, queries)


def _search(store: InMemoryDocumentStore, joiner: DocumentJoiner, passages: Texts, queries: Texts) -> Iterator[Scored]:
    store.write_documents(
        [
            # An array and not a list: for every document that it gives back, Haystack copies a list value by value,
            # 3 s a query over 1,866 passages; an array it copies at once.
            Document(id=str(row), content=text, embedding=array("f", vector))
            for row, (text, vector) in enumerate(zip(passages.texts, passages.vectors, strict=True))
        ]
    )
    lexical = InMemoryBM25Retriever(store, top_k=len(passages.texts))
    nearest = InMemoryEmbeddingRetriever(store, top_k=len(passages.texts))
    for text, vector in zip(queries.texts, queries.vectors.tolist(), strict=True):
        legs = [lexical.run(query=text)["documents"], nearest.run(query_embedding=vector)["documents"]]
        found = joiner.run(legs)["documents"]
        yield Scored.of([int(document.id) for document in found], [document.score for document in found])
