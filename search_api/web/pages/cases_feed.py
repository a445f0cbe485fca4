"""An Atom feed of what the archive changed for the cases of the person who asks."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from search_api.web.access.people import Asking, Cases
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.pages.feeds import Entry, base_of, xml
from search_api.web.rendering.cases import shown_news
from search_api.web.rendering.templating import METHODS

router = APIRouter(include_in_schema=False)


@router.api_route("/cases/feed", methods=METHODS)
def cases_feed(request: Request, live: Live, asking: Asking, cases: Cases) -> Response:
    """One entry a case that has news; it changes with them."""
    base, snapshot = base_of(request), live.snapshot
    entries = []
    for case in cases.of(asking):
        if news := shown_news(snapshot, case, asking):
            told = "；".join(one.words for one in news)
            entries.append(
                Entry(
                    id=f"urn:dafu:case:{case.case_id}:{snapshot.number}",
                    title=f"{case.title}：档案有变化 {len(news)} 处",
                    address=f"{base}/cases/{case.case_id}",
                    agency=None,
                    kind="办件",
                    published=None,
                    updated=snapshot.manifest.created_at,
                    summary=told[:500],
                )
            )
    note(request, hits=len(entries))
    values = {
        "id": "urn:dafu:cases",
        "name": "办件里档案的变化",
        "page_address": f"{base}/cases",
        "feed_address": f"{base}/cases/feed",
        "updated": snapshot.manifest.created_at,
        "entries": entries,
    }
    return xml(request, "feed.xml", values, "application/atom+xml")
