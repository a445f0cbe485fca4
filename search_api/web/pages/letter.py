"""The page of one letter."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from corpus.privacy import mask_document
from indexer.terms import terms_of
from search_api.highlight import highlights
from search_api.query import QueryError
from search_api.web import labels, layout
from search_api.web.api import Live, ordinal_of, passage_spans
from search_api.web.forms import SearchForm
from search_api.web.live import Overview
from search_api.web.marking import Span
from search_api.web.templating import METHODS, page

router = APIRouter(include_in_schema=False)


@router.api_route("/documents/{doc_id:path}", methods=METHODS, response_class=HTMLResponse)
def letter_page(request: Request, live: Live, doc_id: str) -> HTMLResponse:
    generation = live.generation()
    ordinal = ordinal_of(generation, doc_id)
    document = mask_document(generation.document(ordinal))
    passages = passage_spans(generation, ordinal)
    form = SearchForm.read(request.query_params)
    asked = request.query_params.get("passage", "")
    chosen = next((p.number for p in passages if str(p.number) == asked), None)
    values = {
        "document": document,
        "label": labels.letter_label(document.title, document.heading, document.doc_number, doc_id),
        "facts": labels.facts(document),
        "citations": labels.citations(document),
        "outline": layout.outline(document),
        "lines": layout.lines(document, passages, chosen, _marks(form, live.overview(), document.text)),
        "back": _way_back(request.query_params.get("hit", ""), form),
    }
    return page(request, "letter.html", values)


def _way_back(hit: str, form: SearchForm) -> str:
    """From a letter to the place on the results page that led to it; empty where none did."""
    address = form.address()
    return f"?{address}" + (f"#hit-{hit}" if hit.isdecimal() else "") if address else ""


def _marks(form: SearchForm, overview: Overview, text: str) -> list[Span]:
    """Where the words of the search stand."""
    if not form.q:
        return []
    try:
        parsed = form.parsed(overview.agency_names)
    except QueryError:
        return []
    return highlights(text, terms_of(parsed.text).get("words", ()), parsed.wanted.phrases)
