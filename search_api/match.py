"""Which documents answered a proposal, ask by ask? A matrix of its points and the documents that answer them.

Each point is searched by itself, with its explanation; title and preamble say which of equally near documents are about
the same thing. Within a point the passages compete, whichever document they stand in: a long document on seven asks has
one paragraph on this one.

Not for: taking a proposal apart (see proposals).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from corpus.addresses import passage_id
from corpus.privacy import mask
from corpus.proposals import Point, Proposal, split_proposal
from corpus.types import Frozen
from indexer import deadline
from indexer.engine.protocol import DocumentEntry, Keys
from indexer.engine.ranking import standardised
from indexer.snapshot import Snapshot
from search_api.hits import HitFinder, band_of
from search_api.labels import label_of
from search_api.query.language import LONGEST_QUERY, QueryError, plain
from search_api.types import Band, Hit

# Chosen on every second proposal of eval/sample/proposals.jsonl, 38 points with an answer and 13 without;
# eval/README.md has what they come to on the others.
_MIN_CHANCE = 0.35
"""Of a document to answer a point, by the archive's calibration; below it the point has no precedent in that
document."""
_DOCUMENT_SHARE = 0.5
"""Of the document's score beside its passage's. Points with their answer in the first five: 35 with this share or none,
33 document by document with a passage each, 31 with three."""
_CONTEXT_SHARE = 0.3
"""Of the context's score beside the point's own; anything from 0.1 to 0.5 does the same here, more loses."""
_FIRST = 5  # passages of a point that are read first: whichever documents they stand in
_MAX_OF_A_DOCUMENT = 2  # of those: one and three lose an answer on each half
_MAX_PASSAGES = 10  # of a point; after the first, one each of further documents
_CONSIDERED = 200  # documents of a point whose passages compete
_CONTEXT_LENGTH = 400  # characters of preamble beside the title: its first sentences say what it is about
_MAX_DOCUMENTS = 100  # of the matrix
MAX_POINTS = 60
"""The longest proposals have twenty asks; more is a text cut wrongly."""

Progress = Callable[[int, int], None]
"""Called with the points that are done and how many there are."""


def proposal_of(text: str) -> Proposal:
    """The pasted text taken apart. Raises QueryError for a blank one, and one that is too long."""
    if not text.strip():
        raise QueryError("提案是空的：请粘贴提案全文，或选一个文件。")
    _check_length(len(text))
    return split_proposal(text)


def proposal_from(title: str, number: str, preamble: str, points: Sequence[tuple[str, str]]) -> Proposal:
    """One that people have taken apart: each point's text and context. Raises QueryError where it is too long.

    A point without text is none, and the others are counted without it.
    """
    asked = [(text.strip(), context.strip()) for text, context in points if text.strip()]
    _check_length(len(title) + len(preamble) + sum(len(text) + len(context) for text, context in asked))
    return Proposal(
        title=title.strip() or None,
        number=number.strip() or None,
        preamble=preamble.strip(),
        points=tuple(Point(number=n, text=text, context=context) for n, (text, context) in enumerate(asked, 1)),
    )


def _check_length(length: int) -> None:
    if length > LONGEST_QUERY:
        raise QueryError(f"提案有 {length} 个字符，超过上限 {LONGEST_QUERY}：请只粘贴需要答复的部分。")


class MatchedPoint(Frozen):
    """A point and the documents of its best passages, each with those. `precedent`: whether one is close enough."""

    number: int
    text: str
    context: str
    precedent: bool
    hits: tuple[Hit, ...]


class Answer(Frozen):
    """What a document says on a point: its best passage, and how close the document is to the point."""

    passage_id: str
    band: Band


class CoveringDocument(Frozen):
    """A document of the matrix: the points that it covers, what it says on each by number, and how well in all.

    `label` is what a page calls it.
    """

    doc_id: str
    score: float
    covered: tuple[int, ...]
    answers: Mapping[int, Answer]
    title: str | None
    agency: str | None
    doc_number: str | None
    replied_on: str | None
    label: str = Field(exclude=True)


class Match(Frozen):
    """A proposal against the archive. `documents` are those that cover a point, most points first, then how well."""

    title: str | None
    number: str | None
    preamble: str
    points: tuple[MatchedPoint, ...]
    documents: tuple[CoveringDocument, ...]

    def to_json(self, indent: int | None = 1) -> str:
        """The contract's shape: absent fields are null; a hit's `explanation` is not there."""
        hidden: Any = {"points": {"__all__": {"hits": {"__all__": {"explanation"}}}}}
        return self.model_dump_json(indent=indent, exclude=hidden)


def match(snapshot: Snapshot, proposal: Proposal, progress: Progress | None = None) -> Match:
    """Search each point. Raises QueryError as `Matching` does."""
    matching = Matching(snapshot, proposal)
    for done in matching:
        if progress:
            progress(done, len(proposal.points))
    return matching.result()


class Matching:
    """A proposal being matched, point by point, for those who show how far it is.

    Raises QueryError for a proposal without points, or with more than can be answered.
    """

    def __init__(self, snapshot: Snapshot, proposal: Proposal) -> None:
        if not proposal.points:
            raise QueryError("没有可以查找的诉求：请粘贴提案全文，或至少写一条诉求。")
        if len(proposal.points) > MAX_POINTS:
            raise QueryError(f"诉求有 {len(proposal.points)} 条，超过上限 {MAX_POINTS} 条：请合并或删去一些。")
        self._snapshot, self._proposal = snapshot, proposal
        self._searches: list[_PointSearch] = []
        self._matched: list[MatchedPoint] = []

    def __iter__(self) -> Iterator[int]:
        """Searches, and says how many points are done: 0 first, all of them last. To be walked through once."""
        yield 0
        about = _Context(self._snapshot, self._proposal)
        for done, point in enumerate(self._proposal.points, 1):
            deadline.check()
            search = _PointSearch(self._snapshot, point, about)
            self._searches.append(search)
            self._matched.append(search.matched())
            yield done

    def result(self) -> Match:
        """Of the points that are done."""
        return Match(
            title=self._proposal.title,
            number=self._proposal.number,
            preamble=self._proposal.preamble,
            points=tuple(self._matched),
            documents=tuple(_documents(self._snapshot, self._searches)),
        )


class _Context:
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
class _PointSearch:
    """One point: its documents, and the passages of the first of them."""

    snapshot: Snapshot
    point: Point
    about: _Context

    @cached_property
    def _finder(self) -> HitFinder:
        text = f"{self.point.text}\n{self.point.context}".strip()[:LONGEST_QUERY]
        return HitFinder(self.snapshot, plain(text), "hybrid")

    @cached_property
    def _ranked(self) -> tuple[Keys, NDArray[np.float64], NDArray[np.float64]]:
        """Documents, their scores with the context's, and their chances; best first."""
        ranked = self._finder.ranked()
        score = ranked.score + _CONTEXT_SHARE * self.about.of(ranked.documents)
        order = np.lexsort((np.arange(len(score)), -score))[:_CONSIDERED]
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
        passages, owners = self._finder.passages(documents)
        by_key = np.argsort(documents)
        of_owner = standardised(score)[by_key[np.searchsorted(documents[by_key], owners)]]
        total = standardised(self._finder.passage_scores(passages)) + _DOCUMENT_SHARE * of_owner
        order = np.lexsort((passages, -total))
        return list(zip(passages[order].tolist(), owners[order].tolist(), strict=True))

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
        return self.chances.get(document, 0.0) >= _MIN_CHANCE

    def _chosen(self) -> dict[int, list[int]]:
        """Passages to show, by their documents."""
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

    def matched(self) -> MatchedPoint:
        """The best passages by their documents, in the order of each document's best."""
        chosen, engine = self._chosen(), self.snapshot.engine
        documents, scores, _ = self._ranked
        score = dict(zip(documents.tolist(), scores.tolist(), strict=True))
        hits = []
        for rank, entry in enumerate(engine.documents(np.array(list(chosen), dtype=np.int64)), 1):
            shown = engine.passage_entries(np.array(chosen[entry.key], dtype=np.int64))
            hits.append(self._finder.hit(rank, entry, score[entry.key], self.chances[entry.key], shown))
        precedent = any(map(self.covers, self.chances))
        return MatchedPoint(**self.point.model_dump(), precedent=precedent, hits=tuple(hits))


def _documents(snapshot: Snapshot, points: Sequence[_PointSearch]) -> list[CoveringDocument]:
    keys = sorted({document for point in points for document in point.chances if point.covers(document)})
    entries = snapshot.engine.documents(np.array(keys, dtype=np.int64))
    ranked = sorted((_coverage(entry, points) for entry in entries), key=lambda c: (-len(c[2]), -c[1], c[0].doc_id))
    return [_document(snapshot, *coverage) for coverage in ranked[:_MAX_DOCUMENTS]]


def _coverage(
    entry: DocumentEntry, points: Sequence[_PointSearch]
) -> tuple[DocumentEntry, float, Sequence[_PointSearch]]:
    """A document, how well it covers in all, and the points that it covers."""
    covering = [point for point in points if point.covers(entry.key)]
    return entry, round(sum(point.chances[entry.key] for point in covering), 4), covering


def _document(
    snapshot: Snapshot, entry: DocumentEntry, score: float, covering: Sequence[_PointSearch]
) -> CoveringDocument:
    best = np.array([point.best_passage(entry.key) for point in covering], dtype=np.int64)
    answers = {
        point.point.number: Answer(
            passage_id=passage_id(entry.doc_id, passage.anchor), band=band_of(point.chances[entry.key])
        )
        for point, passage in zip(covering, snapshot.engine.passage_entries(best), strict=True)
    }
    return CoveringDocument(
        doc_id=entry.doc_id,
        score=score,
        covered=tuple(answers),
        answers=answers,
        title=mask(entry.title) if entry.title else None,
        agency=entry.agency,
        doc_number=entry.doc_number,
        replied_on=entry.replied_on,
        label=label_of(snapshot, entry),
    )
