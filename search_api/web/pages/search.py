"""The search page: the form, and under it a page of results."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from corpus.privacy import mask
from indexer.generation import Generation
from search_api.engine import Searcher
from search_api.query import LONGEST_LINE, QueryError
from search_api.types import Hit, SearchResult
from search_api.web import labels
from search_api.web.api import Live
from search_api.web.forms import LAST_PAGE, PAGE_SIZE, SearchForm
from search_api.web.templating import METHODS, page

router = APIRouter(include_in_schema=False)


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
    """Where a page of results stands among its neighbours; `shown` are the numbers to link to."""

    number: int
    last: int

    @property
    def shown(self) -> list[int]:
        return sorted({1, self.last, *range(max(1, self.number - 2), min(self.last, self.number + 2) + 1)})


@router.api_route("/", methods=METHODS, response_class=HTMLResponse)
def search_page(request: Request, live: Live) -> HTMLResponse:
    form, overview, searcher = SearchForm.read(request.query_params), live.overview(), live.searcher()
    shared = {"form": form, "overview": overview, "found": None, "error": None}
    if not form.address() and "q" not in request.query_params:
        return page(request, "search.html", shared)
    try:
        parsed = form.parsed(overview.agency_names)
        result = searcher.search(parsed, PAGE_SIZE, offset=form.offset, explain=True)
    except QueryError as error:
        return page(request, "search.html", {**shared, "error": str(error)}, status=400)
    return page(request, "search.html", {**shared, **_results(form, searcher, result)})


def _results(form: SearchForm, searcher: Searcher, result: SearchResult) -> dict[str, object]:
    generation = searcher.generation
    last = min(max(1, -(-result.total // PAGE_SIZE)), LAST_PAGE)
    return {
        "found": [_found(generation, hit, form) for hit in result.hits],
        "total": result.total,
        "message": result.message,
        "took_ms": result.took_ms,
        "paging": Paging(form.number, last),
    }


def _found(generation: Generation, hit: Hit, form: SearchForm) -> Found:
    heading = None
    if hit.title is None and hit.doc_id in generation.table.ordinals:
        heading = generation.document(generation.table.ordinals[hit.doc_id]).heading
    why = hit.explanation
    is_ranked = why is not None and why.is_ranked
    label = labels.letter_label(hit.title, heading, hit.doc_number, hit.doc_id)
    search = form.address(hit=str(hit.rank)) if len(form.q) <= LONGEST_LINE else ""
    return Found(hit, mask(label), is_ranked, search)
