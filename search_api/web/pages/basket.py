"""The pages of a basket, which is the browser's own or comes by an address or a file, and of the sheet made from it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from indexer.snapshot import Snapshot
from search_api.desk.basket import Basket, renamed, sheet
from search_api.desk.draft import draft_of
from search_api.desk.draft import to_docx as draft_to_docx
from search_api.desk.sheet import Sheet, age, to_docx, to_json, to_markdown
from search_api.desk.sheet.wording import KIND, heading_of, nothing_in, title_of
from search_api.snapshots import Pinned
from search_api.web.deps import Live
from search_api.web.middleware.audit import note
from search_api.web.rendering import baskets
from search_api.web.rendering.baskets import MAX_ADDRESS, BasketError
from search_api.web.rendering.templating import METHODS, page
from search_api.web.settings.model import Settings
from search_api.web.urls import DocumentAddress

router = APIRouter(include_in_schema=False)


class Format(NamedTuple):
    """A file format that a sheet can be exported in."""

    ending: str
    media_type: str
    written: Callable[[Sheet, Snapshot, Settings], bytes | str]
    kind: str = KIND


def _to_docx(made: Sheet, snapshot: Snapshot, settings: Settings) -> bytes:
    return to_docx(made, settings.sheet_template)


def _to_draft(made: Sheet, snapshot: Snapshot, settings: Settings) -> bytes:
    return draft_to_docx(draft_of(snapshot, made), settings.draft_template)


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS: Mapping[str, Format] = {
    "docx": Format("docx", _WORD, _to_docx),
    "draft": Format("docx", _WORD, _to_draft, "答复草稿"),
    "md": Format("md", "text/markdown; charset=utf-8", lambda made, snapshot, _: to_markdown(made)),
    "json": Format("json", "application/json", lambda made, snapshot, _: to_json(made)),
}

# What Windows forbids in a name, and where the title was broken.
_NO_NAME = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_MAX_NAME = 60  # characters of the title: with three bytes each the name stays below the 255 of Linux


@router.api_route("/basket", methods=METHODS, response_class=HTMLResponse)
def basket_page(request: Request, live: Live) -> HTMLResponse:
    """The basket in the address, else the browser's own, which its script asks for at /basket/contents."""
    basket = baskets.in_address(request.query_params)
    if basket is None:
        return page(request, "basket.html", {"basket": None})
    return _shared(request, live, basket)


@router.post("/basket", response_class=HTMLResponse)
def opened_file(request: Request, live: Live, basket: Annotated[Basket, Depends(baskets.posted_file)]) -> HTMLResponse:
    return _shared(request, live, basket)


@router.post("/basket/contents", response_class=HTMLResponse)
def contents(request: Request, live: Live, basket: Annotated[Basket, Depends(baskets.posted)]) -> HTMLResponse:
    """The browser's own basket as the inside of the page."""
    return page(request, "_basket.html", {**_values(request, live, basket), "is_own": True})


@router.api_route("/basket/export", methods=METHODS)
def export_address(request: Request, live: Live) -> Response:
    params = request.query_params
    return exported(request, live, baskets.in_address(params) or Basket(), params.get("format", "docx"))


@router.post("/basket/export")
def export_form(
    request: Request, live: Live, posted: Annotated[tuple[Basket, str], Depends(baskets.posted_form)]
) -> Response:
    return exported(request, live, *posted)


def _shared(request: Request, live: Pinned, basket: Basket) -> HTMLResponse:
    return page(request, "basket.html", {**_values(request, live, basket), "is_own": False})


def _values(request: Request, live: Pinned, basket: Basket) -> dict[str, object]:
    made, missing = _made(request, live, basket)
    address = baskets.address_of(basket)
    is_short = len(f"{request.base_url}basket?{address}") <= MAX_ADDRESS
    return {
        "basket": basket,
        "sheet": made,
        "missing": missing,
        "count": sum(len(point.passages) for point in made.points),
        "address": address if is_short else None,
        "renamed": renamed(live.snapshot, basket),
        "heading_of": heading_of,
        "nothing_in": nothing_in,
        "age": age,
        "today": made.made_on,
    }


def _made(request: Request, live: Pinned, basket: Basket) -> tuple[Sheet, list[str]]:
    """The sheet, with links that also work outside the browser."""
    document = DocumentAddress(str(request.base_url).rstrip("/"))
    made, missing = sheet(live.snapshot, basket, date.today(), document)
    shown = [passage.doc_id for point in made.points for passage in point.passages]
    note(request, doc_ids=tuple(dict.fromkeys(shown)), hits=len(shown))
    return made, missing


def exported(request: Request, live: Pinned, basket: Basket, name: str) -> Response:
    """A basket as a file. Raises BasketError for a format that there is not, and where there is nothing to export."""
    if name not in FORMATS:
        raise BasketError(f"没有“{name[:20]}”这种格式：可以导出 {'、'.join(FORMATS)}。")
    made, _ = _made(request, live, basket)
    if not any(point.passages for point in made.points):
        raise BasketError("没有可以导出的段落：请先在检索结果、答复全文或对照提案的页面上选入段落，再导出。")
    note(request, format=name)
    chosen = FORMATS[name]
    called = f"filename=\"sheet.{chosen.ending}\"; filename*=UTF-8''{_name(made, chosen)}"
    content = chosen.written(made, live.snapshot, request.app.state.settings)
    return Response(content, media_type=chosen.media_type, headers={"Content-Disposition": f"attachment; {called}"})


def _name(made: Sheet, chosen: Format) -> str:
    """答复参考-<title, else the day>, as RFC 5987 writes it."""
    title = "" if title_of(made) == KIND else _NO_NAME.sub(" ", title_of(made)).strip(" .")[:_MAX_NAME]
    return quote(f"{chosen.kind}-{title or made.made_on.isoformat()}.{chosen.ending}", safe="")
