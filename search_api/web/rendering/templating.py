"""Templates into pages. Everything a template prints is escaped unless `marking` made it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import jinja2
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from search_api import labels
from search_api.web.access.users import NOBODY
from search_api.web.rendering.marking import excerpt, marked

FOLDER = Path(__file__).parents[1]

METHODS = ["GET", "HEAD"]
"""Of a page."""

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(kinds=labels.KINDS, roles=labels.ROLES)
_environment.filters.update(
    date=labels.date_label,
    moment=labels.moment_label,
    section=labels.section_label,
    longest=labels.longest,
    marked=marked,
    excerpt=excerpt,
)


def page(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as an answer. Links in it go through `root`."""
    root = root_of(request)
    settings, reader = request.app.state.settings, request.scope["state"].get("reader", NOBODY)
    shared = {
        "root": root,
        "site": settings.site_name,
        "letter": DocumentAddress(root),
        "signed_in": reader if settings.access == "tokens" and reader is not NOBODY else None,
    }
    html = _environment.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status, headers)


def root_of(request: HTTPConnection) -> str:
    """The path under which a proxy shows the site; empty where it has a host of its own."""
    return str(request.scope.get("app_root_path", request.scope.get("root_path", "")))


def path_of(request: HTTPConnection) -> str:
    """The path inside the site, decoded: without what a proxy puts before it."""
    return str(request.scope["path"]).removeprefix(root_of(request))


class DocumentAddress:
    """The address of a document's page; ids hold Chinese, brackets, colons and slashes.

    >>> LetterAddress("")("区民政局:福民函〔2020〕43号", 3)
    '/documents/%E5%8C%BA%E6%B0%91%E6%94%BF%E5%B1%80%3A%E7%A6%8F%E6%B0%91%E5%87%BD%E3%80%942020%E3%80%9543%E5%8F%B7?passage=3#p3'
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def __call__(self, doc_id: str, passage: int | None = None, search: str = "") -> str:
        """`search` is the address of the results page from which the link leads, taken along for the way back."""
        asked = "&".join(filter(None, [search, f"passage={passage}" if passage else ""]))
        address = f"{self._root}/documents/{quote(doc_id, safe='')}"
        return address + (f"?{asked}" if asked else "") + (f"#p{passage}" if passage else "")
