"""How the answer to one ask changed over the years, read off what is known of its passages.

Not for: finding the passages or deciding what is valid (see current), or one document's chain (see lineage).
"""

from collections.abc import Sequence

from corpus.addresses import passage_id
from corpus.types import Frozen
from search_api.analyses.current import Standing, Standings, answered_on
from search_api.types import Status

_NEAR = 0.5
"""Behind the nearest passage, as for the current answer of an ask (search_api.point_search)."""

_ORDER = ("current", "superseded", None)


class Stage(Frozen):
    """What a document answered in a year: its passage nearest to the ask, a current one before a superseded one.

    Without a status it is not known whether that holds; `why` says so.
    """

    year: int
    doc_id: str
    passage_id: str
    replied_on: str | None
    agency: str | None
    status: Status | None
    superseded_by: str | None
    why: str


def stages(known: Standings, *, unsure: bool = False) -> list[Stage]:
    """One for each document with a current or superseded passage near the ask, the oldest first.

    A superseded passage counts too where what took its place is near. `unsure`: with those of which nobody knows.
    """
    near = {key for key, standing in known.items() if standing.of.behind <= _NEAR}
    by_document: dict[int, list[Standing]] = {}
    for key, standing in known.items():
        taker = standing.superseded_by
        counts = standing.status in ("current", "superseded") or (unsure and not standing.status and standing.why)
        if counts and (key in near or (taker and taker.passage.key in near)):
            by_document.setdefault(standing.of.entry.key, []).append(standing)
    found = [_stage(min(each, key=_rank)) for each in by_document.values()]
    return sorted(filter(None, found), key=lambda stage: (stage.year, stage.replied_on or "", stage.doc_id))


def one_a_year(stages: Sequence[Stage]) -> list[Stage]:
    """Of each year the current answer, of several the latest; the superseded one where none is current."""
    of_years: dict[int, Stage] = {}
    for stage in stages:
        known = of_years.get(stage.year)
        if known is None or stage.status == "current" or known.status != "current":
            of_years[stage.year] = stage
    return list(of_years.values())


def _rank(standing: Standing) -> tuple[int, float]:
    return _ORDER.index(standing.status), standing.of.behind


def _stage(standing: Standing) -> Stage | None:
    """None where the year is not known."""
    entry, day = standing.of.entry, answered_on(standing.of.entry)
    if day is None:
        return None
    return Stage(
        year=day.year,
        doc_id=entry.doc_id,
        passage_id=passage_id(entry.doc_id, standing.of.passage.anchor),
        replied_on=entry.replied_on,
        agency=entry.agency,
        status=standing.status,
        superseded_by=standing.taker_id,
        why=standing.why,
    )
