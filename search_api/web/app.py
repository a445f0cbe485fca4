"""The application: routes, errors, static files, and what stands around every request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from corpus.errors import DafuError
from search_api.searcher import Searcher
from search_api.web import pages, problems
from search_api.web.access.identity import IdentityMiddleware
from search_api.web.access.tokens import FILE_NAME as TOKEN_FILE
from search_api.web.access.tokens import TokenFile
from search_api.web.api import endpoints as api
from search_api.web.api import health
from search_api.web.live import IndexUnavailableError, LiveIndex
from search_api.web.matches import Matches
from search_api.web.metrics import Metrics
from search_api.web.middleware.audit import Audit
from search_api.web.middleware.envelope import AccessMiddleware
from search_api.web.middleware.limits import Limits, LimitsMiddleware
from search_api.web.middleware.login_throttle import Attempts
from search_api.web.pages import embed, feedback, feeds, originals
from search_api.web.rendering.templating import FOLDER
from search_api.web.settings.model import Settings

_DESCRIPTION = "检索政府答复的接口。出错时答 application/problem+json（RFC 9457），detail 是一句话的原因和办法。"


def create_app(source: Searcher | Path, settings: Settings | None = None) -> FastAPI:
    """The web layer over a searcher, or over an index folder that may not hold an index yet."""
    live = LiveIndex(source)
    metrics = Metrics(live)
    app = _Application(title="答复", version="1", docs_url=None, redoc_url=None, lifespan=_opening)
    settings = settings or Settings()
    limits = Limits(settings, metrics)
    app.state.live, app.state.metrics, app.state.settings = live, metrics, settings
    app.state.tokens, app.state.attempts = TokenFile(settings.tokens or live.folder / TOKEN_FILE), Attempts()
    app.state.audit = Audit(settings, live, metrics)
    app.state.matches, app.state.limits = Matches(), limits
    for module in (api, health, originals, embed, feeds, feedback):
        app.include_router(module.router)
    for router in pages.ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for error in (DafuError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, problems.handle)
    # The last one added stands outermost.
    app.add_middleware(LimitsMiddleware, limits=limits)
    app.add_middleware(IdentityMiddleware, settings=settings, tokens=app.state.tokens)
    app.add_middleware(
        AccessMiddleware, metrics=metrics, audit=app.state.audit, origins=frozenset(settings.embed_origins)
    )
    return app


@asynccontextmanager
async def _opening(app: FastAPI) -> AsyncIterator[None]:
    """Open the index before the first request; a server without one starts all the same and says so."""
    with suppress(IndexUnavailableError):
        await run_in_threadpool(app.state.live.searcher)
    yield


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, with the Problem that the endpoints' errors refer to."""
        if not self.openapi_schema:
            self.openapi_schema = get_openapi(
                title=f"{self.title} API",
                version=self.version,
                description=_DESCRIPTION,
                routes=self.routes,
            )
            self.openapi_schema["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
        return self.openapi_schema
