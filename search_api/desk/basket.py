"""From chosen passages to a sheet: each pick looked up in the archive again, with its exact source.

A pick names a passage and nothing of its text: what leaves the system is read, and masked, when it is asked for.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from corpus.proposals import Point
from corpus.types import Frozen
from indexer.snapshot import Snapshot
from search_api.desk.sheet import Sheet, SheetPassage, SheetPoint, SheetTable, citation
from search_api.match import MAX_POINTS, Match, MatchedPoint
from search_api.passage_lookup import FoundPassage, find_passage
from search_api.types import Band

Address = Callable[[str, str], str | None]
"""Of a passage, by its document's id and its anchor: where it opens on the intranet."""

MAX_PICKS = 500
"""Two hundred printed pages; the Word file of as many takes three seconds."""

FIRST_PASSAGES = 3
"""Of each point with a precedent, what a sheet made without choosing holds."""

_LONGEST_ID = 1_000

_REPLACED = ("superseded", "restates")


class Pick(Frozen):
    """A chosen passage, for which point, and how close it was to what was asked; None where nobody asked.

    `superseded_by` is the passage that had taken its place when it was chosen.
    """

    passage_id: str
    point: Annotated[int, Field(ge=0, le=9999)] | None = None  # what an address holds
    band: Band | None = None
    superseded_by: Annotated[str, Field(max_length=_LONGEST_ID)] | None = None


class Basket(Frozen):
    """What an officer has put together: a proposal's head and points, all of which may be empty, and the picks.

    `version` is that of its JSON, which a browser keeps.
    """

    version: Literal[1] = 1
    title: str | None = None
    number: str | None = None
    points: Annotated[tuple[Point, ...], Field(max_length=MAX_POINTS)] = ()
    without_precedent: Annotated[tuple[int, ...], Field(max_length=MAX_POINTS)] = ()
    uncertain: Annotated[tuple[int, ...], Field(max_length=MAX_POINTS)] = ()
    picks: Annotated[tuple[Pick, ...], Field(max_length=MAX_PICKS)] = ()


def picked(match: Match) -> Basket:
    """Of each point that has a precedent, the current answer and the next passages, none that is superseded or only
    restates; where there is nothing else, those."""
    return Basket(
        title=match.title,
        number=match.number,
        points=tuple(Point(number=p.number, text=p.text, context=p.context) for p in match.points),
        without_precedent=tuple(p.number for p in match.points if not p.precedent),
        uncertain=tuple(p.number for p in match.points if p.closeness == "uncertain"),
        picks=tuple(pick for point in match.points if point.precedent for pick in _picks_of(point)),
    )


def best_picked(match: Match) -> Basket:
    """Of each point that is answered, the current answer alone, else the best passage: what a draft begins with."""
    whole = picked(match)
    answered = {point.number for point in match.points if point.closeness == "answered"}
    first: dict[int | None, Pick] = {}
    for pick in whole.picks:
        if pick.point in answered:
            first.setdefault(pick.point, pick)
    return whole.model_copy(update={"picks": tuple(first.values())})


def _picks_of(point: MatchedPoint) -> list[Pick]:
    found = [(hit, passage) for hit in point.hits for passage in hit.passages]
    found = [each for each in found if each[1].status not in _REPLACED] or found
    current = point.current and point.current.passage_id
    found.sort(key=lambda each: each[1].passage_id != current)
    return [
        Pick(passage_id=passage.passage_id, point=point.number, band=hit.band, superseded_by=passage.superseded_by)
        for hit, passage in found[:FIRST_PASSAGES]
    ]


def sheet(snapshot: Snapshot, basket: Basket, made_on: date, address: Address) -> tuple[Sheet, list[str]]:
    """The basket as a sheet, and the ids of passages that the archive no longer has.

    Picks for no point, or for one that the basket lacks, stand at the end.
    """
    found: dict[int | None, list[SheetPassage]] = {}
    missing = []
    numbers = {point.number for point in basket.points}
    for pick in dict.fromkeys(basket.picks):
        passage = _passage(snapshot, pick, address)
        if passage is None:
            missing.append(pick.passage_id)
        else:
            found.setdefault(pick.point if pick.point in numbers else None, []).append(passage)
    points = [_point(point, found.get(point.number, []), basket) for point in basket.points]
    if None in found:
        points.append(SheetPoint(number=None, text="", context="", passages=tuple(found[None]), precedent=None))
    return Sheet(title=basket.title, number=basket.number, made_on=made_on, points=tuple(points)), missing


def renamed(snapshot: Snapshot, basket: Basket) -> dict[str, str]:
    """Addresses in the basket that name their passage by its old position or an anchor it no longer has, with today's.

    Whoever keeps the basket replaces them: a position says something else as soon as the document changes.
    """
    found = {pick.passage_id: find_passage(snapshot, pick.passage_id) for pick in basket.picks}
    return {old: now.passage_id for old, now in found.items() if now and now.passage_id != old}


def of_sheet(made: Sheet) -> Basket:
    """The basket that the sheet was made of, but for passages that the archive had no longer."""
    points = made.points
    return Basket(
        title=made.title,
        number=made.number,
        points=tuple(Point(number=p.number, text=p.text, context=p.context) for p in points if p.number is not None),
        without_precedent=tuple(p.number for p in points if p.number is not None and p.precedent is False),
        uncertain=tuple(p.number for p in points if p.number is not None and p.is_uncertain),
        picks=tuple(
            Pick(
                passage_id=passage.passage_id,
                point=point.number,
                band=passage.band,
                superseded_by=passage.superseded_by,
            )
            for point in points
            for passage in point.passages
        ),
    )


def _point(point: Point, passages: Sequence[SheetPassage], basket: Basket) -> SheetPoint:
    precedent = point.number not in basket.without_precedent
    uncertain = point.number in basket.uncertain
    return SheetPoint(**point.model_dump(), passages=tuple(passages), precedent=precedent, is_uncertain=uncertain)


def _passage(snapshot: Snapshot, pick: Pick, address: Address) -> SheetPassage | None:
    found = find_passage(snapshot, pick.passage_id)
    if found is None:
        return None
    document, newer = found.document, find_passage(snapshot, pick.superseded_by) if pick.superseded_by else None
    return SheetPassage(
        doc_id=document.doc_id,
        passage_id=found.passage_id,
        passage_number=found.number,
        is_outdated=found.version is not None,
        title=document.title,
        agency=document.agency,
        doc_number=document.doc_number,
        proposal_number=document.proposal_number,
        replied_on=document.replied_on,
        section=found.headings,
        text=found.text,
        band=pick.band,
        citation=_citation(found),
        address=address(document.doc_id, found.anchor),
        table=_table(found),
        superseded_by=newer.passage_id if newer else None,
        newer=_citation(newer) if newer else None,
    )


def _citation(found: FoundPassage) -> str:
    document = found.document
    return citation(
        agency=document.agency,
        title=document.title,
        doc_number=document.doc_number,
        replied_on=document.replied_on,
        passage_number=found.number,
        is_outdated=found.version is not None,
    )


def _table(found: FoundPassage) -> SheetTable | None:
    if found.table is None:
        return None
    rows = tuple(tuple(found.document.text[start:end] for start, end in row) for row in found.table.rows)
    return SheetTable(head_rows=found.table.head_rows, rows=rows)
