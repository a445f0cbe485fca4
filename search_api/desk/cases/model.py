"""What a case is, as it is kept and shown."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import Field

from corpus.proposals import Point, Proposal
from corpus.types import Frozen
from search_api.desk.basket import MAX_PICKS, Basket, Pick
from search_api.match import MAX_POINTS
from search_api.query.language import LONGEST_QUERY
from search_api.types import Closeness

Status = Literal["new", "searching", "drafting", "review", "done"]
STATUSES: tuple[Status, ...] = get_args(Status)
STATUS_NAMES: Mapping[Status, str] = dict(zip(STATUSES, ("新建", "查找", "拟稿", "送审", "办结"), strict=True))

MAX_NOTE = 2_000
"""Characters of a note: a page of a notebook."""

_MAX_SOURCE = 2 * LONGEST_QUERY
_Title = Annotated[str, Field(max_length=500)]


class CasePoint(Point):
    """An ask, and what the officer noted on it."""

    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""


class Content(Frozen):
    """What people write in a case. `source` is the proposal as it came, empty where only its points are known."""

    title: _Title | None = None
    number: Annotated[str, Field(max_length=100)] | None = None
    preamble: Annotated[str, Field(max_length=LONGEST_QUERY)] = ""
    source: Annotated[str, Field(max_length=_MAX_SOURCE)] = ""
    points: Annotated[tuple[CasePoint, ...], Field(min_length=1, max_length=MAX_POINTS)]
    picks: Annotated[tuple[Pick, ...], Field(max_length=MAX_PICKS)] = ()

    @property
    def proposal(self) -> Proposal:
        """As it is matched with the archive."""
        points = tuple(Point(number=p.number, text=p.text, context=p.context) for p in self.points)
        return Proposal(title=self.title, number=self.number, preamble=self.preamble, points=points)


class PointState(Frozen):
    """What the archive had on a point when it was last asked: the addresses of its passages, best first."""

    number: int
    closeness: Closeness
    current: str | None
    passages: tuple[str, ...]


class News(Frozen):
    """A change of the archive that touches a case. `new`: another passage answers the point; `superseded`: another took
    the place of a chosen one; `gone`: a chosen one is no longer there. `by` is what took its place."""

    kind: Literal["new", "superseded", "gone"]
    point: int | None
    passage_id: str
    by: str | None = None


class Compared(Frozen):
    """A case against the archive: which generation, seen with which scopes (None: all), and what came of it."""

    generation: str
    scopes: tuple[str, ...] | None
    points: tuple[PointState, ...]
    news: tuple[News, ...] = ()


class Case(Frozen):
    """A proposal that is being answered. `scope`: everyone of that scope may open it, beside `owner` and `people`.

    `seen_with` are the scopes (None: all) with which it is compared with the archive: those of the person who made it.
    """

    case_id: str
    version: int
    status: Status
    deadline: date | None
    owner: str
    people: tuple[str, ...]
    scope: str | None
    seen_with: tuple[str, ...] | None
    content: Content
    compared: Compared | None
    changed_at: datetime
    changed_by: str

    @property
    def title(self) -> str:
        return self.content.title or "没有标题的提案"

    @property
    def open_points(self) -> list[int]:
        """The points for which nothing is chosen yet."""
        chosen = {pick.point for pick in self.content.picks}
        return [point.number for point in self.content.points if point.number not in chosen]

    def of_closeness(self, closeness: Closeness) -> list[int]:
        """The points on which the archive said so, of those that the case still has."""
        numbers = {point.number for point in self.content.points}
        states = self.compared.points if self.compared else ()
        return [state.number for state in states if state.closeness == closeness and state.number in numbers]

    def days_left(self, today: date) -> int | None:
        """Days until the deadline, below 0 where it has passed; None without one, or when all is done."""
        return (self.deadline - today).days if self.deadline and self.status != "done" else None

    def basket(self) -> Basket:
        """What is chosen, as sheets and drafts take it."""
        return Basket(
            title=self.content.title,
            number=self.content.number,
            points=self.content.proposal.points,
            without_precedent=tuple(self.of_closeness("none")),
            uncertain=tuple(self.of_closeness("uncertain")),
            picks=self.content.picks,
        )


class Change(NamedTuple):
    """One line of a case's history: who did what when, and the version that it made."""

    version: int
    at: datetime
    by: str
    what: str
