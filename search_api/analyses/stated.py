"""The figures of all documents that a user may see, as series, and where in the documents they stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from indexer.archive import Row
from indexer.build.derivations import Figures
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api.analyses.figures import Series, Stated, series_of
from search_api.passage_lookup import passage_at
from search_api.remembered import remembered


@dataclass(frozen=True)
class Point:
    """What one document states of a series for one period. `quote` is literally in the document."""

    value: int | float
    period: str | None
    doc_id: str
    passage_id: str | None
    quote: str


@dataclass(frozen=True)
class FigureSeries:
    """A series as it is printed: revisions of a period stand side by side, the earliest statement first."""

    indicator: str
    unit: str
    place: str
    kind: str | None
    series: tuple[Point, ...]


def figures(snapshot: Snapshot, query: str = "", most: int | None = None) -> list[FigureSeries]:
    """The series of at least two documents in which every word of the query stands; all for an empty query."""
    words = query.split()
    found = [series for series in _all_series(snapshot) if all(_names(series, word) for word in words)]
    return [_shown(snapshot, series) for series in found[:most]]


@remembered
def _all_series(snapshot: Snapshot) -> list[Series]:
    rows = snapshot.derived_by_document(Figures.name, Figures.version)
    found = series_of(stated for entry, each in rows for stated in _stated(entry, each))
    return [series for series in found if len({point.doc_id for point in series.points}) > 1]


def _stated(entry: DocumentEntry, rows: Sequence[Row]) -> Iterator[Stated]:
    for row in cast(Sequence[dict[str, Any]], rows):
        yield Stated(
            indicator=row["indicator"],
            value=row["value"],
            unit=row["unit"],
            place=row["place"],
            period=row["period"],
            kind=row["kind"],
            doc_id=entry.doc_id,
            start=row["start"],
            quote=row["quote"],
            replied_on=entry.replied_on,
            matter=entry.title,
            agency=entry.agency,
        )


def _names(series: Series, word: str) -> bool:
    """Whether a word is of what a series counts and where, or of the title of a document that states it."""
    if word in f"{series.place}{series.indicator}{series.unit}":
        return True
    return any(word in (point.matter or "") or word in (point.indicator or "") for point in series.points)


def _shown(snapshot: Snapshot, series: Series) -> FigureSeries:
    points = tuple(
        Point(point.value, point.period, point.doc_id, _passage(snapshot, point), point.quote)
        for point in series.points
    )
    return FigureSeries(series.indicator, series.unit, series.place, series.kind, points)


def _passage(snapshot: Snapshot, point: Stated) -> str | None:
    """The passage that holds the figure; None where it stands in none, such as a title."""
    entry = snapshot.engine.find(point.doc_id)
    return passage_at(snapshot, entry, point.start) if entry else None
