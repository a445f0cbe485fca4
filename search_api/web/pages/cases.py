"""The list of cases, and the two ways to make them: one from a proposal, or a season of them from files."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from corpus.types import OPEN_SCOPE
from search_api.desk.basket import Pick
from search_api.desk.cases.importing import Imported, content_from, content_of, take_in
from search_api.desk.cases.model import STATUS_NAMES, Case, Content
from search_api.desk.cases.store import CaseStore, Person
from search_api.meaning import meaning_of
from search_api.query.language import QueryError
from search_api.snapshots import IndexUnavailableError, Pinned
from search_api.web.access.people import Asking, Cases, follower_of
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.problems import problem_of
from search_api.web.rendering.cases import listed
from search_api.web.rendering.templating import METHODS, page
from search_api.web.uploads import cases as forms
from search_api.web.uploads.cases import CaseFormError
from search_api.web.uploads.proposal import draft_in, written
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)

_PICKS = TypeAdapter(tuple[Pick, ...])


@router.api_route("/cases", methods=METHODS, response_class=HTMLResponse)
def cases_page(request: Request, live: Live, asking: Asking, cases: Cases) -> HTMLResponse:
    return _page(request, live, asking, cases)


@router.post("/cases")
async def new_case(request: Request, live: Live, asking: Asking, cases: Cases) -> Response:
    """A case of a pasted proposal, or of one that was taken apart already, with what was chosen for it."""
    form = await forms.read_fields(request)
    try:
        case = await run_in_threadpool(_added, form, live, asking, cases)
    except QueryError as error:
        return _page(request, live, asking, cases, error=str(error), text=written(form, "text"))
    follower_of(request).wake()
    note(request, query=case.title, points=len(case.content.points))
    return RedirectResponse(f"{root_of(request)}/cases/{quote(case.case_id)}", 303)


@router.post("/cases/import", response_class=HTMLResponse)
async def import_cases(request: Request, live: Live, asking: Asking, cases: Cases) -> HTMLResponse:
    form = await forms.read_season(request)
    try:
        imported = await run_in_threadpool(_imported, form, live, asking, cases)
    finally:
        await form.close()
    follower_of(request).wake()
    note(request, hits=sum(1 for one in imported if one.case))
    return _page(request, live, asking, cases, imported=imported)


def _page(
    request: Request,
    live: Pinned,
    asking: Person,
    cases: CaseStore,
    *,
    imported: Sequence[Imported] = (),
    error: str = "",
    text: str = "",
) -> HTMLResponse:
    try:
        generation = live.snapshot.manifest.checksum
    except IndexUnavailableError:  # the list is of use without an index, too
        generation = None
    shown = [listed(case, asking, date.today(), generation) for case in cases.of(asking)]
    values = {
        "cases": shown,
        "waiting": sum(one.is_waiting for one in shown),
        "statuses": STATUS_NAMES,
        "scopes": scopes_to_share(asking),
        "imported": imported,
        "error": error,
        "text": text,
    }
    note(request, hits=len(shown))
    return page(request, "cases.html", values, status=problem_of(QueryError(error), request).status if error else 200)


def scopes_to_share(person: Person) -> list[str]:
    """The departments with which a person may share a case: those that are not open to everyone."""
    return sorted((person.scopes or frozenset()) - {OPEN_SCOPE})


def shared_scope(form: FormData, person: Person) -> str | None:
    """The department that a form names; None for none. Raises CaseFormError for one that is not the person's."""
    scope = written(form, "scope").strip()
    if scope and scope not in scopes_to_share(person):
        raise CaseFormError(f"不能与“{scope[:40]}”共享：您不在这个范围里。")
    return scope or None


def deadline_of(form: FormData) -> date | None:
    """The day that a form names. Raises CaseFormError."""
    text = written(form, "deadline").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CaseFormError(f"期限应写成 2027-03-31 这样，实际是“{text[:20]}”。") from error


def _imported(form: FormData, live: Pinned, asking: Person, cases: CaseStore) -> list[Imported]:
    meaning = meaning_of(live.snapshot)
    deadline, scope = deadline_of(form), shared_scope(form, asking)
    imported = list(take_in(cases, asking, forms.incoming(form), meaning, deadline, scope))
    if not imported:
        raise CaseFormError("没有选文件：请选提案的文件（可以多选），或一个列出提案的表格。")
    return imported


def _added(form: FormData, live: Pinned, asking: Person, cases: CaseStore) -> Case:
    content = (
        _taken_apart(form) if "point" in form else content_of(written(form, "text"), "", meaning_of(live.snapshot))
    )
    numbers = {point.number for point in content.points}
    picks = [p if p.point in numbers else p.model_copy(update={"point": None}) for p in _picks(form)]
    return cases.add(
        content.model_copy(update={"picks": tuple(picks)}), asking, deadline_of(form), shared_scope(form, asking)
    )


def _taken_apart(form: FormData) -> Content:
    """The points of the match page's form."""
    proposal = draft_in(form).proposal()
    if not proposal.points:
        raise QueryError("没有诉求：请至少写一条。")
    return content_from(proposal, written(form, "source"))


def _picks(form: FormData) -> tuple[Pick, ...]:
    """What the browser's basket holds of this proposal, which its script sends along."""
    try:
        return _PICKS.validate_json(written(form, "picks") or "[]")
    except ValidationError as error:
        raise CaseFormError("选入的段落无法读取。请刷新后再存一次。") from error
