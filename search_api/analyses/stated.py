"""The figures of all documents that a user may see, as series, and where in the documents they stand."""

from collections.abc import Collection, Iterable, Iterator, Sequence
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


@dataclass(frozen=True)
class OwnFigure:
    """What one document states. `quote` is literally in the document."""

    indicator: str
    value: int | float
    unit: str
    place: str | None
    period: str | None
    passage_id: str
    quote: str


def figures(snapshot: Snapshot, query: str = "", most: int | None = None) -> list[FigureSeries]:
    """The series of at least two documents in which every word of the query stands; all for an empty query."""
    words = query.split()
    found = [series for series in _all_series(snapshot) if all(_names(series, word) for word in words)]
    return [_shown(snapshot, series) for series in found[:most]]


def figures_among(snapshot: Snapshot, documents: Iterable[DocumentEntry]) -> list[FigureSeries]:
    """The series that two or more of these documents state, and no others: what all say costs a look at all."""
    stated = [figure for entry in documents for figure in _stated(entry, _rows(snapshot, entry))]
    return [_shown(snapshot, series) for series in _of_several(series_of(stated))]


def figures_of(snapshot: Snapshot, entry: DocumentEntry) -> list[OwnFigure]:
    """What one document states, in reading order, where it is known what is counted."""
    return [
        OwnFigure(figure.indicator, figure.value, figure.unit, figure.place, figure.period, passage, figure.quote)
        for figure in sorted(_stated(entry, _rows(snapshot, entry)), key=lambda figure: figure.start)
        if figure.indicator and (passage := _passage(snapshot, figure))
    ]


def _rows(snapshot: Snapshot, entry: DocumentEntry) -> Sequence[Row]:
    return snapshot.derived_of(entry, Figures.name, Figures.version)


def figures_of_documents(snapshot: Snapshot, doc_ids: Collection[str]) -> list[FigureSeries]:
    """The series, as `figures` gives them, that one of these documents has a part in."""
    wanted = frozenset(doc_ids)
    found = [series for series in _all_series(snapshot) if any(point.doc_id in wanted for point in series.points)]
    return [_shown(snapshot, series) for series in found]


@remembered
def _all_series(snapshot: Snapshot) -> list[Series]:
    rows = snapshot.derived_by_document(Figures.name, Figures.version)
    found = series_of(stated for entry, each in rows for stated in _stated(entry, each))
    return _of_several(found)


def _of_several(found: Iterable[Series]) -> list[Series]:
    """Those that more than one document states."""
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
