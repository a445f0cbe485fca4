"""The page of one document."""

from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from corpus.privacy import mask_document
from corpus.types import Document
from indexer.terms.kinds import terms_of
from search_api import labels
from search_api.desk.sheet import citation
from search_api.highlight import highlights
from search_api.masked import masked
from search_api.query.language import QueryError
from search_api.web.access.identity import reader_of
from search_api.web.deps import NOT_KEPT, Live, ordinal_of, passage_spans, require_unmasked
from search_api.web.rendering import layout
from search_api.web.rendering.forms import SearchForm
from search_api.web.rendering.marking import Span
from search_api.web.rendering.related import cited_documents, similar_documents
from search_api.web.rendering.templating import METHODS, page
from search_api.web.rendering.versions import changes, named, versions_of
from search_api.web.urls import root_of

router = APIRouter(include_in_schema=False)


@router.api_route("/documents/{doc_id:path}", methods=METHODS, response_class=HTMLResponse)
def document_page(request: Request, live: Live, doc_id: str) -> HTMLResponse:
    """An older version is to be read beside the current one: it has no passages, so none can be cited or picked."""
    generation, asked = live.generation(), request.query_params
    if is_unmasked := asked.get("unmasked") == "1":
        require_unmasked(request)
    ordinal = ordinal_of(generation, doc_id)
    current = generation.document(ordinal) if is_unmasked else masked(generation, ordinal)
    versions = versions_of(generation, ordinal)
    version = named(versions, asked.get("version", ""))
    older = None if version.is_current else generation.archive.document(version.key)
    document = current if older is None else older if is_unmasked else mask_document(older)
    passages = passage_spans(generation, ordinal) if version.is_current else []
    chosen = next((p.number for p in passages if str(p.number) == asked.get("passage")), None)
    form, hit = SearchForm.read(asked), asked.get("hit", "")
    values = {
        "document": document,
        "label": labels.document_label(document.title, document.heading, document.doc_number, doc_id),
        "facts": labels.facts(document),
        "outline": layout.outline(document),
        "lines": layout.lines(document, passages, chosen, _marks(form, document.text)),
        "chosen": chosen,
        "citation": _citation(document, None),
        "chosen_citation": _citation(document, chosen),
        "cited": cited_documents(generation, document),
        "similar": similar_documents(generation, ordinal),
        "versions": versions,
        "version": version,
        "version_query": "" if version.is_current else f"version={version.name}",
        "changes": changes(document.text, current.text),
        "is_unmasked": is_unmasked,
        "may_unmask": reader_of(request).may("originals"),
        "original_is_open": reader_of(request).may("originals"),
        "search": form.address(hit=hit if hit.isdecimal() else ""),
        "back": _way_back(hit, form),
        "address": _address(request, doc_id, chosen),
        "today": date.today(),
    }
    return page(request, "letter.html", values, headers=NOT_KEPT if is_unmasked else None)


def _citation(document: Document, passage: int | None) -> str:
    cited = citation(
        agency=document.agency,
        title=document.title,
        doc_number=document.doc_number,
        replied_on=document.replied_on,
        passage_number=passage,
    )
    return cited or document.doc_id


def _address(request: Request, doc_id: str, passage: int | None) -> str:
    """Of the page, as it is printed on paper: Chinese stays Chinese, so that it can be typed."""
    letter = "".join(quote(character, safe=":") if character.isascii() else character for character in doc_id)
    asked = f"?passage={passage}" if passage else ""
    return f"{request.url.scheme}://{request.url.netloc}{root_of(request)}/documents/{letter}{asked}"


def _way_back(hit: str, form: SearchForm) -> str:
    """From a document to the place on the results page that led to it; empty where none did."""
    address = form.address()
    return f"?{address}" + (f"#hit-{hit}" if hit.isdecimal() else "") if address else ""


def _marks(form: SearchForm, text: str) -> list[Span]:
    """Where the words of the search stand."""
    if not form.q:
        return []
    try:
        parsed = form.parsed()
    except QueryError:
        return []
    return highlights(text, terms_of(parsed.text).get("words", ()), parsed.wanted.phrases)
