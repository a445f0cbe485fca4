"""The same ask over the years: the chain of documents, what each carried over word for word, and what it changed.

A chain is what lies near one document, in order of time; neither a number nor a bureau in common makes one. Not for:
which answer is valid today (see current).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.addresses import passage_id
from corpus.cached import cached_property
from corpus.facts.verdicts import Verdict
from corpus.language.agencies import CITY, PROVINCE, district_of
from corpus.types import Document
from indexer import deadline
from indexer.engine.protocol import DocumentEntry, PassageEntry
from indexer.snapshot import Snapshot
from search_api.analyses.current import answered_on
from search_api.analyses.related import (
    RelatedPassages,
    cosines_of_documents,
    likeness,
    likeness_of_documents,
    related_passages,
    unit_vectors,
)
from search_api.analyses.sentence_pairs import Marks, Pair, Sentence, carried_over, changes, sentences_of
from search_api.analyses.stated import figures_among
from search_api.analyses.verdicts import VerdictStated, verdicts_of

_LEAST_CLOSENESS = 7.0
"""The likeness of two documents' nearest passages and that of the documents as wholes, together. On the dev lines of
eval/sample/lineage.jsonl 7 keeps all 21 pairs apart that only look like a chain; 6.5 lets one in for 2 more of 78
documents, 7.5 loses 2 (dafu eval facts)."""
_LEAST_BESIDE_ANOTHER = 5.5
"""Close enough for a document that is as close as that to one of those: it gains 4 of the 78 documents and another 6 of
32 on the dev lines of tests/data/threads, and lets none in that only looks like a chain."""
_NEAREST = 24  # documents as wholes, beside those nearest to a passage: three times the longest chain known


@dataclass(frozen=True)
class ChainFigure:
    """A value of a series that two documents of the chain state. `quote` is literally in the document."""

    indicator: str
    unit: str
    place: str
    value: float
    period: str | None
    passage_id: str | None
    quote: str


@dataclass(frozen=True)
class ChainDocument:
    """A document of the chain. Pairs are [earlier, later] sentences of it and of the one that was asked for, which
    stands in the chain itself, without any.

    `similarity` is the cosine of the two documents; `marks` has for each pair of `changed` the spans in either sentence
    that the other does not say. `passage_id` is the passage nearest to the asked document, `verdict` that passage's.
    """

    doc_id: str
    replied_on: str | None
    similarity: float
    carried_over: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    marks: tuple[Marks, ...]
    title: str | None
    agency: str | None
    passage_id: str | None
    verdict: Verdict | None
    figures: tuple[ChainFigure, ...]


@dataclass(frozen=True)
class Lineage:
    """What is near a document over the years, in order of time, the document itself among it; empty for nothing."""

    doc_id: str
    chain: tuple[ChainDocument, ...]


def lineage(snapshot: Snapshot, entry: DocumentEntry, related: RelatedPassages | None = None) -> Lineage:
    """The chain of a document; one without a year is in none. Raises as the deadline does.

    `related` are those of its passages, for whoever has them already.
    """
    if not _may_be_in_a_chain(entry):
        return Lineage(entry.doc_id, ())
    own = _Read(snapshot, entry)
    near = _of_one_district(entry, _near(snapshot, own, related))
    if not near:
        return Lineage(entry.doc_id, ())
    figures = _figures(snapshot, [entry, *(each.read.entry for each in near)])
    shown = {each.read.entry: _shown(own, each, figures) for each in near}
    nearest = max(near, key=lambda each: each.closeness)
    shown[entry] = _document(own, nearest.places[0], figures)
    return Lineage(entry.doc_id, tuple(shown[each] for each in sorted(shown, key=_when)))


class _Read:
    """A document with what is compared of it."""

    def __init__(self, snapshot: Snapshot, entry: DocumentEntry) -> None:
        self._snapshot, self.entry = snapshot, entry
        self.passages: Sequence[PassageEntry] = snapshot.engine.passages_of(entry.key)
        self.vectors = unit_vectors(snapshot, self.passages)

    @cached_property
    def document(self) -> Document:
        return self._snapshot.masked(self.entry)

    @cached_property
    def sentences(self) -> list[Sentence]:
        return sentences_of(self.document, self.passages)

    @cached_property
    def verdicts(self) -> Mapping[str, VerdictStated]:
        return verdicts_of(self._snapshot, self.entry)


class _Near(NamedTuple):
    """A document near the asked one: their cosine, the likeness of their passages (the asked one's first), and how
    close they are in all."""

    read: _Read
    cosine: float
    likeness: NDArray[np.float64]
    closeness: float

    @property
    def places(self) -> tuple[int, int]:
        """Of the two passages that are most alike."""
        at = np.unravel_index(int(self.likeness.argmax()), self.likeness.shape)
        return int(at[0]), int(at[1])


def _may_be_in_a_chain(entry: DocumentEntry) -> bool:
    return entry.role != "none" and answered_on(entry) is not None


def _near(snapshot: Snapshot, own: _Read, related: RelatedPassages | None) -> list[_Near]:
    """The documents close enough to be about the same ask. A resident's message and a proposal are two things."""
    engine, key = snapshot.engine, own.entry.key
    of_passages = related_passages(snapshot, own.passages) if related is None else related
    found = {other.entry.key for each in of_passages for other in each}
    found |= set(engine.neighbours(key, _NEAREST, 1).documents.tolist())
    others = [entry for entry in engine.documents(np.array(sorted(found - {key}), np.int64)) if _fits(own.entry, entry)]
    compared = _compared(snapshot, own, [_Read(snapshot, entry) for entry in others])
    near = [each for each in compared if each.closeness >= _LEAST_CLOSENESS]
    reads = [each.read for each in near]
    perhaps = [each for each in compared if _LEAST_BESIDE_ANOTHER <= each.closeness < _LEAST_CLOSENESS]
    return near + [each for each in perhaps if _is_near_one(snapshot, each.read, reads)]


def _is_near_one(snapshot: Snapshot, read: _Read, others: Sequence[_Read]) -> bool:
    return any(each.closeness >= _LEAST_CLOSENESS for each in _compared(snapshot, read, others))


def _compared(snapshot: Snapshot, own: _Read, others: Sequence[_Read]) -> list[_Near]:
    """Each of the other documents beside one."""
    cosines = cosines_of_documents(snapshot, own.entry.key, np.array([read.entry.key for read in others], np.int64))
    found = []
    for read, cosine, of_wholes in zip(others, cosines, likeness_of_documents(snapshot, cosines), strict=True):
        deadline.check()
        alike = likeness(snapshot, own.vectors @ read.vectors.T)
        closeness = max(float(of_wholes), 0.0) + float(alike.max(initial=0.0))
        found.append(_Near(read, float(cosine), alike, closeness))
    return found


def _fits(own: DocumentEntry, other: DocumentEntry) -> bool:
    are_messages = [each.kind == "message" for each in (own, other)]
    return _may_be_in_a_chain(other) and are_messages[0] == are_messages[1]


def _of_one_district(own: DocumentEntry, near: Sequence[_Near]) -> list[_Near]:
    """Without those of a second district: its own counts first, then that of the nearest document."""
    nearest_first = sorted(near, key=lambda each: -each.closeness)
    districts = [_district(entry) for entry in (own, *(each.read.entry for each in nearest_first))]
    first = next(filter(None, districts), None)
    return [each for each in near if _district(each.read.entry) in (None, first)]


def _district(entry: DocumentEntry) -> str | None:
    """None for the city, the province, and a body that names no place."""
    district = district_of(entry.agency) if entry.agency else None
    return None if district in (CITY, PROVINCE) else district


def _when(entry: DocumentEntry) -> tuple[date, str]:
    return answered_on(entry) or date.max, entry.doc_id


_Figures = Mapping[str, Sequence[ChainFigure]]


def _shown(own: _Read, near: _Near, figures: _Figures) -> ChainDocument:
    """A document beside the asked one."""
    is_later = _when(near.read.entry) > _when(own.entry)
    earlier, later = (own, near.read) if is_later else (near.read, own)
    changed = changes(earlier.sentences, later.sentences, near.likeness if is_later else near.likeness.T)
    return _document(
        near.read,
        near.places[1],
        figures,
        similarity=round(min(max(near.cosine, 0.0), 1.0), 4),
        carried=carried_over(earlier.sentences, later.sentences),
        changed=[change.pair for change in changed],
        marks=[change.marks for change in changed],
    )


def _document(
    read: _Read,
    place: int,
    figures: _Figures,
    *,
    similarity: float = 1.0,
    carried: Sequence[Pair] = (),
    changed: Sequence[Pair] = (),
    marks: Sequence[Marks] = (),
) -> ChainDocument:
    passage, stated = read.passages[place], read.verdicts.get(read.passages[place].anchor)
    return ChainDocument(
        doc_id=read.entry.doc_id,
        replied_on=read.entry.replied_on,
        similarity=similarity,
        carried_over=tuple(carried),
        changed=tuple(changed),
        marks=tuple(marks),
        title=read.entry.title,
        agency=read.entry.agency,
        passage_id=passage_id(read.entry.doc_id, passage.anchor),
        verdict=stated.verdict if stated else None,
        figures=tuple(figures.get(read.entry.doc_id, ())),
    )


def _figures(snapshot: Snapshot, entries: Sequence[DocumentEntry]) -> _Figures:
    """The values of series that two of these documents state, by document."""
    found: defaultdict[str, list[ChainFigure]] = defaultdict(list)
    for series in figures_among(snapshot, entries):
        for point in series.series:
            named = series.indicator, series.unit, series.place
            found[point.doc_id].append(ChainFigure(*named, point.value, point.period, point.passage_id, point.quote))
    return found
