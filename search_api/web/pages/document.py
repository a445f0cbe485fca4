"""The page of one document."""

from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from corpus.addresses import passage_id
from corpus.masked import masked_document
from corpus.types import Document
from indexer.engine.protocol import DocumentEntry
from indexer.snapshot import Snapshot
from search_api import labels
from search_api.analyses.related import related_passages
from search_api.analyses.stated import figures_of
from search_api.desk.sheet import citation
from search_api.highlight import highlights
from search_api.passage_lookup import FoundPassage, find_passage
from search_api.query.asked import asked_of
from search_api.query.language import QueryError
from search_api.web.access.identity import user_of
from search_api.web.deps import NOT_KEPT, Live, PassageSpan, entry_of, passage_spans, require_unmasked, shown
from search_api.web.rendering import layout
from search_api.web.rendering.chain import steps_of
from search_api.web.rendering.forms import SearchForm
from search_api.web.rendering.marking import Span
from search_api.web.rendering.marks import Reading, marks_of
from search_api.web.rendering.related import cited_documents, similar_documents
from search_api.web.rendering.templating import METHODS, page
from search_api.web.rendering.versions import Version, changes, named, versions_of
from search_api.web.urls import root_of
from search_api.word_borders import whole_words

router = APIRouter(include_in_schema=False)


@router.api_route("/documents/{doc_id:path}", methods=METHODS, response_class=HTMLResponse)
def document_page(request: Request, live: Live, doc_id: str) -> HTMLResponse:
    """The document, or an older version of it. Of that only the passage asked for can be cited or picked."""
    snapshot, asked = live.snapshot, request.query_params
    if is_unmasked := asked.get("unmasked") == "1":
        require_unmasked(request)
    entry = entry_of(snapshot, doc_id)
    current = snapshot.document(entry) if is_unmasked else shown(request, snapshot, entry)
    versions = versions_of(snapshot, entry)
    found = find_passage(snapshot, passage_id(doc_id, asked.get("passage", "")))
    version = named(versions, asked.get("version", "") or _version_of(snapshot, found))
    older = None if version.is_current else snapshot.version(version.key)
    document = current if older is None else older if is_unmasked else masked_document(older)
    passages = passage_spans(snapshot, entry) if version.is_current else _older_passage(snapshot, found, version)
    chosen = next((p for p in passages if found and p.anchor == found.anchor), None)
    form, hit = SearchForm.read(asked), asked.get("hit", "")
    values = {
        "document": document,
        "label": labels.document_label(document.title, document.heading, document.doc_number, doc_id),
        "facts": labels.facts(document),
        "outline": layout.outline(document),
        "lines": layout.lines(document, passages, chosen, _marks(snapshot, form, document.text)),
        "chosen": chosen,
        "citation": _citation(document, None),
        "chosen_citation": _citation(document, chosen, is_outdated=not version.is_current),
        "cited": cited_documents(snapshot, document),
        "similar": similar_documents(snapshot, entry),
        **_over_the_years(snapshot, entry, is_current=version.is_current),
        "versions": versions,
        "version": version,
        "version_query": "" if version.is_current else f"version={version.name}",
        "changes": changes(document.text, current.text),
        "is_unmasked": is_unmasked,
        "may_unmask": user_of(request).may("originals"),
        "original_is_open": user_of(request).may("originals"),
        "search": form.address(hit=hit if hit.isdecimal() else ""),
        "back": _way_back(hit, form),
        "address": _address(request, doc_id, chosen),
        "today": date.today(),
    }
    return page(request, "document.html", values, headers=NOT_KEPT if is_unmasked else None)


def _over_the_years(snapshot: Snapshot, entry: DocumentEntry, *, is_current: bool) -> dict[str, object]:
    """What other documents, earlier and later, say on its matter, and its figures; nothing for an older version."""
    if not is_current:
        return {"steps": [], "marks": {}, "own_figures": []}
    related = related_passages(snapshot, snapshot.engine.passages_of(entry.key))
    return {
        "steps": steps_of(snapshot, entry, related),
        "marks": marks_of(Reading(snapshot, entry, related)),
        "own_figures": figures_of(snapshot, entry),
    }


def _version_of(snapshot: Snapshot, found: FoundPassage | None) -> str:
    """The name of the older version that has the passage asked for; empty if the current one has it."""
    return snapshot.version_name(found.version.content_sha256) if found and found.version else ""


def _older_passage(snapshot: Snapshot, found: FoundPassage | None, version: Version) -> list[PassageSpan]:
    """The passage asked for where this older version has it: no other passage of it can be cited or picked."""
    if not found or _version_of(snapshot, found) != version.name:
        return []
    return [PassageSpan(passage_id=found.passage_id, number=0, section=found.section, start=found.start, end=found.end)]


def _citation(document: Document, passage: PassageSpan | None, *, is_outdated: bool = False) -> str:
    cited = citation(
        agency=document.agency,
        title=document.title,
        doc_number=document.doc_number,
        replied_on=document.replied_on,
        passage_number=passage.number if passage and not is_outdated else None,
        is_outdated=is_outdated,
    )
    return cited or document.doc_id


def _address(request: Request, doc_id: str, passage: PassageSpan | None) -> str:
    """The page's address as it is printed on paper: Chinese stays Chinese, so that it can be typed."""
    path = "".join(quote(character, safe=":") if character.isascii() else character for character in doc_id)
    asked = f"?passage={passage.anchor}" if passage else ""
    return f"{request.url.scheme}://{request.url.netloc}{root_of(request)}/documents/{path}{asked}"


def _way_back(hit: str, form: SearchForm) -> str:
    """The address of the hit on the results page that led to the document; empty if none did."""
    address = form.address()
    return f"?{address}" + (f"#hit-{hit}" if hit.isdecimal() else "") if address else ""


def _marks(snapshot: Snapshot, form: SearchForm, text: str) -> list[Span]:
    """The spans of the search's words in the text."""
    if not form.q:
        return []
    try:
        parsed = form.parsed()
    except QueryError:
        return []
    words = whole_words(asked_of(snapshot, parsed).text, snapshot.analyzer)
    return highlights(text, words, parsed.wanted.phrases, snapshot.analyzer)
