"""Renders templates as pages. Everything a template prints is escaped unless `marking` made it."""

from collections.abc import Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from corpus.controls import without_controls
from corpus.labels import KINDS, ROLES
from search_api import labels
from search_api.web.access.users import NOBODY
from search_api.web.rendering.marking import excerpt, marked
from search_api.web.rendering.tables import matching
from search_api.web.urls import DocumentAddress, root_of

FOLDER = Path(__file__).parents[1]

METHODS = ["GET", "HEAD"]
"""The methods that a page answers."""


def _shown(value: object) -> object:
    """What a template prints, without characters that turn the direction of the page or are no text at all."""
    if not isinstance(value, str):
        return value
    shown = without_controls(value)
    return Markup(shown) if isinstance(value, Markup) else shown  # as markup as it was


_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(kinds=KINDS, roles=ROLES, verdicts=labels.VERDICTS)
_environment.filters.update(
    date=labels.date_label,
    moment=labels.moment_label,
    section=labels.section_label,
    figure=labels.figure_label,
    period=labels.period_label,
    longest=labels.longest,
    marked=marked,
    excerpt=excerpt,
    matching=matching,
)


def page(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Renders a template as an answer. Links in it start with `root`."""
    root = root_of(request)
    settings, user = request.app.state.settings, request.scope["state"].get("user", NOBODY)
    shared = {
        "root": root,
        "site": settings.site_name,
        "document_address": DocumentAddress(root),
        "user": "" if user is NOBODY else user.name,
        "signed_in": user if settings.access == "tokens" and user is not NOBODY else None,
    }
    html = _environment.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status, headers)
