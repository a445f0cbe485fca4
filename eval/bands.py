"""Do the bands mean what they say? The first ten hits as the search page shows them, beside the judgments.

A hit of 高度相关 should be judged 2, one of 相关 at least 1; a topic that no document answers should be told so
(NOTHING_CLOSE), and no other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from eval.experiment import Collection, as_asked
from eval.splits import Rule, split
from eval.trec import Topic
from indexer.progress import Progress
from search_api.searcher import Searcher
from search_api.types import NOTHING_CLOSE, Band

BANDS: tuple[Band, ...] = get_args(Band)
_SHOWN = 10


@dataclass(frozen=True)
class Shown:
    """What a topic was shown: each hit's band and grade (None: unjudged), and whether it got NOTHING_CLOSE."""

    topic: Topic
    hits: tuple[tuple[Band, int | None], ...]
    nothing_close: bool
    answerable: bool


@dataclass(frozen=True)
class BandCounts:
    """Hits of one band by grade: 2 and above, 1, 0 and below, and those that nobody judged."""

    two: int
    one: int
    zero: int
    unjudged: int

    @property
    def hits(self) -> int:
        return self.two + self.one + self.zero + self.unjudged

    def share(self, least: int, *, of_judged: bool) -> float | None:
        """Of hits judged `least` (1 or 2) or more, among those judged or among all; None where there are none."""
        good = self.two + (self.one if least == 1 else 0)
        total = self.hits - (self.unjudged if of_judged else 0)
        return good / total if total else None


@dataclass(frozen=True)
class Tally:
    """Of some topics. Those told that nothing is close: `nothing_rightly` without a relevant document, the others
    `nothing_wrongly`."""

    topics: int
    answerable: int
    nothing_rightly: int
    nothing_wrongly: int
    bands: Mapping[Band, BandCounts]

    def to_json(self) -> dict[str, Any]:
        """What a recorded result keeps: counts, of which every share can be computed."""
        return {**vars(self), "bands": {band: vars(counts) for band, counts in self.bands.items()}}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Tally":
        return cls(**{**found, "bands": {band: BandCounts(**found["bands"][band]) for band in BANDS}})


class Told(NamedTuple):
    """Topics of a category that were told that nothing is close, by part: how many of how many. `rightly` where they
    have no relevant document."""

    category: str
    rightly: bool
    parts: tuple[tuple[int, int], ...]


Bands = dict[str, dict[str, Tally]]
"""A part of the topics ("all", or a half) to category."""


def told_nothing(found: Bands) -> list[Told]:
    """By category ("all" first), topics without a relevant document and those with one apart, where there are any."""
    rows = []
    for category in found["all"]:
        tallies = [of.get(category, _tally([])) for of in found.values()]
        without = tuple((t.nothing_rightly, t.topics - t.answerable) for t in tallies)
        having = tuple((t.nothing_wrongly, t.answerable) for t in tallies)
        rows += [Told(category, side is without, side) for side in (without, having) if any(of for _, of in side)]
    return rows


def ask(searcher: Searcher, collection: Collection, progress: Progress) -> list[Shown]:
    """Every judged topic, searched as the page does. Hits that are no candidates are left out, as from rankings."""
    topics = [topic for topic in collection.topics if topic.query_id in collection.qrels]
    asked = []
    for done, topic in enumerate(topics, 1):
        asked.append(_shown(searcher, collection, topic))
        progress("检索（等级）", done, len(topics))
    return asked


def _shown(searcher: Searcher, collection: Collection, topic: Topic) -> Shown:
    result = searcher.search(as_asked(topic.text), k=_SHOWN)
    grades, candidates = collection.qrels[topic.query_id], collection.candidates
    hits = [hit for hit in result.hits if candidates is None or hit.doc_id in candidates]
    return Shown(
        topic=topic,
        hits=tuple((hit.band, grades.get(hit.doc_id)) for hit in hits),
        nothing_close=result.message == NOTHING_CLOSE,
        answerable=any(grade > 0 for grade in grades.values()),
    )


def measure_bands(searcher: Searcher, collection: Collection, rule: Rule | None, progress: Progress) -> Bands:
    """Of all topics and, by the rule, of either half."""
    asked = ask(searcher, collection, progress)
    found = {"all": tally(asked)}
    for half, topics in split(collection.topics, rule).items() if rule else ():
        found[half] = tally(shown for shown in asked if shown.topic in topics)
    return found


def tally(asked: Iterable[Shown]) -> dict[str, Tally]:
    """Counts over all topics ("all" first) and by category."""
    groups: dict[str, list[Shown]] = {"all": []}
    for shown in asked:
        groups["all"].append(shown)
        if shown.topic.category != "all":
            groups.setdefault(shown.topic.category, []).append(shown)
    return {category: _tally(group) for category, group in groups.items()}


def _tally(group: list[Shown]) -> Tally:
    hits = Counter((band, grade and max(0, min(2, grade))) for shown in group for band, grade in shown.hits)
    told = Counter(shown.answerable for shown in group if shown.nothing_close)
    return Tally(
        topics=len(group),
        answerable=sum(shown.answerable for shown in group),
        nothing_rightly=told[False],
        nothing_wrongly=told[True],
        bands={band: BandCounts(*(hits[band, grade] for grade in (2, 1, 0, None))) for band in BANDS},
    )
