"""Around every request: an id, security headers, one line of log, figures, and an answer to what nobody foresaw."""

import re
import time
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.web.logs import bind_request, get_logger
from search_api.web.metrics import Metrics
from search_api.web.problems import respond

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_QUIET_ROUTES = {
    "/healthz",
    "/readyz",
    "/metrics",
    "static",
}  # asked every few seconds; their log line is for debugging
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}

_log = get_logger()


class AccessMiddleware:
    """Stands outside everything but the server: no exception leaves it once it can still be answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

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
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            answer = respond(error, request)
            if status:  # half an answer is out: the connection must break for the client to notice
                raise
            await answer(scope, receive, send_with_headers)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.observe(method, route, status, seconds)
        log = _log.debug if route in _QUIET_ROUTES and status < 500 else _log.info
        log("request", method=method, path=scope["path"], status=status, ms=round(seconds * 1000, 1))


def _request_id(request: Request) -> str:
    """The proxy's, where it sends a harmless one, so that both logs can be read together."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _route(scope: Scope) -> str:
    """The pattern that was matched, not the path: a label of few values."""
    if "route" in scope:
        return str(scope["route"].path)
    path = scope["path"].removeprefix(scope.get("app_root_path", ""))
    return "static" if path.startswith("/static/") else "other"
