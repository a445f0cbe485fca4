"""What the documents that a search finds are worth today, and an order in which the valid one stands first."""

import numpy as np

from indexer.engine.protocol import Keys
from indexer.snapshot import Snapshot
from search_api.analyses.current import NOTHING_KNOWN, Standing, Standings, standings
from search_api.analyses.valid_order import with_above
from search_api.hits import HitFinder
from search_api.query.asked import Asked
from search_api.ranked import RankedDocuments, best_passages

_REORDERED = 20
"""Documents of a query whose order may change: what is further down is about it by chance."""


def standings_of(snapshot: Snapshot, finder: HitFinder, documents: Keys) -> Standings:
    """The standings of the best passages of these documents for the query; none where words did not lead to them."""
    if not finder.asks_in_words or not len(documents):
        return NOTHING_KNOWN
    passages, owners = finder.passages(documents)
    scores = finder.passage_scores(passages)
    shown = {key for keys in best_passages(passages, owners, scores).values() for key in keys}
    return standings(snapshot, passages, scores, shown)


def near_documents(ordered: RankedDocuments, *also: Keys) -> Keys:
    """The documents whose order may change, and these."""
    return np.unique(np.concatenate([ordered.documents[:_REORDERED], *also]))


def valid_documents(ordered: RankedDocuments, known: Standings, asked: Asked) -> RankedDocuments:
    """The documents with each that took another's place directly above that, if both are near the query.

    Whoever names a bureau or a year asks for its answer: what has less of what is named goes above nothing.
    `known` are the standings of `near_documents`, at least.
    """
    near = ordered.documents[:_REORDERED].tolist()
    named = dict(zip(near, asked.share_named(ordered.documents[:_REORDERED]).tolist(), strict=True))
    nearest: dict[int, Standing] = {}
    for standing in known.values():  # the nearest to the query first
        nearest.setdefault(standing.of.entry.key, standing)
    takers = {document: nearest[document].superseded_by for document in near if document in nearest}
    above = {
        document: taker.entry.key
        for document, taker in takers.items()
        if taker and named.get(taker.entry.key, -1.0) >= named[document]
    }
    places = {document: at for at, document in enumerate(near)}
    order = [places[document] for document in with_above(near, above)]
    return ordered.take(np.array([*order, *range(len(order), len(ordered))], dtype=np.int64))
