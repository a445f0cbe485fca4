"""The vectors of passages by an encoder's slow part: made in batches, and kept in the archive for whatever is built.

Whoever is killed loses a batch. Not for: what the slow part is (see encoders/mixed.py).
"""

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.passages import split
from corpus.types import Document
from indexer.archive import Archive, VersionKey
from indexer.archive.fingerprints import text_hash
from indexer.build.known_items import in_drawn_order, known_items
from indexer.build.masked import masked_from
from indexer.encoders import Encoder
from indexer.encoders.pairs import encoder_text
from indexer.encoders.protocol import Memory
from indexer.progress import Progress

STEP = "语义向量"

_BATCH = 64  # texts between two commits: three seconds
_CENTRED_ON, _CENTRED_ON_QUERIES = 1000, 200
"""Passages and queries whose means stand for all of the archive's."""


def remembered(archive: Archive, *, encodes: bool) -> Memory:
    """The archive's vectors; where it `encodes`, those that are missing are made and kept, else they are zeros."""

    def vectors(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
        hashes = [text_hash(text) for text in texts]
        found = archive.vectors.get(encoder.fingerprint, list(dict.fromkeys(hashes)))
        missing = {sha: text for sha, text in zip(hashes, texts, strict=True) if sha not in found}
        if encodes and missing:
            found |= _made(archive, encoder, missing)
        nothing = np.zeros(encoder.dimension, np.float32)
        return np.stack([found.get(sha, nothing) for sha in hashes]) if hashes else nothing[None][:0]

    return vectors


def encode_missing(
    archive: Archive,
    encoder: Encoder,
    versions: Sequence[VersionKey],
    progress: Progress,
    seconds: float = math.inf,
) -> bool:
    """Makes the vectors of passages that these documents lack. False where so many seconds did not do for all.

    They are counted from the first batch: finding where to go on takes a while, and a stretch must not end before it
    begins.
    """
    known, read = archive.vectors.known(encoder.fingerprint), masked_from(archive)
    missing: dict[str, str] = {}
    ends: float | None = None
    for done, version in enumerate(versions):
        progress(STEP, done, len(versions))
        for text in texts_of(read(version)):
            if (sha := text_hash(text)) not in known:
                missing[sha] = text
        if len(missing) >= _BATCH:
            ends = time.monotonic() + seconds if ends is None else ends
            known |= _made(archive, encoder, missing).keys()
            missing = {}
            if time.monotonic() >= ends:
                return False
    _made(archive, encoder, missing)
    progress(STEP, len(versions), len(versions))
    return True


def centred(archive: Archive, encoder: Encoder, versions: Sequence[VersionKey]) -> Encoder:
    """The encoder ready for its slow part, by what these documents say and were asked."""
    if encoder.slow is None or encoder.is_ready:
        return encoder
    queries, passages = [], []
    for document in _drawn(archive, versions):
        queries += [item.text for item in known_items(document)]
        passages += texts_of(document)
        if len(passages) >= _CENTRED_ON:
            break
    asked = queries[:_CENTRED_ON_QUERIES] or passages[:_CENTRED_ON_QUERIES]
    by_passages = remembered(archive, encodes=True)(encoder.slow, passages[:_CENTRED_ON])
    return encoder.centred(encoder.slow.encode_queries(asked), by_passages)


def texts_of(document: Document) -> list[str]:
    """The texts that stand for a document's passages before an encoder."""
    return [encoder_text(document, passage) for passage in split(document)]


def _drawn(archive: Archive, versions: Sequence[VersionKey]) -> Iterator[Document]:
    return map(masked_from(archive), in_drawn_order(versions))


def _made(archive: Archive, encoder: Encoder, texts: dict[str, str]) -> dict[str, NDArray[np.float32]]:
    """Vectors by the hashes of their texts, kept and as they are kept."""
    if not texts:
        return {}
    vectors = encoder.encode_passages(list(texts.values())).astype(np.float16).astype(np.float32)
    made = dict(zip(texts, vectors, strict=True))
    with archive.transaction():
        archive.vectors.put(encoder.fingerprint, made)
    return made
