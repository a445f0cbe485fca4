"""Every change to a case, each a form that is posted.

Whoever changes what somebody else changed meanwhile is shown both and chooses; nothing is overwritten silently.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from search_api.desk.basket import Pick
from search_api.desk.cases import changes
from search_api.desk.cases.model import STATUS_NAMES, Case, Content
from search_api.desk.cases.store import CaseNotFoundError, CaseStore, Person
from search_api.query.language import QueryError
from search_api.web.access.people import Asking, Cases, follower_of
from search_api.web.middleware.audit import note
from search_api.web.pages.case import NoSuchCaseError, found, head_of
from search_api.web.pages.cases import deadline_of, shared_scope
from search_api.web.problems import wants_html
from search_api.web.rendering.draft import changed
from search_api.web.rendering.source import taken
from search_api.web.rendering.templating import page
from search_api.web.uploads.cases import CaseFormError, read_fields
from search_api.web.uploads.proposal import draft_in, written
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)

_MAX_PEOPLE = 30
Form = Annotated[FormData, Depends(read_fields)]


class _Clash(Exception):  # no error: the user is asked
    """Somebody else changed the same thing since the page was made."""

    def __init__(self, case: Case, theirs: str, mine: str) -> None:
        self.case, self.theirs, self.mine = case, theirs, mine


@router.post("/cases/{case_id}/picks")
def pick(request: Request, case_id: str, form: Form, asking: Asking, cases: Cases) -> Response:
    """Chooses a passage for a point, or takes it back. Two who choose at once are both right."""
    passage_id, number = written(form, "passage_id"), _number(form)
    if written(form, "chosen") == "no":
        _change(request, cases, case_id, asking, "移除一段", lambda c: changes.dropped(c.content, passage_id, number))
    else:
        one = _pick(passage_id, number, written(form, "band"), written(form, "newer"))
        _change(request, cases, case_id, asking, "选用一段", lambda c: changes.chosen(c.content, one))
    return _back(request, case_id, f"point-{number}" if number else "")


@router.post("/cases/{case_id}/notes")
def take_note(request: Request, case_id: str, form: Form, asking: Asking, cases: Cases) -> Response:
    number, text = _number(form) or 0, written(form, "note").strip()

    def made(case: Case) -> Content:
        _check(form, case, changes.note_on(case.content, number), text)
        return changes.noted(case.content, number, text)

    try:
        _change(request, cases, case_id, asking, f"改备注（第 {number} 条）", made)
    except _Clash as clash:
        return _clash_page(request, clash, "notes", form)
    return _back(request, case_id, f"point-{number}")


@router.post("/cases/{case_id}/points")
def cut_otherwise(request: Request, case_id: str, form: Form, asking: Asking, cases: Cases) -> Response:
    """Merges, splits, drops, adds or rewords points; what was chosen and noted goes with its ask."""

    def made(case: Case) -> Content:
        draft = draft_in(form)
        points = draft.points
        old = [point.text for point in case.content.points]
        _check(form, case, old, [point.text for point in points])
        if where := written(form, "take"):
            points = taken(case.content.source, points, where)
        elif action := written(form, "action"):
            points = changed(points, action).points
        proposal = draft.model_copy(update={"points": points}).proposal()
        if not proposal.points:
            raise QueryError("没有诉求：请至少留一条。")
        kept = case.content.model_copy(
            update={"title": proposal.title, "number": proposal.number, "preamble": proposal.preamble}
        )
        return changes.with_points(kept, proposal.points)

    try:
        _change(request, cases, case_id, asking, "改诉求", made)
    except _Clash as clash:
        return _clash_page(request, clash, "points", form)
    return _back(request, case_id)


@router.post("/cases/{case_id}/head")
def change_head(request: Request, case_id: str, form: Form, asking: Asking, cases: Cases) -> Response:
    """Deadline, status, and with whom the case is shared."""
    status, people = written(form, "status"), _people(form)
    if status not in STATUS_NAMES:
        raise CaseFormError(f"没有“{status[:10]}”这种进度：应为 {'、'.join(STATUS_NAMES.values())} 之一。")
    update = {"status": status, "deadline": deadline_of(form), "people": people, "scope": shared_scope(form, asking)}

    def made(case: Case) -> Case:
        after = case.model_copy(update=update if asking.name == case.owner else {**update, "scope": case.scope})
        _check(form, case, head_of(case), head_of(after))
        return after

    try:
        cases.change(case_id, asking, f"进度：{STATUS_NAMES[status]}", made)  # type: ignore[index]  # checked above
    except CaseNotFoundError as error:
        raise NoSuchCaseError(str(error)) from error
    except _Clash as clash:
        return _clash_page(request, clash, "head", form)
    follower_of(request).wake()
    return _back(request, case_id)


@router.post("/cases/{case_id}/seen")
def note_news(request: Request, case_id: str, asking: Asking, cases: Cases, form: Form) -> Response:
    """The news were read."""
    case = found(cases, case_id, asking)
    if case.compared:
        cases.compare(case, case.compared.model_copy(update={"news": ()}))
    return _back(request, case_id)


@router.post("/cases/{case_id}/delete")
def delete(request: Request, case_id: str, asking: Asking, cases: Cases, form: Form) -> Response:
    """Purges the case. Its owner alone may do that."""
    case = found(cases, case_id, asking)
    if case.owner != asking.name:
        raise CaseFormError(f"这份办件是{case.owner}的，只有本人能删除。")
    cases.purge([case_id])
    note(request, query=case.title)
    return RedirectResponse(f"{root_of(request)}/cases", 303)


def _change(
    request: Request,
    cases: CaseStore,
    case_id: str,
    asking: Person,
    what: str,
    made: Callable[[Case], Content],
) -> None:
    """Changes the content. What the archive said of points that are no more is asked again. Raises NoSuchCaseError."""

    def whole(case: Case) -> Case:
        content = made(case)
        is_same = content.proposal == case.content.proposal
        return case.model_copy(update={"content": content, "compared": case.compared if is_same else None})

    try:
        after = cases.change(case_id, asking, what, whole)
    except CaseNotFoundError as error:
        raise NoSuchCaseError(str(error)) from error
    note(request, query=after.title)
    follower_of(request).wake()


def _check(form: FormData, case: Case, theirs: object, mine: object) -> None:
    """Raises _Clash where the field is not as the page showed it, and not as it is to be either."""
    was = written(form, "was")
    if was and was != changes.mark_of(theirs) and theirs != mine:
        raise _Clash(case, _in_words(theirs), _in_words(mine))


def _in_words(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(form: FormData) -> int | None:
    """That of the point that a form names; None for none."""
    point = written(form, "point")
    return int(point) if point.isdecimal() else None


def _pick(passage_id: str, point: int | None, band: str, newer: str) -> Pick:
    try:
        return Pick.model_validate(
            {"passage_id": passage_id, "point": point, "band": band or None, "superseded_by": newer or None}
        )
    except ValidationError as error:
        raise CaseFormError("这一段无法选用：地址或相关程度不对。请刷新后再选。") from error


def _people(form: FormData) -> tuple[str, ...]:
    names = written(form, "people").replace("，", "、").replace(",", "、").split("、")
    people = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(people) > _MAX_PEOPLE or any(len(name) > 64 for name in people):
        raise CaseFormError(f"一起办理的人最多 {_MAX_PEOPLE} 位，名字不超过 64 个字，用顿号或逗号分开。")
    return people


def _clash_page(request: Request, clash: _Clash, where: str, mine: FormData) -> HTMLResponse:
    """Both, side by side; `mine` is the form, which is posted again without what the page had shown."""
    fields = [(name, value) for name, value in mine.multi_items() if name not in ("was", "action", "take")]
    values = {"case": clash.case, "theirs": clash.theirs, "mine": clash.mine, "where": where, "fields": fields}
    return page(request, "clash.html", values, status=409)


def _back(request: Request, case_id: str, anchor: str = "") -> Response:
    """To the case; a script needs no page."""
    if not wants_html(request):
        return Response(status_code=204)
    return RedirectResponse(f"{root_of(request)}/cases/{case_id}{f'#{anchor}' if anchor else ''}", 303)
