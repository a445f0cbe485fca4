"""The application: routes, errors, static files, and the middleware around every request."""

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
from indexer.paths import IndexPaths
from search_api.desk.cases.following import Follower
from search_api.desk.cases.store import CaseStore
from search_api.searcher import Searcher
from search_api.snapshots import IndexUnavailableError, Snapshots
from search_api.web import api, pages, problems
from search_api.web.access.identity import IdentityMiddleware
from search_api.web.access.sessions import SessionStore
from search_api.web.access.tokens import TokenStore
from search_api.web.matches import Matches
from search_api.web.metrics import Metrics
from search_api.web.middleware.audit import Audit
from search_api.web.middleware.load_limits import Limits, LimitsMiddleware
from search_api.web.middleware.outermost import OutermostMiddleware
from search_api.web.rendering.templating import FOLDER
from search_api.web.settings.model import Settings
from search_api.web.settings.places import tokens_place

_DESCRIPTION = "检索政府答复的接口。出错时答 application/problem+json（RFC 9457），detail 是一句话的原因和办法。"


def create_app(source: Searcher | Snapshots | Path, settings: Settings | None = None) -> FastAPI:
    """The web layer over a searcher, or over an index folder that may not hold an index yet."""
    app = _Application(title="答复", version="1", docs_url=None, redoc_url=None, lifespan=_opening)
    _add_state(app, _snapshots_of(source), settings or Settings())
    _add_routes(app)
    _add_errors(app)
    _add_middleware(app)
    return app


def _snapshots_of(source: Searcher | Snapshots | Path) -> Snapshots:
    if isinstance(source, Searcher):
        return source.snapshots
    return source if isinstance(source, Snapshots) else Snapshots(source)


def _add_state(app: FastAPI, snapshots: Snapshots, settings: Settings) -> None:
    """Sets up everything that outlives a request; endpoints find it as request.app.state."""
    state = app.state
    state.snapshots, state.settings = snapshots, settings
    state.metrics = Metrics(snapshots)
    state.limits = Limits(settings, state.metrics)
    state.audit = Audit(settings, snapshots, state.metrics)
    state.tokens = TokenStore(tokens_place(settings, snapshots.folder))
    idle_s, longest_s = settings.session_idle_minutes * 60, settings.session_hours * 3600
    state.sessions = SessionStore(state.tokens, idle_s, longest_s)
    state.matches = Matches()
    state.cases = CaseStore(IndexPaths(snapshots.folder).users)
    state.follower = Follower(state.cases, snapshots)


def _add_routes(app: FastAPI) -> None:
    for router in (*api.ROUTERS, *pages.ROUTERS):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")


def _add_errors(app: FastAPI) -> None:
    for error in (DafuError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, problems.handle)


def _add_middleware(app: FastAPI) -> None:
    """Adds the middleware from the inside out."""
    state = app.state
    app.add_middleware(LimitsMiddleware, limits=state.limits)
    app.add_middleware(IdentityMiddleware, settings=state.settings, tokens=state.tokens, sessions=state.sessions)
    origins = frozenset(state.settings.embed_origins)
    app.add_middleware(OutermostMiddleware, metrics=state.metrics, audit=state.audit, origins=origins)


@asynccontextmanager
async def _opening(app: FastAPI) -> AsyncIterator[None]:
    """Opens the index before the first request. A server without one starts all the same and says so."""
    with suppress(IndexUnavailableError):
        await run_in_threadpool(app.state.snapshots.seen_by, None)
    app.state.follower.start()
    yield
    await run_in_threadpool(app.state.follower.stop)
    app.state.audit.count(at_once=True)


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
