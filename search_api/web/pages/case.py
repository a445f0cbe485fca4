"""One case: its proposal against the archive as it is today, and what is chosen and noted."""

from datetime import date
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from search_api.desk.cases import changes
from search_api.desk.cases.earlier import earlier_answers
from search_api.desk.cases.model import STATUS_NAMES, Case
from search_api.desk.cases.store import CaseNotFoundError, CaseStore, Person
from search_api.desk.sheet import age
from search_api.match import Match
from search_api.meaning import meaning_of
from search_api.snapshots import Pinned
from search_api.web.access.people import Asking, Cases
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.pages.basket import exported
from search_api.web.pages.cases import scopes_to_share
from search_api.web.pages.match import result_of, short_title, with_remarks
from search_api.web.problems import RequestError
from search_api.web.rendering.cases import chosen_passages, shown_news
from search_api.web.rendering.draft import Draft, DraftPoint
from search_api.web.rendering.source import Source, source_of
from search_api.web.rendering.templating import METHODS, page
from search_api.web.settings.places import feedback_place
from search_api.web.urls import DocumentAddress, root_of

router = APIRouter(include_in_schema=False)


class NoSuchCaseError(RequestError):
    """There is no such case for this person."""

    kind, title, status = "case-not-found", "没有这份办件", 404


class CaseState(NamedTuple):
    """What the templates of a proposal's points need of a case."""

    draft: Draft
    source: str
    beside: Source | None
    error: str = ""
    at: int | None = None


@router.api_route("/cases/{case_id}", methods=METHODS, response_class=HTMLResponse)
def case_page(request: Request, case_id: str, live: Live, asking: Asking, cases: Cases) -> HTMLResponse:
    case, snapshot = found(cases, case_id, asking), live.snapshot
    match: Match = request.app.state.matches.match(snapshot, case.content.proposal)
    place = feedback_place(request.app.state.settings, live.snapshots.folder)
    result = with_remarks(result_of(match), live, place)
    address = DocumentAddress(root_of(request))
    chosen, missing = chosen_passages(snapshot, case, date.today(), address)
    note(request, query=case.title, points=len(match.points))
    values = {
        "case": case,
        "result": result,
        "found": match,
        "state": _state(case, live),
        "short_title": short_title,
        "chosen": chosen,
        "picked": {(pick.passage_id, pick.point) for pick in case.content.picks},
        "missing": missing,
        "news": shown_news(snapshot, case, asking),
        "earlier": earlier_answers(snapshot, case.content),
        "history": cases.history(case_id),
        "statuses": STATUS_NAMES,
        "scopes": scopes_to_share(asking),
        "days_left": case.days_left(date.today()),
        "asking": asking,
        "mark_of": changes.mark_of,
        "head": head_of(case),
        "age": age,
        "today": date.today(),
    }
    return page(request, "case.html", values)


@router.api_route("/cases/{case_id}/export", methods=METHODS)
def export(request: Request, case_id: str, live: Live, asking: Asking, cases: Cases, format: str = "docx") -> Response:  # noqa: A002  # as the address has it
    return exported(request, live, found(cases, case_id, asking).basket(), format)


def found(cases: CaseStore, case_id: str, asking: Person) -> Case:
    """The case, if this person may open it. Raises NoSuchCaseError."""
    try:
        return cases.get(case_id, asking)
    except CaseNotFoundError as error:
        raise NoSuchCaseError(str(error)) from error


def _state(case: Case, live: Pinned) -> CaseState:
    content = case.content
    points = [DraftPoint(text=point.text, context=point.context) for point in content.points]
    draft = Draft(title=content.title, number=content.number, preamble=content.preamble, points=points)
    meaning = meaning_of(live.snapshot)
    beside = source_of(content.source, points, content.preamble, meaning) if content.source else None
    return CaseState(draft, content.source, beside)


def head_of(case: Case) -> str:
    """Deadline, status and people, as they are compared and shown."""
    deadline = case.deadline.isoformat() if case.deadline else "没有"
    people = "、".join(case.people) or "没有"
    return (
        f"期限：{deadline}；进度：{STATUS_NAMES[case.status]}；一起办理的人：{people}；共享范围：{case.scope or '没有'}"
    )
