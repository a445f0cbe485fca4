"""The page that compares a new proposal with the archive: its form, its points to edit, and what answers them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from corpus.proposals import Meaning, Proposal
from search_api import no_conflicts
from search_api.analyses.commitments import Commitment, open_commitments
from search_api.analyses.conflicts import Conflict, conflicts_of
from search_api.desk import basket
from search_api.desk.sheet import age, citation
from search_api.match import Answer, CoveringDocument, Match, MatchedPoint, check_length, proposal_of
from search_api.meaning import meaning_of
from search_api.query.language import QueryError
from search_api.snapshots import Pinned
from search_api.types import Hit, PassageHit
from search_api.web.deps import Live
from search_api.web.matches import Matches
from search_api.web.middleware.audit import note
from search_api.web.problems import RequestError, problem_of
from search_api.web.rendering.draft import Draft, changed
from search_api.web.rendering.source import Source, source_of, taken
from search_api.web.rendering.templating import METHODS, page
from search_api.web.settings.places import feedback_place
from search_api.web.uploads import proposal as uploads

router = APIRouter(include_in_schema=False)

_MAX_COLUMNS = 12  # documents of the matrix; as many columns fit on a desk's screen
_TITLE = re.compile(r"(?:关于)?(.+?)(?:的(?:提案|建议|议案|意见|来信))?")


@dataclass(frozen=True)
class MatrixColumn:
    """A document of the matrix and its cells, one a point; None where it does not cover the point.

    `is_rest`: it is listed when more are asked for. A document that is the first to cover a point never is.
    """

    document: CoveringDocument
    label: str
    cells: tuple[Answer | None, ...]
    is_rest: bool


@dataclass(frozen=True)
class ShownPassage:
    """A passage as it stands under a point. `age` is None for a document without a date.

    `replaced` are those whose place it took, of the current answer alone; None for any other passage.
    """

    hit: Hit
    passage: PassageHit
    label: str
    citation: str
    age: str | None
    replaced: "tuple[ShownPassage, ...] | None" = None


@dataclass(frozen=True)
class ShownMatch:
    """A match as the page prints it. `conflicts` and `promised`, the open commitments, are those of the
    passages of each point.

    `data` is what the basket's script takes: a JSON object, safe inside a script."""

    match: Match
    columns: list[MatrixColumn]
    passages: dict[int, list[ShownPassage]]
    data: Markup
    conflicts: Mapping[int, Sequence[Conflict]] = field(default_factory=dict)
    promised: Mapping[int, Sequence[Commitment]] = field(default_factory=dict)

    @property
    def uncertain(self) -> list[MatchedPoint]:
        return [point for point in self.match.points if point.closeness == "uncertain"]

    @property
    def without_precedent(self) -> list[MatchedPoint]:
        return [point for point in self.match.points if not point.precedent]


@dataclass
class MatchState:
    """How far a request has come: the pasted text, or the points, of which `at` is being edited; `error` says why it
    went no further. `source` is the text that the points are from, empty where they are from none."""

    text: str = ""
    source: str = ""
    draft: Draft | None = None
    at: int | None = None
    result: ShownMatch | None = None
    error: str = ""
    status: int = field(default=200)
    meaning: Meaning | None = None

    @property
    def beside(self) -> Source | None:
        """The source beside the points."""
        return (
            source_of(self.source, self.draft.points, self.draft.preamble, self.meaning)
            if self.source and self.draft
            else None
        )


@router.api_route("/match", methods=METHODS, response_class=HTMLResponse)
def match_form(request: Request) -> HTMLResponse:
    return _page(request, MatchState())


@router.post("/match", response_class=HTMLResponse)
async def match_page(request: Request, live: Live) -> HTMLResponse:
    state, matches = MatchState(), request.app.state.matches
    place = feedback_place(request.app.state.settings, live.snapshots.folder)
    try:
        form = await uploads.read_form(request)
        try:
            await run_in_threadpool(_fill, state, form, live, matches, place)
        finally:
            await form.close()
        if state.result:
            note(request, query=state.result.match.title, points=len(state.result.match.points))
    except (QueryError, RequestError) as error:
        state.error, state.status = str(error), problem_of(error, request).status
    return _page(request, state)


def _page(request: Request, state: MatchState) -> HTMLResponse:
    values = {"state": state, "short_title": short_title, "largest": uploads.MAX_BYTES}
    return page(request, "match.html", values, status=state.status)


def _fill(state: MatchState, form: FormData, live: Live, matches: Matches, place: Path | None) -> None:
    """Fills the state in, as far as it goes. Raises QueryError, RequestError."""
    state.meaning = meaning_of(live.snapshot)
    proposal = _edited(state, form) if form.keys() & {"point", "action", "take"} else _pasted(state, form)
    if proposal:
        state.result = with_remarks(result_of(matches.match(live.snapshot, proposal)), live, place)


def _pasted(state: MatchState, form: FormData) -> Proposal:
    state.text = uploads.written(form, "text")
    text = uploads.text_of(form)
    proposal = proposal_of(text, state.meaning)
    state.source, state.draft = text, Draft.of(proposal)
    return proposal


def _edited(state: MatchState, form: FormData) -> Proposal | None:
    """None where a button changed the points: they are searched when that is asked for."""
    state.draft = uploads.draft_in(form)
    points = state.draft.points
    state.source = uploads.written(form, "source")
    check_length(len(state.source))
    if where := form.get("take"):
        state.draft = state.draft.model_copy(update={"points": taken(state.source, points, str(where))})
    elif action := form.get("action"):
        after = changed(points, str(action))
        state.draft, state.at = state.draft.model_copy(update={"points": after.points}), after.at
        return None
    return state.draft.proposal()


def result_of(found: Match) -> ShownMatch:
    today = date.today()
    passages = {
        point.number: _current_first(
            [_shown(hit, passage, today) for hit in point.hits for passage in hit.passages], point
        )
        for point in found.points
    }
    data = basket.picked(found).model_dump_json(exclude={"picks"}).replace("<", "\\u003c")
    return ShownMatch(found, _columns(found), passages, Markup(data))


def with_remarks(result: ShownMatch, live: Pinned, place: Path | None) -> ShownMatch:
    """With the open conflicts and commitments of the passages under each point. `place` keeps what is no conflict."""
    shown = {number: [item.passage.passage_id for item in items] for number, items in result.passages.items()}
    known = conflicts_of(live.snapshot, {each for ids in shown.values() for each in ids}, no_conflicts.keys(place))
    found: dict[int, list[Conflict]] = {
        number: list(dict.fromkeys(conflict for each in ids for conflict in known.get(each, ())))
        for number, ids in shown.items()
    }
    return replace(result, conflicts=found, promised=_promised(result, live))


def _promised(result: ShownMatch, live: Pinned) -> dict[int, list[Commitment]]:
    """The open commitments of the passages that stand under each point."""
    return {
        number: open_commitments(live.snapshot, {item.passage.passage_id for item in items})
        for number, items in result.passages.items()
    }


def _current_first(shown: list[ShownPassage], point: MatchedPoint) -> list[ShownPassage]:
    """The current answer above all others, with what it replaced."""
    if point.current is None:
        return shown
    current = point.current.passage_id
    first = next(item for item in shown if item.passage.passage_id == current)
    replaced = tuple(item for item in shown if item.passage.superseded_by == current)
    return [replace(first, replaced=replaced), *(item for item in shown if item is not first)]


def _columns(found: Match) -> list[MatrixColumn]:
    columns: list[MatrixColumn] = []
    covered: set[int] = set()
    for document in found.documents:
        cells = tuple(document.answers.get(point.number) for point in found.points)
        is_rest = len(columns) >= _MAX_COLUMNS and covered.issuperset(document.covered)
        covered.update(document.covered)
        columns.append(MatrixColumn(document, document.label, cells, is_rest))
    return columns


def _shown(hit: Hit, passage: PassageHit, today: date) -> ShownPassage:
    cited = citation(
        agency=hit.agency,
        title=hit.title,
        doc_number=hit.doc_number,
        replied_on=hit.replied_on,
        passage_number=passage.number,
    )
    return ShownPassage(hit, passage, hit.label, cited, age(hit.replied_on, today) if hit.replied_on else None)


def short_title(title: str) -> str:
    """The subject in a document's title, for the head of a column.

    >>> short_title("关于加快建设长者食堂的建议"), short_title("松民函〔2021〕42号")
    ('加快建设长者食堂', '松民函〔2021〕42号')
    """
    match = _TITLE.fullmatch(title)
    return match[1] if match else title
