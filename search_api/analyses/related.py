"""Which passages of other documents speak of the same matter as a passage? Those whose vectors lie nearest to its own.

Not for: what the one means for the other (later, another place, another bureau), which each conclusion decides.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer import deadline
from indexer.engine.protocol import DocumentEntry, Keys, PassageEntry, Query
from indexer.snapshot import Snapshot
from search_api.remembered import remembered

_DOCUMENTS = 12
"""Documents that are looked through for a passage: no thread of the sample archive has more."""
_SAMPLE = 400
"""Passages that stand for the archive: their quantiles are then good to about 0.01."""
_NINTH_DECILE = 1.2816  # of the normal distribution, in deviations


class Related(NamedTuple):
    """A passage of another document. `likeness` is how far above the archive's usual closeness the two stand, in
    deviations: an encoder's cosines mean something of their own, deviations compare."""

    entry: DocumentEntry
    passage: PassageEntry
    likeness: float


RelatedPassages = Sequence[Sequence[Related]]
"""For each passage of a document, in reading order, those of other documents, likest first."""


def related_passages(
    snapshot: Snapshot, passages: Sequence[PassageEntry], *, documents: int = _DOCUMENTS
) -> list[list[Related]]:
    """For each passage those of the nearest documents, without its own, likest first. Raises as the deadline does."""
    if not passages:
        return []
    vectors = unit_vectors(snapshot, passages)
    found = []
    for passage, vector in zip(passages, vectors, strict=True):
        deadline.check()
        found.append(_related(snapshot, passage, vector, documents))
    return found


def likeness(snapshot: Snapshot, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cosines of passages as deviations above what is usual between two passages of this archive."""
    usual, spread = _usual(snapshot)
    return (cosines.astype(np.float64) - usual) / spread


def cosines_of_documents(snapshot: Snapshot, document: int, others: Keys) -> NDArray[np.float32]:
    """Between a document and each of these, as wholes."""
    vectors = _unit(snapshot.engine.document_vectors(np.append(others, document)))
    return np.asarray(vectors[:-1] @ vectors[-1], dtype=np.float32)


def likeness_of_documents(snapshot: Snapshot, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cosines of documents as deviations above what is usual between two documents of this archive."""
    usual, spread = _usual_of_documents(snapshot)
    return (cosines.astype(np.float64) - usual) / spread


def unit_vectors(snapshot: Snapshot, passages: Sequence[PassageEntry]) -> NDArray[np.float32]:
    """The vectors of these passages, each of length 1."""
    return _unit(snapshot.engine.vectors(np.array([passage.key for passage in passages], dtype=np.int64)))


def _related(snapshot: Snapshot, passage: PassageEntry, vector: NDArray[np.float32], k: int) -> list[Related]:
    engine = snapshot.engine
    asked = engine.retrieve(Query({}, vector, ranking=snapshot.ranking))
    near = asked.vector(k + 1).documents
    keys, _ = asked.passages(near[near != passage.document])
    cosines = _unit(engine.vectors(keys)) @ vector
    entries = {entry.key: entry for entry in engine.documents(near)}
    order = np.lexsort((keys, -cosines))
    found = zip(engine.passage_entries(keys[order]), likeness(snapshot, cosines[order]), strict=True)
    return [Related(entries[other.document], other, float(like)) for other, like in found]


@remembered
def _usual(snapshot: Snapshot) -> tuple[float, float]:
    """Of two passages of different documents."""
    documents = snapshot.engine.entries()
    step = max(1, len(documents) * 4 // _SAMPLE)
    some = [passage for entry in documents[::step] for passage in snapshot.engine.passages_of(entry.key)[:4]]
    vectors = unit_vectors(snapshot, some)
    of = np.array([passage.document for passage in some])
    return _middle_and_spread((vectors @ vectors.T)[of[:, None] != of[None, :]])


@remembered
def _usual_of_documents(snapshot: Snapshot) -> tuple[float, float]:
    """Of two documents as wholes."""
    keys = np.array([entry.key for entry in snapshot.engine.entries()], dtype=np.int64)
    vectors = _unit(snapshot.engine.document_vectors(keys[:: max(1, len(keys) // _SAMPLE)]))
    return _middle_and_spread((vectors @ vectors.T)[~np.eye(len(vectors), dtype=bool)])


def _middle_and_spread(cosines: NDArray[np.float32]) -> tuple[float, float]:
    """The median cosine and the deviation above it, by quantiles, which the few that are of one matter do not move."""
    if not len(cosines):
        return 0.0, 1.0
    usual, high = np.quantile(cosines, [0.5, 0.9])
    return float(usual), max(float(high - usual) / _NINTH_DECILE, 1e-6)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each of length 1; zeros stay zeros. A passage's vector may have several parts of length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
