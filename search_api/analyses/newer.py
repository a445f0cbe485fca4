"""Which figures of these passages has a later document, or a later statement, overtaken?

Not for: saying that the older figure was wrong; it may have been right for its time.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from corpus.addresses import parse_passage_id
from corpus.facts.periods import bounds
from indexer.snapshot import Snapshot
from search_api.analyses.stated import FigureSeries, Point, figures_of_documents


@dataclass(frozen=True)
class NewerFigure:
    """A figure of a passage, and the last one of its series; `newer.period` is never None."""

    indicator: str
    unit: str
    place: str
    stated: Point
    newer: Point


def newer_figures(snapshot: Snapshot, passage_ids: Collection[str]) -> Mapping[str, Sequence[NewerFigure]]:
    """The overtaken figures of each passage that has any, under the user's scopes."""
    wanted = frozenset(passage_ids)
    found: defaultdict[str, list[NewerFigure]] = defaultdict(list)
    for series in figures_of_documents(snapshot, {parse_passage_id(each)[0] for each in wanted}):
        newer = _last(series)
        for point in series.series:
            if point.passage_id in wanted and newer and _overtakes(newer, point):
                found[point.passage_id].append(NewerFigure(series.indicator, series.unit, series.place, point, newer))
    return found


def _last(series: FigureSeries) -> Point | None:
    """The latest statement of the latest period; points without a period come after all others."""
    dated = [point for point in series.series if point.period]
    return dated[-1] if dated else None


def _overtakes(newer: Point, point: Point) -> bool:
    """Whether it says something else in another document: for a later time, or for the same, and then it is the last
    statement, which a series has behind the earlier ones."""
    if newer.value == point.value or newer.doc_id == point.doc_id or not newer.period or not point.period:
        return False
    return newer.period == point.period or bounds(newer.period)[1] > bounds(point.period)[1]
