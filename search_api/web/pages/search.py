"""The search page: the form, and under it a page of results with what they can be narrowed to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from indexer.snapshot import Snapshot
from search_api import labels
from search_api.overview import overview_of
from search_api.query.asked import asked_of
from search_api.query.language import LONGEST_LINE, QueryError
from search_api.searcher import Searcher
from search_api.suggest import suggester_of
from search_api.types import Facet, Hit, NamedValue, SearchResult
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.rendering.forms import MAX_PAGE, NAMES_OFF, PAGE_SIZE, SearchForm
from search_api.web.rendering.templating import METHODS, page

router = APIRouter(include_in_schema=False)

_SHOWN_VALUES = 8  # of a facet; the others unfold


@dataclass(frozen=True)
class Found:
    """A hit with what it is called, and whether words led to it, or a number or filter alone.

    `search` is the address that its links take along for the way back; empty where a pasted text would make each of
    them as long as itself: the browser's own way back is as good.
    """

    hit: Hit
    label: str
    is_ranked: bool
    search: str


@dataclass(frozen=True)
class Paging:
    """The place of a page of results among all pages; `shown` are the numbers to link to."""

    number: int
    last: int

    @property
    def shown(self) -> list[int]:
        return sorted({1, self.last, *range(max(1, self.number - 2), min(self.last, self.number + 2) + 1)})


@dataclass(frozen=True)
class Choice:
    """A value of a facet; `address` is that of the page on which it is chosen as well, or no longer.

    Empty where a pasted text would make each of some sixty links as long as itself: the form is sent with the value.
    """

    value: str
    label: str
    count: int
    is_chosen: bool
    address: str


@dataclass(frozen=True)
class ShownFacet:
    """A facet's values in two parts, the second folded away."""

    name: str
    label: str
    first: Sequence[Choice]
    more: Sequence[Choice]


@dataclass(frozen=True)
class Preference:
    """What the query names. `only` is the address of the page that lists nothing else, empty where there is no such
    filter, and `literal` that of the page on which the words are words like any others."""

    labels: Sequence[str]
    only: str
    literal: str


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `address` is that of the page without it."""

    label: str
    address: str


@router.api_route("/", methods=METHODS, response_class=HTMLResponse)
def search_page(request: Request, live: Live) -> HTMLResponse:
    form, snapshot = SearchForm.read(request.query_params), live.snapshot
    shared = {"form": form, "overview": overview_of(snapshot), "found": None, "error": None}
    if not form.address() and "q" not in request.query_params:
        return page(request, "search.html", shared)
    try:
        result = Searcher(snapshot).search(
            form.parsed(), PAGE_SIZE, offset=form.offset, sort=form.order, explain=True, facets=True
        )
    except QueryError as error:
        return page(request, "search.html", {**shared, "error": str(error)}, status=400)
    note(request, hits=result.total)
    return page(request, "search.html", {**shared, **_results(form, snapshot, result)})


def _results(form: SearchForm, snapshot: Snapshot, result: SearchResult) -> dict[str, object]:
    last = min(max(1, -(-result.total // PAGE_SIZE)), MAX_PAGE)
    return {
        "found": [_found(hit, form) for hit in result.hits],
        "total": result.total,
        "message": result.message,
        "closeness": result.closeness,
        "topic_link": result.closeness == "answered" and 0 < len(form.q) <= LONGEST_LINE,
        "is_stock": not result.total and not asked_of(snapshot, form.parsed()).text and bool(form.q),
        "searched": result.searched,
        "preference": _preference(form, result.named),
        "took_ms": result.took_ms,
        "paging": Paging(form.number, last),
        "facets": [shown for facet in result.facets or () if (shown := _shown(facet, form))],
        "chips": list(_chips(form)),
        "nearest": suggester_of(snapshot).nearest_terms(form.q) if result.message and form.q else [],
    }


def _found(hit: Hit, form: SearchForm) -> Found:
    why = hit.explanation
    is_ranked = why is not None and why.is_ranked
    search = form.address(hit=str(hit.rank)) if len(form.q) <= LONGEST_LINE else ""
    return Found(hit, hit.label, is_ranked, search)


def _shown(facet: Facet, form: SearchForm) -> ShownFacet | None:
    """None where there is nothing to choose."""
    if len(facet.values) < 2 and not any(value.is_chosen for value in facet.values):
        return None
    choices = []
    for known in facet.values:
        address = form.toggled(facet.name, known.value) if known.is_chosen or len(form.q) <= LONGEST_LINE else ""
        label = labels.facet_value(facet.name, known.value)
        choices.append(Choice(known.value, label, known.count, known.is_chosen, address))
    return ShownFacet(facet.name, labels.FACET_NAMES[facet.name], choices[:_SHOWN_VALUES], choices[_SHOWN_VALUES:])


def _preference(form: SearchForm, named: Sequence[NamedValue]) -> Preference | None:
    if not named:
        return None
    said = [labels.named_label(name.kind, name.values) for name in named]
    only, here = form.with_names_chosen(named), form.address(page="")
    return Preference(said, only if only != here else "", form.address(page="", names=NAMES_OFF))


def _chips(form: SearchForm) -> Iterator[Chip]:
    for name, values in form.chosen.items():
        for value in values:
            yield Chip(f"{labels.FACET_NAMES[name]}：{labels.facet_value(name, value)}", form.toggled(name, value))
    if form.since or form.until:
        yield Chip(f"日期：{labels.date_span(form.since, form.until)}", form.address(since="", until="", page=""))
