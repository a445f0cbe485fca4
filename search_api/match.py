"""Which documents answered a proposal, ask by ask? A matrix of its points and the documents that answer them.

Not for: taking a proposal apart (see corpus.proposals), or searching for one point (see points).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from pydantic import Field

from corpus.addresses import passage_id
from corpus.proposals import Meaning, Point, Proposal, Sentence, split_proposal
from corpus.types import Frozen
from indexer import deadline
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.over_years import Stage, one_a_year, stages
from search_api.bands import band_of, closeness_of
from search_api.labels import label_of
from search_api.point_search import Context, PointSearch
from search_api.query.language import LONGEST_QUERY, QueryError
from search_api.types import Band, Closeness, Hit

_MAX_DOCUMENTS = 100  # of the matrix
MAX_POINTS = 60
"""The longest proposals have twenty asks; more is a text cut wrongly."""

Progress = Callable[[int, int], None]
"""Called with the points that are done and how many there are."""


def proposal_of(text: str, meaning: Meaning | None = None) -> Proposal:
    """The pasted text taken apart. Raises QueryError for a blank one, and one that is too long."""
    if not text.strip():
        raise QueryError("提案是空的：请粘贴提案全文，或选一个文件。")
    check_length(len(text))
    return split_proposal(text, meaning)


def proposal_from(title: str, number: str, preamble: str, points: Sequence[tuple[str, str]]) -> Proposal:
    """One that people have taken apart: each point's text and context. Raises QueryError where it is too long.

    A point without text is none, and the others are counted without it.
    """
    asked = [(text.strip(), context.strip()) for text, context in points if text.strip()]
    check_length(len(title) + len(preamble) + sum(len(text) + len(context) for text, context in asked))
    return Proposal(
        title=title.strip() or None,
        number=number.strip() or None,
        preamble=preamble.strip(),
        points=tuple(Point(number=n, text=text, context=context) for n, (text, context) in enumerate(asked, 1)),
    )


def check_length(length: int) -> None:
    """Raises QueryError for a proposal of so many characters, if they are too many."""
    if length > LONGEST_QUERY:
        raise QueryError(f"提案有 {length} 个字符，超过上限 {LONGEST_QUERY}：请只粘贴需要答复的部分。")


class CurrentAnswer(Frozen):
    """The passage that is the answer to a point today, and why it is taken for that, in words."""

    doc_id: str
    passage_id: str
    replied_on: date | None
    why: str


class MatchedPoint(Frozen):
    """A point and the documents of its best passages, each with those; `precedent` is not of closeness "none".

    `current` is the best passage that is valid today; None where none is near enough, or none is known to be valid.
    `over_years` is what was answered year by year, for the page.
    """

    number: int
    text: str
    context: str
    precedent: bool
    closeness: Closeness
    current: CurrentAnswer | None
    hits: tuple[Hit, ...]
    over_years: tuple[Stage, ...] = Field(default=(), exclude=True)


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
    """A proposal against the archive. `documents` are those that cover a point, most points first, then how well;
    `unused` are the proposal's."""

    title: str | None
    number: str | None
    preamble: str
    points: tuple[MatchedPoint, ...]
    documents: tuple[CoveringDocument, ...]
    unused: tuple[Sentence, ...] = ()

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
        self._searches: list[PointSearch] = []
        self._matched: list[MatchedPoint] = []

    def __iter__(self) -> Iterator[int]:
        """Searches, and says how many points are done: 0 first, all of them last. To be walked through once."""
        yield 0
        about = Context(self._snapshot, self._proposal)
        for done, point in enumerate(self._proposal.points, 1):
            deadline.check()
            search = PointSearch(self._snapshot, point, about)
            self._searches.append(search)
            calibration, hits = self._snapshot.manifest.calibration, tuple(search.hits())
            closeness = closeness_of(search.chances.values(), calibration)
            precedent = closeness != "none"
            current = _current_of(hits, search) if precedent else None
            years = tuple(one_a_year(stages(search.standings))) if precedent else ()
            found = {"precedent": precedent, "closeness": closeness, "current": current, "hits": hits}
            self._matched.append(MatchedPoint.model_validate({**point.model_dump(), **found, "over_years": years}))
            yield done

    def result(self) -> Match:
        """Of the points that are done."""
        return Match(
            title=self._proposal.title,
            number=self._proposal.number,
            preamble=self._proposal.preamble,
            points=tuple(self._matched),
            documents=tuple(_documents(self._snapshot, self._searches)),
            unused=self._proposal.unused,
        )


def _current_of(hits: Sequence[Hit], search: PointSearch) -> CurrentAnswer | None:
    for hit, passages in zip(hits, search.chosen.values(), strict=True):
        for passage, key in zip(hit.passages, passages, strict=True):
            if key == search.current:
                why, day = passage.why or "", hit.replied_on
                return CurrentAnswer(doc_id=hit.doc_id, passage_id=passage.passage_id, replied_on=day, why=why)
    return None


def _documents(snapshot: Snapshot, points: Sequence[PointSearch]) -> list[CoveringDocument]:
    keys = sorted({document for point in points for document in point.chances if point.covers(document)})
    entries = snapshot.engine.documents(np.array(keys, dtype=np.int64))
    ranked = sorted((_coverage(entry, points) for entry in entries), key=lambda c: (-len(c[2]), -c[1], c[0].doc_id))
    return [_document(snapshot, *coverage) for coverage in ranked[:_MAX_DOCUMENTS]]


def _coverage(
    entry: DocumentEntry, points: Sequence[PointSearch]
) -> tuple[DocumentEntry, float, Sequence[PointSearch]]:
    """A document, how well it covers in all, and the points that it covers."""
    covering = [point for point in points if point.covers(entry.key)]
    return entry, round(sum(point.chances[entry.key] for point in covering), 4), covering


def _document(
    snapshot: Snapshot, entry: DocumentEntry, score: float, covering: Sequence[PointSearch]
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
        title=entry.title,
        agency=entry.agency,
        doc_number=entry.doc_number,
        replied_on=entry.replied_on,
        label=label_of(snapshot, entry),
    )
