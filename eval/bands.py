"""Do the bands mean what they say? Compares the first ten hits, as the search page shows them, with the judgments.

A hit of 高度相关 should be judged 2, one of 相关 at least 1. A topic that no document answers should get an abstention
(closeness none), and no other topic should.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from eval.experiment import Collection, as_asked
from eval.splits import Rule, Subset, split
from eval.trec import Topic
from indexer.progress import Progress
from search_api.searcher import Searcher
from search_api.types import Band

BANDS: tuple[Band, ...] = get_args(Band)
_MAX_HITS = 10


@dataclass(frozen=True)
class TopicHits:
    """A topic's hits as (band, grade), grade None where unjudged, and whether the answer was an abstention."""

    topic: Topic
    hits: tuple[tuple[Band, int | None], ...]
    abstained: bool
    answerable: bool


@dataclass(frozen=True)
class BandCounts:
    """Hits of one band by grade: 2 and above, 1, 0 and below, and unjudged."""

    two: int
    one: int
    zero: int
    unjudged: int

    @property
    def hits(self) -> int:
        return self.two + self.one + self.zero + self.unjudged

    def share(self, min_grade: int, *, of_judged: bool) -> float | None:
        """The share of hits judged `min_grade` (1 or 2) or more, among the judged ones or all; None where there are
        none."""
        good = self.two + (self.one if min_grade == 1 else 0)
        total = self.hits - (self.unjudged if of_judged else 0)
        return good / total if total else None


@dataclass(frozen=True)
class Tally:
    """Counts over some topics. An abstention is right where a topic has no relevant document, else wrong."""

    topics: int
    answerable: int
    right_abstentions: int
    wrong_abstentions: int
    bands: Mapping[Band, BandCounts]

    def to_json(self) -> dict[str, Any]:
        """The part of a recorded result: counts, of which every share can be computed."""
        return {**vars(self), "bands": {band: vars(counts) for band, counts in self.bands.items()}}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Tally":
        return cls(**{**found, "bands": {band: BandCounts(**found["bands"][band]) for band in BANDS}})


class AbstentionCounts(NamedTuple):
    """Abstentions among the topics of a category, for each part: how many of how many.

    `rightly`: the topics are those without a relevant document.
    """

    category: str
    rightly: bool
    parts: tuple[tuple[int, int], ...]


BandTallies = dict[Subset, dict[str, Tally]]
"""All topics, or a part of a split, to category to counts."""


def abstentions(tallies: BandTallies) -> list[AbstentionCounts]:
    """By category ("all" first): topics without a relevant document apart from those with one, where there are any."""
    rows = []
    for category in tallies["all"]:
        parts = [by_category.get(category, _tally([])) for by_category in tallies.values()]
        unanswerable = tuple((t.right_abstentions, t.topics - t.answerable) for t in parts)
        answerable = tuple((t.wrong_abstentions, t.answerable) for t in parts)
        rows += [
            AbstentionCounts(category, counts is unanswerable, counts)
            for counts in (unanswerable, answerable)
            if any(total for _, total in counts)
        ]
    return rows


def search_topics(searcher: Searcher, collection: Collection, progress: Progress) -> list[TopicHits]:
    """Every judged topic, searched as the page does. Hits that are no candidates are left out, as from rankings."""
    topics = [topic for topic in collection.topics if topic.query_id in collection.qrels]
    found = []
    for done, topic in enumerate(topics, 1):
        found.append(_search(searcher, collection, topic))
        progress("检索（等级）", done, len(topics))
    return found


def _search(searcher: Searcher, collection: Collection, topic: Topic) -> TopicHits:
    result = searcher.search(as_asked(topic.text), k=_MAX_HITS)
    grades, candidates = collection.qrels[topic.query_id], collection.candidates
    hits = [hit for hit in result.hits if candidates is None or hit.doc_id in candidates]
    return TopicHits(
        topic=topic,
        hits=tuple((hit.band, grades.get(hit.doc_id)) for hit in hits),
        abstained=result.closeness == "none",
        answerable=any(grade > 0 for grade in grades.values()),
    )


def measure_bands(searcher: Searcher, collection: Collection, rule: Rule | None, progress: Progress) -> BandTallies:
    """Counts over all topics and, where a rule is given, over the dev and the test part."""
    found = search_topics(searcher, collection, progress)
    tallies: BandTallies = {"all": tally(found)}
    for part, topics in split(collection.topics, rule).items() if rule else ():
        tallies[part] = tally(hits for hits in found if hits.topic in topics)
    return tallies


def tally(found: Iterable[TopicHits]) -> dict[str, Tally]:
    """Counts over all topics ("all" first) and by category."""
    groups: dict[str, list[TopicHits]] = {"all": []}
    for hits in found:
        groups["all"].append(hits)
        if hits.topic.category != "all":
            groups.setdefault(hits.topic.category, []).append(hits)
    return {category: _tally(group) for category, group in groups.items()}


def _tally(group: list[TopicHits]) -> Tally:
    hits = Counter((band, grade and max(0, min(2, grade))) for found in group for band, grade in found.hits)
    abstained = Counter(found.answerable for found in group if found.abstained)
    return Tally(
        topics=len(group),
        answerable=sum(found.answerable for found in group),
        right_abstentions=abstained[False],
        wrong_abstentions=abstained[True],
        bands={band: BandCounts(*(hits[band, grade] for grade in (2, 1, 0, None))) for band in BANDS},
    )
