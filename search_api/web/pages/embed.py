"""The search box for other pages: its script at a short address, and the page that says how to put it there."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from search_api.web.rendering.templating import FOLDER, METHODS, page

router = APIRouter(include_in_schema=False)

_static = StaticFiles(directory=FOLDER / "static")


@router.api_route("/embed.js", methods=METHODS)
async def embed_script(request: Request) -> Response:
    return await _static.get_response("embed.js", request.scope)


@router.api_route("/embed", methods=METHODS, response_class=HTMLResponse)
def embed_page(request: Request) -> HTMLResponse:
    values = {"base": str(request.base_url).rstrip("/"), "origins": request.app.state.settings.embed_origins}
    return page(request, "embed_guide.html", values)
