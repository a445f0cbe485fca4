"""LanceDB's hybrid search: its full-text index and a scan of the vectors, fused by its default reranker.

The default is `RRFReranker`, reciprocal rank fusion with K 60: https://docs.lancedb.com/search/hybrid-search and
https://docs.lancedb.com/integrations/reranking/rrf. Three of its tokenizers read Chinese: jieba with a dictionary put
beside it, ICU and n-grams: https://docs.lancedb.com/indexing/fts-index. N-grams of two do best, see README.md.
"""

from collections.abc import Iterator
from tempfile import TemporaryDirectory

import lancedb  # type: ignore[import-not-found]  # the extra `peers`
from lancedb.index import FTS  # type: ignore[import-not-found]

from eval.peers.protocol import Scored, Texts

_TOKENIZER = {"base_tokenizer": "ngram", "ngram_min_length": 2, "ngram_max_length": 2}


def search(passages: Texts, queries: Texts) -> Iterator[Scored]:
    """Every passage: the scan of the vectors leaves none out."""
    with TemporaryDirectory(prefix="dafu-lancedb-") as folder:
        rows = [
            {"row": row, "text": text, "vector": vector}
            for row, (text, vector) in enumerate(zip(passages.texts, passages.vectors, strict=True))
        ]
        table = lancedb.connect(folder).create_table("passages", rows)
        table.create_index("text", config=FTS(**_TOKENIZER))
        for text, vector in zip(queries.texts, queries.vectors, strict=True):
            query = table.search(query_type="hybrid").vector(vector).text(text).limit(len(rows))
            found = query.to_arrow()
            yield Scored.of(found["row"].to_pylist(), found["_relevance_score"].to_pylist())
