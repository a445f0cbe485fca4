"""Which passages of later documents may return to what a document promised? Those of the documents whose passages lie
nearest to the promises' own, by their vectors.

Not for: what such a passage says of a promise (see outcomes).
"""

from collections.abc import Collection
from datetime import date

import numpy as np

from corpus.addresses import passage_id
from corpus.facts.commitments import written_on
from indexer import deadline
from indexer.engine.filters import Filter
from indexer.engine.protocol import DocumentEntry, Query
from indexer.snapshot import Snapshot
from search_api.analyses.outcomes import LaterPassage, Rarity
from search_api.remembered import remembered

_DOCUMENTS = 12
"""Documents that are looked through for the promises of a passage: no thread of the sample archive has more."""
_SAMPLED = 400  # documents whose words stand for the archive's


def later_passages(snapshot: Snapshot, entry: DocumentEntry, day: date, anchors: Collection[str]) -> list[LaterPassage]:
    """The passages of documents later than `day` that may return to what the passages at these anchors of a document
    promise. Raises as the deadline does."""
    engine = snapshot.engine
    keys = [passage.key for passage in engine.passages_of(entry.key) if passage.anchor in anchors]
    wanted = Filter(years=((day.year, date.max.year),))
    near: dict[int, None] = {}
    for vector in engine.vectors(np.array(keys, dtype=np.int64)):
        deadline.check()
        if length := float(np.linalg.norm(vector)):
            asked = engine.retrieve(Query({}, vector / length, wanted, snapshot.ranking))
            near |= dict.fromkeys(map(int, asked.vector(_DOCUMENTS).documents))
    near.pop(entry.key, None)
    others = engine.documents(np.array(list(near), dtype=np.int64))
    return [passage for other in others for passage in _passages(snapshot, other, day)]


def _passages(snapshot: Snapshot, entry: DocumentEntry, day: date) -> list[LaterPassage]:
    """Those of a document; none of one that is not later than `day`."""
    document = snapshot.masked(entry)
    written = written_on(document)
    if written is None or written <= day:
        return []
    return [
        LaterPassage(
            entry.doc_id, passage_id(entry.doc_id, passage.anchor), written, document.text[passage.start : passage.end]
        )
        for passage in snapshot.engine.passages_of(entry.key)
    ]


@remembered
def rarity_of(snapshot: Snapshot) -> Rarity:
    """How rare words are in the documents that may be seen, by some of these."""
    entries = snapshot.engine.entries()
    some = entries[:: max(1, -(-len(entries) // _SAMPLED))]
    return Rarity(
        snapshot.masked(entry).text[passage.start : passage.end]
        for entry in some
        for passage in snapshot.engine.passages_of(entry.key)
    )
