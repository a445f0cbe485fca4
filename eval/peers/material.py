"""What every peer is fed with: passages and vectors as an index keeps them, topics and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.types import Document
from eval.experiment import DEPTH
from eval.peers.protocol import Scored, Texts
from eval.trec import Topic
from indexer.build.generation import Generation

Unit = Literal["passage", "letter"]


@dataclass(frozen=True)
class Passages(Texts):
    """`doc_ids` says which document each row belongs to."""

    doc_ids: NDArray[np.str_]


def passages_of(generation: Generation, unit: Unit) -> Passages:
    """Every passage with title, headings and question, as the index holds it, or every document as one."""
    table = generation.table
    if unit == "passage":
        texts = ["\n".join(generation.texts(row)) for row in range(len(table))]
        documents, index = table.document, generation.legs.vectors
    else:
        texts = [_whole(generation.document(ordinal)) for ordinal in range(len(table.documents))]
        documents, index = np.arange(len(table.documents)), generation.legs.document_vectors
    doc_ids = np.array([entry.doc_id for entry in table.documents])
    return Passages(texts, index.reconstruct(np.arange(index.size)), doc_ids[documents])


def _whole(document: Document) -> str:
    return "\n".join(filter(None, [document.title, document.question, document.text]))


def queries_of(generation: Generation, topics: Sequence[Topic]) -> Texts:
    """The topics as plain text: no peer reads dafu's query language."""
    texts = [topic.text for topic in topics]
    return Texts(texts, np.asarray(generation.encoder.encode_queries(texts), dtype=np.float32))


def by_document(scored: Scored, doc_ids: NDArray[np.str_], candidates: frozenset[str] | None) -> dict[str, float]:
    """A document where its best passage stands, ties by doc_id; ranks as scores, as in `eval.experiment.rank_topic`."""
    best: dict[str, float] = {}
    for doc_id, score in zip(doc_ids[scored.rows].tolist(), scored.scores.tolist(), strict=True):
        if (candidates is None or doc_id in candidates) and score > best.get(doc_id, -np.inf):
            best[doc_id] = score
    kept = sorted(best, key=lambda doc_id: (-best[doc_id], doc_id))[:DEPTH]
    return {doc_id: float(len(kept) - rank) for rank, doc_id in enumerate(kept)}
