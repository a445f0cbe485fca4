"""The register of commitments as a page, as a workbook, and as a feed of what falls due."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BeforeValidator

from indexer import deadline
from indexer.snapshot import Snapshot
from search_api.analyses.commitments import Asked, Commitment, Order, promised, shown
from search_api.analyses.statuses import STATUS_NAMES, WantedStatus
from search_api.labels import label_of
from search_api.web.deps import Live, entry_of
from search_api.web.middleware.audit import note
from search_api.web.pages.feeds import Entry, base_of, xml
from search_api.web.rendering.templating import METHODS, page
from search_api.web.rendering.workbook import MEDIA_TYPE, workbook
from search_api.web.urls import DocumentAddress

router = APIRouter(include_in_schema=False)

_SHOWN = 50  # rows of a page
_BUDGET = 2.0  # seconds for the table of the overdue; the next look goes on where this one stopped
_DAYS = timedelta(days=30)  # before and after today that the feed tells of
_HEAD = ("单位", "答复", "答复日期", "承诺原文", "期限", "最后一天", "状态", "后来的原文", "承诺所在网址", "后来的网址")
ORDER_NAMES: dict[Order, str] = {"due": "期限", "replied": "答复日期", "agency": "单位"}

_blank = BeforeValidator(lambda value: value or None)  # an empty field of a form
_Text = Annotated[str, Query(max_length=200)]
_Year = Annotated[int | None, _blank, Query()]
_Day = Annotated[date | None, _blank, Query()]
_Status = Annotated[WantedStatus | None, _blank, Query()]


class _OverBudgetError(Exception):
    """The time for the table of the overdue is over."""


@dataclass(frozen=True)
class Overdue:
    """How many commitments are overdue by agency and year of the reply, of the `looked` of `due` past their day."""

    years: tuple[int | None, ...]
    rows: tuple[tuple[str | None, tuple[int, ...]], ...]
    looked: int
    due: int


@dataclass(frozen=True)
class ShownCommitment:
    """A commitment with what a page calls its document and that of its evidence."""

    of: Commitment
    label: str
    evidence_label: str | None


def wanted(
    q: _Text = "",
    agency: _Text = "",
    year: _Year = None,
    status: _Status = None,
    due_since: _Day = None,
    due_until: _Day = None,
) -> Asked:
    """What the fields of the form ask for, as of today."""
    return Asked(q, agency, year, status, due_since, due_until)


Wanted = Annotated[Asked, Depends(wanted)]


@router.api_route("/commitments", methods=METHODS, response_class=HTMLResponse)
def commitments_page(
    request: Request,
    live: Live,
    asked: Wanted,
    sort: Annotated[Order, Query()] = "due",
    number: Annotated[int, Query(ge=1, le=10_000, alias="page")] = 1,
) -> HTMLResponse:
    snapshot, part = live.snapshot, slice((number - 1) * _SHOWN, number * _SHOWN)
    promises = promised(snapshot, asked, sort)
    found = shown(snapshot, promises, asked.as_of, asked.status) if asked.status else None
    total = len(promises) if found is None else len(found)
    note(request, hits=total)
    values = {
        "asked": asked,
        "found": _named(snapshot, shown(snapshot, promises[part], asked.as_of) if found is None else found[part]),
        "total": total,
        "number": number,
        "pages": -(-total // _SHOWN),
        "sort": sort,
        "orders": ORDER_NAMES,
        "statuses": STATUS_NAMES,
        "address": lambda **changed: _address(asked, **({"sort": sort} | changed)),
        "overdue": overdue(snapshot, asked.as_of),
    }
    return page(request, "commitments.html", values)


@router.api_route("/commitments.xlsx", methods=METHODS)
def commitments_workbook(
    request: Request, live: Live, asked: Wanted, sort: Annotated[Order, Query()] = "due"
) -> Response:
    """All commitments that the same address shows as a page."""
    snapshot = live.snapshot
    found = _named(snapshot, shown(snapshot, promised(snapshot, asked, sort), asked.as_of, asked.status))
    note(request, hits=len(found))
    address = DocumentAddress(base_of(request))
    headers = {"Content-Disposition": f"attachment; filename=commitments.xlsx; filename*=UTF-8''{quote('承诺.xlsx')}"}
    return Response(workbook("承诺", _HEAD, [_cells(each, address) for each in found]), 200, headers, MEDIA_TYPE)


@router.api_route("/commitments/feed", methods=METHODS)
def commitments_feed(request: Request, live: Live, asked: Wanted) -> Response:
    """What falls due within thirty days, and what fell due as lately and has no news; words and agency narrow it."""
    base, snapshot, today = base_of(request), live.snapshot, asked.as_of
    near = replace(asked, status=None, due_since=today - _DAYS, due_until=today + _DAYS)
    found = shown(snapshot, promised(snapshot, near), today)
    entries = [_entry(snapshot, each, base) for each in found if each.status == "open" or each.is_overdue]
    note(request, hits=len(entries))
    values = {
        "id": f"urn:dafu:commitments:{_address(asked)}",
        "name": "将到期和刚过期的承诺",
        "page_address": f"{base}/commitments?{_address(asked)}",
        "feed_address": f"{base}/commitments/feed?{_address(asked)}",
        "updated": snapshot.manifest.created_at,
        "entries": entries,
    }
    return xml(request, "feed.xml", values, "application/atom+xml")


def overdue(snapshot: Snapshot, today: date, seconds: float = _BUDGET) -> Overdue:
    """Those found within the time. Raises as the deadline of the request does where that is nearer."""
    due = promised(snapshot, Asked(due_until=today - timedelta(days=1), as_of=today))
    counts: Counter[tuple[str | None, int | None]] = Counter()
    looked = 0
    try:
        with deadline.limited(deadline.Deadline(seconds, _OverBudgetError())):
            for promise in due:
                deadline.check()
                late = shown(snapshot, [promise], today, "overdue")
                counts[promise.entry.agency, promise.entry.year] += len(late)
                looked += 1
    except _OverBudgetError:
        pass
    counts = +counts
    years = tuple(sorted({year for _, year in counts}, key=lambda year: year or 0))
    agencies = sorted({agency for agency, _ in counts}, key=lambda agency: (agency is None, agency))
    rows = tuple((agency, tuple(counts[agency, year] for year in years)) for agency in agencies)
    return Overdue(years, rows, looked, len(due))


def _named(snapshot: Snapshot, found: Sequence[Commitment]) -> list[ShownCommitment]:
    return [
        ShownCommitment(
            each,
            label_of(snapshot, entry_of(snapshot, each.doc_id)),
            label_of(snapshot, entry_of(snapshot, each.evidence.passage_id.rpartition("#")[0]))
            if each.evidence
            else None,
        )
        for each in found
    ]


def _address(asked: Asked, **more: object) -> str:
    """The fields of the form as they stand in an address; what is empty is left out."""
    names = ("query", "agency", "year", "status", "due_since", "due_until")
    fields = {"q" if name == "query" else name: getattr(asked, name) for name in names} | more
    return urlencode({name: str(value) for name, value in fields.items() if value})


def _cells(each: ShownCommitment, address: DocumentAddress) -> list[str]:
    of = each.of
    status: WantedStatus = "overdue" if of.is_overdue else of.status
    cells = [of.agency, each.label, of.replied_on, of.quote, of.due.text, of.due.by, STATUS_NAMES[status]]
    cells += [of.evidence.quote if of.evidence else None, _leads_to(address, of.passage_id)]
    cells += [_leads_to(address, of.evidence.passage_id) if of.evidence else None]
    return [cell or "" for cell in cells]


def _leads_to(address: DocumentAddress, passage_id: str) -> str:
    doc_id, _, anchor = passage_id.rpartition("#")
    return address(doc_id, anchor)


def _entry(snapshot: Snapshot, each: Commitment, base: str) -> Entry:
    mark = hashlib.sha256(each.quote.encode()).hexdigest()[:12]
    passed = "已过期、未见下文" if each.is_overdue else "将到期"
    return Entry(
        id=f"urn:dafu:commitment:{quote(each.passage_id, safe='')}:{mark}",
        title=f"{passed}（{each.due.by}）：{each.quote[:60]}",
        address=_leads_to(DocumentAddress(base), each.passage_id),
        agency=each.agency,
        kind="承诺",
        published=date.fromisoformat(each.replied_on) if each.replied_on else None,
        updated=snapshot.manifest.created_at,
        summary=each.quote,
    )
