"""What can be done to a case's content: choosing, noting, cutting its points otherwise. Pure functions."""

import hashlib
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel

from corpus.proposals import Point
from search_api.desk.basket import MAX_PICKS, Pick
from search_api.desk.cases.model import CasePoint, Content
from search_api.query.language import QueryError

_SAME_ASK = 0.6
"""From which two wordings are one ask: a corrected word or two."""


def chosen(content: Content, pick: Pick) -> Content:
    """With the passage for its point. Raises QueryError where there are too many, or no such point."""
    if pick.point is not None and pick.point not in {point.number for point in content.points}:
        raise QueryError(f"这份办件没有第 {pick.point} 条诉求：可能刚刚改过。请刷新后再选。")
    others = [each for each in content.picks if (each.passage_id, each.point) != (pick.passage_id, pick.point)]
    if len(others) >= MAX_PICKS:
        raise QueryError(f"一份办件最多选用 {MAX_PICKS} 段。请先移除不用的段落。")
    return content.model_copy(update={"picks": (*others, pick)})


def dropped(content: Content, passage_id: str, point: int | None) -> Content:
    """Without the passage for the point."""
    kept = tuple(pick for pick in content.picks if (pick.passage_id, pick.point) != (passage_id, point))
    return content.model_copy(update={"picks": kept})


def noted(content: Content, number: int, note: str) -> Content:
    """With the note on a point."""
    points = [p.model_copy(update={"note": note}) if p.number == number else p for p in content.points]
    return content.model_copy(update={"points": tuple(points)})


def note_on(content: Content, number: int) -> str:
    """The note on a point; empty where there is no such point."""
    return next((point.note for point in content.points if point.number == number), "")


def with_points(content: Content, points: Sequence[Point]) -> Content:
    """With these points in place of its own: notes and chosen passages go with their ask, also where it was merged,
    split or put into other words. What has no ask any more stays chosen for none."""
    into = {old.number: _heir(old.text, points) for old in content.points}
    notes: dict[int, list[str]] = {}
    for old in content.points:
        if old.note and (heir := into[old.number]) is not None:
            notes.setdefault(heir, []).append(old.note)
    renewed = tuple(CasePoint(**p.model_dump(), note="\n".join(notes.get(p.number, ()))) for p in points)
    moved = (
        pick.model_copy(update={"point": into.get(pick.point) if pick.point is not None else None})
        for pick in content.picks
    )
    picks = {(pick.passage_id, pick.point): pick for pick in moved}
    return content.model_copy(update={"points": renewed, "picks": tuple(picks.values())})


def _heir(text: str, points: Sequence[Point]) -> int | None:
    """The number of the point that has an old ask: the same, one that holds it, its first part, or nearly the same."""
    old = text.strip()
    for has in (
        lambda new: new == old,
        lambda new: old in new,
        lambda new: new in old,
        lambda new: SequenceMatcher(None, old, new, autojunk=False).ratio() >= _SAME_ASK,
    ):
        for point in points:
            if point.text.strip() and has(point.text.strip()):
                return point.number
    return None


def mark_of(value: object) -> str:
    """A short name of a value as a page showed it, by which a change by somebody else in between is noticed."""
    if isinstance(value, (list, tuple)):
        shown: Any = [v.model_dump_json() if isinstance(v, BaseModel) else str(v) for v in value]
    else:
        shown = str(value)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
