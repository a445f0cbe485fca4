"""What answers one point of a proposal: its documents, and the passages of the first of them.

A point is searched by itself, with its explanation; what the proposal is about says which of equally near documents are
about the same thing. The passages compete, whichever document they stand in: a long document on seven asks has one
paragraph on this one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.cached import cached_property
from corpus.proposals import Point, Proposal
from indexer.engine.parameters import PointParameters
from indexer.engine.protocol import Keys
from indexer.engine.ranking import standardised
from indexer.snapshot import Snapshot
from search_api.analyses.current import Standings, standings
from search_api.analyses.valid_order import valid_first
from search_api.hits import HitFinder
from search_api.query.language import LONGEST_QUERY, plain
from search_api.types import Hit

_FIRST = 5  # passages of a point that are read first: whichever documents they stand in
_MAX_OF_A_DOCUMENT = 2  # of those: one and three lose an answer on each half
_MAX_PASSAGES = 10  # of a point; after the first, one each of further documents
_NEAR = 0.5  # behind the nearest passage: of dev asks 31 of 38 current answers are then right, 31 of 40 without
_CONTEXT_LENGTH = 400  # characters of preamble beside the title: its first sentences say what it is about


class Context:
    """How near each document is to what the proposal is about as a whole."""

    def __init__(self, snapshot: Snapshot, proposal: Proposal) -> None:
        text = "\n".join(filter(None, [proposal.title, proposal.preamble[:_CONTEXT_LENGTH]]))
        self._documents, self._scores = np.empty(0, np.int64), np.empty(0, np.float64)
        if text.strip():
            ranked = HitFinder(snapshot, plain(text), "hybrid").ranked()
            order = np.argsort(ranked.documents)
            self._documents, self._scores = ranked.documents[order], ranked.score[order]
        self._of_others = float(self._scores.min(initial=0.0))

    def of(self, documents: Keys) -> NDArray[np.float64]:
        """Scores of these documents; those that are not near at all score as the last one does."""
        if not len(self._documents):
            return np.zeros(len(documents))
        at = np.minimum(np.searchsorted(self._documents, documents), len(self._documents) - 1)
        return np.where(self._documents[at] == documents, self._scores[at], self._of_others)


@dataclass(frozen=True)
class PointSearch:
    """One point: its documents, and the passages of the first of them."""

    snapshot: Snapshot
    point: Point
    about: Context

    @property
    def _parameters(self) -> PointParameters:
        return self.snapshot.ranking.points

    @cached_property
    def _finder(self) -> HitFinder:
        text = f"{self.point.text}\n{self.point.context}".strip()[:LONGEST_QUERY]
        return HitFinder(self.snapshot, plain(text), "hybrid")

    @cached_property
    def _ranked(self) -> tuple[Keys, NDArray[np.float64], NDArray[np.float64]]:
        """Replies, their scores with the context's, and their chances; best first. Nothing else is a precedent."""
        ranked = self._finder.ranked()
        ranked = ranked.take(~self._finder.is_other(ranked.documents))
        score = ranked.score + self._parameters.context_share * self.about.of(ranked.documents)
        order = np.lexsort((np.arange(len(score)), -score))[: self._parameters.considered]
        return ranked.documents[order], score[order], ranked.chance[order]

    @cached_property
    def chances(self) -> dict[int, float]:
        """The chance of each document considered, by key."""
        documents, _, chance = self._ranked
        return dict(zip(documents.tolist(), chance.tolist(), strict=True))

    @cached_property
    def _passages(self) -> list[tuple[int, int]]:
        """Passages of all documents considered and the document of each, best first."""
        documents, score, _ = self._ranked
        if not len(documents):
            return []
        passages, owners, own = self._scored
        by_key = np.argsort(documents)
        of_owner = standardised(score)[by_key[np.searchsorted(documents[by_key], owners)]]
        total = standardised(own) + self._parameters.document_share * of_owner
        order = np.lexsort((passages, -total))
        return list(zip(passages[order].tolist(), owners[order].tolist(), strict=True))

    @cached_property
    def _scored(self) -> tuple[Keys, Keys, NDArray[np.float64]]:
        """Passages of all documents considered, the document of each, and how near it is by itself."""
        passages, owners = self._finder.passages(self._ranked[0])
        return passages, owners, self._finder.passage_scores(passages)

    def best_passage(self, document: int) -> int:
        """The key of the best passage of a document that was considered."""
        return self._best_passages[document]

    @cached_property
    def _best_passages(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for passage, document in self._passages:
            found.setdefault(document, passage)
        return found

    def covers(self, document: int) -> bool:
        """Whether a document is close enough to answer the point."""
        return self.chances.get(document, 0.0) >= self._parameters.min_chance

    @cached_property
    def chosen(self) -> dict[int, list[int]]:
        """Passages to show, by their documents: what took the place of another stands above it."""
        return valid_first(self._nearest, self.standings)

    @cached_property
    def current(self) -> int | None:
        """The first passage to show that is current and near enough to be the answer."""
        for passages in self.chosen.values():
            for passage in passages:
                standing = self.standings[passage]
                if standing.status == "current" and standing.of.behind <= _NEAR:
                    return passage
        return None

    @cached_property
    def standings(self) -> Standings:
        """What the passages to show, and others as near, are worth today."""
        shown = {passage for passages in self._nearest.values() for passage in passages}
        passages, _, scores = self._scored
        return standings(self.snapshot, passages, scores, shown)

    @cached_property
    def _nearest(self) -> dict[int, list[int]]:
        """The best passages, whichever documents they stand in, in the order of each document's best."""
        chosen: dict[int, list[int]] = {}
        shown = 0
        for passage, document in self._passages:
            of_document = chosen.setdefault(document, [])
            if len(of_document) < (_MAX_OF_A_DOCUMENT if shown < _FIRST else 1):
                of_document.append(passage)
                shown += 1
            if shown == _MAX_PASSAGES:
                break
        return chosen

    def hits(self) -> list[Hit]:
        """The documents of the passages to show, each with those."""
        chosen, engine = self.chosen, self.snapshot.engine
        documents, scores, _ = self._ranked
        score = dict(zip(documents.tolist(), scores.tolist(), strict=True))
        hits = []
        for rank, entry in enumerate(engine.documents(np.array(list(chosen), dtype=np.int64)), 1):
            shown = engine.passage_entries(np.array(chosen[entry.key], dtype=np.int64))
            of_document = score[entry.key], self.chances[entry.key]
            hits.append(self._finder.hit(rank, entry, *of_document, shown, known=self.standings))
        return hits
