"""One topic over the years: who answered what and when, what holds today, and the figures that go on.

Not for: the best documents for a query (see searcher), or one document's chain (see analyses.lineage).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.over_years import Stage, stages
from search_api.analyses.stated import FigureSeries, figures_among
from search_api.bands import UNCERTAIN, closeness_of
from search_api.hits import HitFinder
from search_api.query.language import parse_query
from search_api.types import Closeness
from search_api.valid_search import standings_of
from search_api.word_borders import whole_words

_DOCUMENTS = 40  # nearest to the topic: no thread of the sample archive has more than 12
_TRENDS = 4  # that are drawn: two rows of two on a desk


@dataclass(frozen=True)
class Topic:
    """The answers on a topic in order of time, one a document, and the series that several of the documents state,
    those first that the topic's `words` name."""

    words: tuple[str, ...]
    closeness: Closeness
    answers: tuple[Stage, ...]
    trends: tuple[FigureSeries, ...]


def topic(snapshot: Snapshot, query: str) -> Topic:
    """What is known of the topic; no answers where none is certainly near it, or no words were asked for.

    Raises QueryError for a query that cannot be understood.
    """
    finder = HitFinder(snapshot, parse_query(query), "hybrid")
    ranked = finder.ranked()
    closeness = closeness_of(ranked.chance.tolist(), snapshot.manifest.calibration)
    words = tuple(whole_words(finder.asked.text, snapshot.analyzer))
    if closeness != "answered" or not finder.asks_in_words:
        return Topic(words, closeness, (), ())
    near = ranked.take(ranked.chance >= UNCERTAIN).documents[:_DOCUMENTS]
    answers = stages(standings_of(snapshot, finder, near), unsure=True)
    entries = [entry for stage in answers if (entry := snapshot.engine.find(stage.doc_id))]
    return Topic(words, closeness, tuple(answers), tuple(_trends(snapshot, entries, words)))


def _trends(snapshot: Snapshot, entries: Sequence[DocumentEntry], words: Sequence[str]) -> list[FigureSeries]:
    """The series that change over time."""
    found = [series for series in figures_among(snapshot, entries) if _goes_on(series)]
    named = {id(series): sum(word in series.indicator for word in words) for series in found}
    return sorted(found, key=lambda series: (-named[id(series)], -len(series.series)))[:_TRENDS]


def _goes_on(series: FigureSeries) -> bool:
    """Whether it has values of two periods."""
    return len({point.period for point in series.series if point.period}) > 1
