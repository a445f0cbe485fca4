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

from corpus.privacy import mask
from corpus.proposals import Point, Proposal, split_proposal
from corpus.types import Frozen
from indexer import deadline
from indexer.build.generation import Generation
from indexer.engine.fusion import standardised
from indexer.engine.local.table import DocumentEntry
from search_api.hits import Request, band_of
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
    """A document of the matrix: the points that it covers, what it says on each by number, and how well in all."""

    doc_id: str
    score: float
    covered: tuple[int, ...]
    answers: Mapping[int, Answer]
    title: str | None
    agency: str | None
    doc_number: str | None
    replied_on: str | None


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


def match(generation: Generation, proposal: Proposal, progress: Progress | None = None) -> Match:
    """Search each point. Raises QueryError as `Matching` does."""
    matching = Matching(generation, proposal)
    for done in matching:
        if progress:
            progress(done, len(proposal.points))
    return matching.result()


class Matching:
    """A proposal being matched, point by point, for those who show how far it is.

    Raises QueryError for a proposal without points, or with more than can be answered.
    """

    def __init__(self, generation: Generation, proposal: Proposal) -> None:
        if not proposal.points:
            raise QueryError("没有可以查找的诉求：请粘贴提案全文，或至少写一条诉求。")
        if len(proposal.points) > MAX_POINTS:
            raise QueryError(f"诉求有 {len(proposal.points)} 条，超过上限 {MAX_POINTS} 条：请合并或删去一些。")
        self._generation, self._proposal = generation, proposal
        self._searches: list[_PointSearch] = []
        self._matched: list[MatchedPoint] = []

    def __iter__(self) -> Iterator[int]:
        """Searches, and says how many points are done: 0 first, all of them last. To be walked through once."""
        yield 0
        about = _Context(self._generation, self._proposal)
        for done, point in enumerate(self._proposal.points, 1):
            deadline.check()
            search = _PointSearch(self._generation, point, about)
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
            documents=tuple(_documents(self._generation, self._searches)[:_MAX_DOCUMENTS]),
        )


class _Context:
    """How near each document is to what the proposal is about as a whole."""

    def __init__(self, generation: Generation, proposal: Proposal) -> None:
        text = "\n".join(filter(None, [proposal.title, proposal.preamble[:_CONTEXT_LENGTH]]))
        self._scores = np.zeros(len(generation.table.documents))
        if text.strip():
            ranked = Request(generation, plain(text), "hybrid").ranked()
            self._scores[:] = ranked.score.min(initial=0.0)
            self._scores[ranked.ordinals] = ranked.score

    def of(self, ordinals: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._scores[ordinals]


@dataclass(frozen=True)
class _PointSearch:
    """One point: its documents, and the passages of the first of them."""

    generation: Generation
    point: Point
    about: _Context

    @cached_property
    def _request(self) -> Request:
        text = f"{self.point.text}\n{self.point.context}".strip()[:LONGEST_QUERY]
        return Request(self.generation, plain(text), "hybrid")

    @cached_property
    def _letters(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Ordinals, scores with the context's, and chances; best first."""
        ranked = self._request.ranked()
        score = ranked.score + _CONTEXT_SHARE * self.about.of(ranked.ordinals)
        order = np.lexsort((np.arange(len(score)), -score))[:_CONSIDERED]
        return ranked.ordinals[order], score[order], ranked.chance[order]

    @cached_property
    def chances(self) -> dict[int, float]:
        """Of each document considered, by ordinal."""
        ordinals, _, chance = self._letters
        return dict(zip(ordinals.tolist(), chance.tolist(), strict=True))

    @cached_property
    def _rows(self) -> list[int]:
        """Rows of all documents considered, best first."""
        ordinals, score, _ = self._letters
        table = self.generation.table
        if not len(ordinals):
            return []
        rows = np.concatenate([table.rows_in(int(ordinal)) for ordinal in ordinals])
        of_document = dict(zip(ordinals.tolist(), standardised(score).tolist(), strict=True))
        letters = np.array([of_document[int(ordinal)] for ordinal in table.document[rows]])
        total = standardised(self._request.passage_scores(rows)) + _DOCUMENT_SHARE * letters
        return [int(row) for row in rows[np.lexsort((rows, -total))]]

    def answer(self, ordinal: int) -> Answer:
        """What a document that was considered says."""
        return Answer(passage_id=self._best_passages[ordinal], band=band_of(self.chances[ordinal]))

    @cached_property
    def _best_passages(self) -> dict[int, str]:
        """Of each document considered, by ordinal, the id of its best passage."""
        table = self.generation.table
        found: dict[int, str] = {}
        for row in self._rows:
            ordinal = int(table.document[row])
            found.setdefault(ordinal, f"{table.documents[ordinal].doc_id}#{int(table.number[row])}")
        return found

    def covers(self, ordinal: int) -> bool:
        return self.chances.get(ordinal, 0.0) >= _MIN_CHANCE

    def _chosen(self) -> dict[int, list[int]]:
        """Rows to show, by their documents."""
        chosen: dict[int, list[int]] = {}
        shown = 0
        for row in self._rows:
            of_document = chosen.setdefault(int(self.generation.table.document[row]), [])
            if len(of_document) < (_MAX_OF_A_DOCUMENT if shown < _FIRST else 1):
                of_document.append(row)
                shown += 1
            if shown == _MAX_PASSAGES:
                break
        return chosen

    def matched(self) -> MatchedPoint:
        """The best passages by their documents, in the order of each document's best."""
        chosen = self._chosen()
        ordinals, scores, _ = self._letters
        score = dict(zip(ordinals.tolist(), scores.tolist(), strict=True))
        hits = [
            self._request.hit(rank, ordinal, score[ordinal], self.chances[ordinal], np.array(rows))
            for rank, (ordinal, rows) in enumerate(chosen.items(), 1)
        ]
        precedent = any(map(self.covers, self.chances))
        return MatchedPoint(**self.point.model_dump(), precedent=precedent, hits=tuple(hits))


def _documents(generation: Generation, points: Sequence[_PointSearch]) -> list[CoveringDocument]:
    found = []
    for ordinal in sorted({ordinal for point in points for ordinal in point.chances}):
        covering = [point for point in points if point.covers(ordinal)]
        if covering:
            found.append(_document(generation.table.documents[ordinal], ordinal, covering))
    return sorted(found, key=lambda d: (-len(d.covered), -d.score, d.doc_id))


def _document(entry: DocumentEntry, ordinal: int, covering: Sequence[_PointSearch]) -> CoveringDocument:
    return CoveringDocument(
        doc_id=entry.doc_id,
        score=round(sum(point.chances[ordinal] for point in covering), 4),
        covered=tuple(point.point.number for point in covering),
        answers={point.point.number: point.answer(ordinal) for point in covering},
        title=mask(entry.title) if entry.title else None,
        agency=entry.agency,
        doc_number=entry.doc_number,
        replied_on=entry.replied_on,
    )
