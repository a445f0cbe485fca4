"""Prepares the input of every peer: passages and vectors as an index keeps them, topics and their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from corpus.types import Document
from eval.experiment import DEPTH
from eval.peers.protocol import Scored, Texts
from eval.trec import Topic
from indexer.encoders.protocol import unit_vectors
from indexer.engine.texts import passage_texts
from indexer.snapshot import Snapshot

Unit = Literal["passage", "document"]
Part = Literal["all", "general"]
"""What of an index's vectors: whole, or the general encoder's part of one that has another beside it."""


@dataclass(frozen=True)
class Passages(Texts):
    """`doc_ids` says which document each row belongs to."""

    doc_ids: NDArray[np.str_]


def passages_of(snapshot: Snapshot, unit: Unit, part: Part = "all") -> Passages:
    """Every passage with title, headings and question, as the index holds it, or every document as one.

    Raises DafuError for the general part of an index that has no other part or none at all.
    """
    engine, entries = snapshot.engine, snapshot.engine.entries()
    keys = np.array([entry.key for entry in entries], dtype=np.int64)
    documents = {entry.key: snapshot.masked(entry) for entry in entries}
    doc_ids = {entry.key: entry.doc_id for entry in entries}
    if unit == "document":
        texts = [_whole(documents[int(key)]) for key in keys]
        vectors = _part(snapshot, engine.document_vectors(keys), part)
        return Passages(texts, vectors, np.array([doc_ids[int(key)] for key in keys]))
    passages = [passage for key in keys for passage in engine.passages_of(int(key))]
    texts = ["\n".join(passage_texts(documents[passage.document], passage)) for passage in passages]
    vectors = engine.vectors(np.array([passage.key for passage in passages], dtype=np.int64))
    return Passages(
        texts, _part(snapshot, vectors, part), np.array([doc_ids[passage.document] for passage in passages])
    )


def _whole(document: Document) -> str:
    return "\n".join(filter(None, [document.title, document.question, document.text]))


def _part(snapshot: Snapshot, vectors: NDArray[np.float32], part: Part) -> NDArray[np.float32]:
    """That part of the vectors, of length 1 as peers expect them: two parts side by side have the length of both."""
    slow = snapshot.encoder.slow
    if part == "general" and (slow is None or not snapshot.encoder.is_ready):
        raise DafuError(
            "索引的向量没有语义部分，或还没有算好：请用 --encoder mixed 建立索引，或去掉 --vectors general。"
        )
    chosen = vectors[:, -slow.dimension :] if part == "general" and slow is not None else vectors
    return unit_vectors(np.ascontiguousarray(chosen, dtype=np.float32))


def queries_of(snapshot: Snapshot, topics: Sequence[Topic], part: Part = "all") -> Texts:
    """The topics as plain text: no peer reads dafu's query language."""
    texts = [topic.text for topic in topics]
    return Texts(texts, _part(snapshot, snapshot.encoder.encode_queries(texts), part))


def by_document(scored: Scored, doc_ids: NDArray[np.str_], candidates: frozenset[str] | None) -> dict[str, float]:
    """Ranks documents by their best passages, ties by doc_id; ranks as scores, as in `eval.experiment.rank_topic`."""
    best: dict[str, float] = {}
    for doc_id, score in zip(doc_ids[scored.rows].tolist(), scored.scores.tolist(), strict=True):
        if (candidates is None or doc_id in candidates) and score > best.get(doc_id, -np.inf):
            best[doc_id] = score
    kept = sorted(best, key=lambda doc_id: (-best[doc_id], doc_id))[:DEPTH]
    return {doc_id: float(len(kept) - rank) for rank, doc_id in enumerate(kept)}
