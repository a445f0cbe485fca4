"""The outermost middleware: every request gets an id, security headers, a line of log, figures, and some answer."""

import re
import time
from collections.abc import Collection
from threading import Lock
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.upkeep.audit import masked_start
from search_api.web.access.users import LOCAL, NOBODY
from search_api.web.logs import bind_request, get_logger
from search_api.web.metrics import Metrics
from search_api.web.middleware.audit import Audit
from search_api.web.problems import respond
from search_api.web.urls import path_of

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_HSTS = "max-age=31536000"  # a year; of this host alone, for others of its domain may have no TLS
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_QUIET_ROUTES = {"/healthz", "/readyz", "/metrics", "static"}  # asked every few seconds: a line for debugging
_EMBEDDED = {"/api/v1/search", "/api/v1/suggest"}  # what the search box on another site's page asks
_PREFLIGHT = {"Access-Control-Allow-Methods": "GET", "Access-Control-Max-Age": "600"}
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
_RETRY_SECONDS = "5"  # after a 503 that does not say: an index is looked for every second

_log = get_logger()


class OutermostMiddleware:
    """Wraps everything but the server. An exception leaves it only when half an answer has been sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics, audit: Audit, origins: Collection[str]) -> None:
        """`origins` are those whose pages may carry the search box."""
        self._app, self._metrics, self._audit, self._origins = app, metrics, audit, origins
        self._recording = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request_id = _request_id(request)
        scope.setdefault("state", {})["request_id"] = request_id
        bind_request(request_id)
        started, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(request, MutableHeaders(scope=message), status)
            await send(message)

        app = Response(status_code=204, headers=_PREFLIGHT) if _is_preflight(request) else self._app
        self._metrics.began()
        try:
            await app(scope, receive, send_with_headers)
        except Exception as error:
            answer = respond(error, request)
            if status:  # half an answer is out: the connection must break for the client to notice
                raise
            await answer(scope, receive, send_with_headers)
        finally:
            await self._record(scope, status, time.perf_counter() - started)
            # The request lives on until Python collects it, and would keep its generation open so long.
            scope["state"].pop("pinned", None)

    def _add_headers(self, request: Request, headers: MutableHeaders, status: int) -> None:
        state = request.scope["state"]
        headers["X-Request-ID"] = state["request_id"]
        if (pinned := state.get("pinned")) and pinned.number is not None:
            headers["X-Dafu-Generation"] = str(pinned.number)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", _caching(request.scope))
        if request.scope["scheme"] == "https":
            headers.setdefault("Strict-Transport-Security", _HSTS)
        if status == 503:
            headers.setdefault("Retry-After", _RETRY_SECONDS)
        self._share(request, headers)

    def _share(self, request: Request, headers: MutableHeaders) -> None:
        """Lets a page of another origin read the answer, if the settings name it. Cookies play no part."""
        if path_of(request) in _EMBEDDED:
            headers.add_vary_header("Origin")
            if (origin := request.headers.get("origin")) in self._origins:
                headers["Access-Control-Allow-Origin"] = str(origin)

    async def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route, problem = _route(scope), scope["state"].get("problem")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.ended(method, route, status, seconds, problem)
        log = _log.debug if route in _QUIET_ROUTES and status < 500 else _log.info

        def write() -> None:
            """In a thread: a path and a query are masked here, and the disk may be slow."""
            with self._recording:
                self._audit.record(scope, status)
            log(
                "request",
                method=method,
                path=masked_start(scope["path"]),
                status=status,
                ms=round(seconds * 1000, 1),
                problem=problem,
                user=scope["state"].get("user", NOBODY).name,
                client=scope["client"][0] if scope.get("client") else None,
            )

        await run_in_threadpool(write)


def _request_id(request: Request) -> str:
    """The proxy's id, if it sends a harmless one, so that both logs can be read together."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _caching(scope: Scope) -> str:
    """What a browser may keep: nothing of what is made for a user who logged in and sees more than is open.

    Who needs no login sits at the server itself, and comes back to the results of a form by the browser's button.
    """
    user = scope["state"].get("user", NOBODY)
    is_for_all = _route(scope) == "static" or user is LOCAL or user.scopes == NOBODY.scopes
    return "no-cache" if is_for_all else "no-store"


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks if a page of another origin may send a request."""
    asks = request.method == "OPTIONS" and "access-control-request-method" in request.headers
    return asks and path_of(request) in _EMBEDDED


def _route(scope: Scope) -> str:
    """The pattern that the path matched, so that a label has few values."""
    if "route" in scope:
        return str(scope["route"].path)
    return "static" if path_of(HTTPConnection(scope)).startswith("/static/") else "other"
