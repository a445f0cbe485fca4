"""The description of the API, for people."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from search_api.web.rendering import reference
from search_api.web.rendering.templating import METHODS, page

router = APIRouter(include_in_schema=False)


@router.api_route("/docs", methods=METHODS, response_class=HTMLResponse)
def docs_page(request: Request) -> HTMLResponse:
    openapi = request.app.openapi()
    values = {"operations": reference.operations(openapi), "schemas": reference.schemas(openapi)}
    return page(request, "docs.html", values)
