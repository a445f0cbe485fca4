"""The page that shows the state of the index."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from search_api.web.api import Live
from search_api.web.templating import METHODS, page

router = APIRouter(include_in_schema=False)


@router.api_route("/status", methods=METHODS, response_class=HTMLResponse)
def status_page(request: Request, live: Live) -> HTMLResponse:
    return page(request, "status.html", {"manifest": live.generation().manifest, "overview": live.overview()})
