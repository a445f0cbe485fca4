"""Search for other programs: an Atom feed (RFC 4287) of its newest documents, and for a browser's address
bar an OpenSearch description with suggestions."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from corpus.labels import KINDS
from corpus.privacy import mask
from indexer.snapshot import Snapshot
from search_api.searcher import Searcher
from search_api.suggest import suggester_of
from search_api.types import Hit
from search_api.web.deps import Live, entry_of
from search_api.web.middleware.audit import note
from search_api.web.rendering.forms import SearchForm
from search_api.web.rendering.templating import METHODS, page
from search_api.web.urls import DocumentAddress

router = APIRouter(include_in_schema=False)

_ENTRIES = 50  # a week of the busiest archive; a feed reader asks every hour
_SUMMARY = 200  # characters of the best passage
_SUGGESTIONS = 8
_MAX_NAME = 16  # characters of a ShortName, by OpenSearch 1.1
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2 (Char)


@dataclass(frozen=True)
class Entry:
    """A document in a feed. Its id stays when the document is corrected; `updated` is when this text of it was
    stored."""

    id: str
    title: str
    address: str
    agency: str | None
    kind: str
    published: date | None
    updated: str
    summary: str


@router.api_route("/feed", methods=METHODS)
def feed(request: Request, live: Live) -> Response:
    """The newest documents of the search that the same address shows as a page. Raises QueryError."""
    form = replace(SearchForm.read(request.query_params), page="", sort="date")
    snapshot, base = live.snapshot, base_of(request)
    result = Searcher(snapshot).search(_asked(form).parsed(), _ENTRIES, sort="date")
    note(request, hits=result.total)
    entries = [_entry(snapshot, hit, base) for hit in result.hits]
    address = form.address(sort="")
    values = {
        "id": f"urn:dafu:search:{quote(address, safe='')}",
        "name": mask(form.q) or ("符合筛选的答复" if form.is_filtered else "全部答复"),
        "page_address": f"{base}/?{address}",
        "feed_address": f"{base}/feed?{address}",
        "updated": max((entry.updated for entry in entries), default=snapshot.manifest.created_at),
        "entries": entries,
    }
    return xml(request, "feed.xml", values, "application/atom+xml")


@router.api_route("/opensearch.xml", methods=METHODS)
def opensearch(request: Request) -> Response:
    site = request.app.state.settings.site_name
    values = {"base": base_of(request), "short_name": site[:_MAX_NAME]}
    return xml(request, "opensearch.xml", values, "application/opensearchdescription+xml")


@router.get("/opensearch/suggestions")
def opensearch_suggestions(live: Live, q: Annotated[str, Query()] = "") -> JSONResponse:
    """[what was typed, [ways to go on]], as browsers' address bars read it."""
    suggestions = [suggestion.text for suggestion in suggester_of(live.snapshot).suggest(q, _SUGGESTIONS)]
    return JSONResponse([q, suggestions], media_type="application/x-suggestions+json")


def _asked(form: SearchForm) -> SearchForm:
    """The form, or a form that finds every document with a date if nothing is asked for."""
    return form if form.q or form.is_filtered else replace(form, since=date.min.isoformat())


def _entry(snapshot: Snapshot, hit: Hit, base: str) -> Entry:
    entry = entry_of(snapshot, hit.doc_id)
    current = snapshot.document(entry).content_sha256
    stored = (v.stored_at for v in snapshot.versions(hit.doc_id) if v.content_sha256 == current)
    best = hit.passages[0] if hit.passages else None
    text = " ".join(best.text.split()) if best else ""
    return Entry(
        id=f"urn:dafu:document:{quote(hit.doc_id, safe='')}",
        title=hit.label,
        address=DocumentAddress(base)(hit.doc_id),
        agency=hit.agency,
        kind=KINDS[hit.proposal_kind],
        published=hit.replied_on,
        updated=next(stored, snapshot.manifest.created_at),
        summary=text[:_SUMMARY] + ("…" if len(text) > _SUMMARY else ""),
    )


def base_of(request: Request) -> str:
    """The address of the site as the user reached it, with the path under which a proxy shows it."""
    return str(request.base_url).rstrip("/")


def xml(request: Request, template: str, values: Mapping[str, object], media_type: str) -> Response:
    """Renders a template as XML, without the characters that XML cannot hold; 304 if the client has it already."""
    text = bytes(page(request, template, values).body).decode()
    body = _NO_XML.sub("", text).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=media_type, headers={"ETag": tag})
