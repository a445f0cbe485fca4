"""Decides which requests the audit keeps, and which fields of them.

OutermostMiddleware calls it once a request is answered. An endpoint adds what it alone knows by `note`.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.types import Scope

from indexer.paths import IndexPaths
from indexer.upkeep.audit import FOLDER, OFF, AuditError, AuditLog, Event
from search_api.snapshots import IndexUnavailableError, Pinned, Snapshots
from search_api.web.access.users import NOBODY
from search_api.web.logs import get_logger
from search_api.web.metrics import Metrics
from search_api.web.settings.model import Settings

ACTIONS: Mapping[tuple[str, str], str] = {
    ("GET", "/"): "search",
    ("GET", "/api/v1/search"): "search",
    ("GET", "/feed"): "feed",
    ("POST", "/match"): "match",
    ("POST", "/api/v1/match"): "match",
    ("GET", "/documents/{doc_id:path}"): "open",
    ("GET", "/api/v1/documents/{doc_id:path}"): "open",
    ("GET", "/documents/{doc_id:path}/original"): "open_original",
    ("GET", "/basket"): "basket",
    ("POST", "/basket"): "basket",
    ("POST", "/basket/contents"): "basket",
    ("GET", "/basket/export"): "export",
    ("POST", "/basket/export"): "export",
    ("POST", "/feedback"): "feedback",
    ("POST", "/login"): "login",
    ("POST", "/logout"): "logout",
}
"""The action of each method and route that is kept; HEAD counts as GET."""

UNAUDITED: frozenset[tuple[str, str]] = frozenset(
    {
        # Requested by machines all the time, and the answer has nothing of a document.
        ("GET", "/healthz"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
        # Requested at every key stroke; the search that follows is kept.
        ("GET", "/api/v1/suggest"),
        ("GET", "/opensearch/suggestions"),
        # Forms, figures about the archive, descriptions, and parts of pages.
        ("GET", "/match"),
        ("GET", "/login"),
        ("GET", "/status"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/opensearch.xml"),
        ("GET", "/embed"),
        ("GET", "/embed.js"),
        ("GET", "/feedback.css"),
        ("GET", "/static"),
    }
)
"""Every other route. A refusal is kept for these too."""

REFUSED = "refused"
_REFUSALS = {401, 403, 421, 429}
_FORM_ROUTES = {"/", "/basket"}  # a form if the address has no query
_LOG_INTERVAL_S = 60.0  # of the same fault, which every request may meet

_log = get_logger()


def note(request: HTTPConnection, **details: object) -> None:
    """Adds fields of Event that only the endpoint knows to the line of this request."""
    request.scope["state"].setdefault("audit", {}).update(details)


class Audit:
    """The audit of a server. A line that cannot be written shows in the log, the metrics and /readyz; the request is
    answered all the same."""

    def __init__(self, settings: Settings, snapshots: Snapshots, metrics: Metrics) -> None:
        self.fault: str | None = None
        self._settings, self._snapshots, self._metrics = settings, snapshots, metrics
        self._log: AuditLog | None = None
        self._logged_at = float("-inf")

    def record(self, scope: Scope, status: int) -> None:
        """Adds the line of a request that is to be kept."""
        if self._settings.audit == OFF or (action := _action(scope, status)) is None:
            return
        try:
            if log := self._opened():
                log.write(self._event(scope, status, action))
            self.fault = None
        except (AuditError, IndexUnavailableError) as error:
            self.fault = str(error)
            self._metrics.audit_failed()
            if time.monotonic() - self._logged_at >= _LOG_INTERVAL_S:
                self._logged_at = time.monotonic()
                _log.error("audit line lost", reason=self.fault)

    def _opened(self) -> AuditLog | None:
        """The log, or None while there is no index: a backup can only be restored into an empty folder."""
        if self._log is None:
            settings, index = self._settings, self._snapshots.folder
            if settings.audit is None and not IndexPaths(index).current.exists():
                return None
            folder = Path(settings.audit or index / FOLDER)
            self._log = AuditLog(folder, settings.audit_megabytes << 20, settings.audit_files)
        return self._log

    def _event(self, scope: Scope, status: int, action: str) -> Event:
        state, query_string = scope["state"], parse_qs(scope["query_string"].decode("ascii", "replace"))
        pinned: Pinned | None = state.get("pinned")
        fields = {
            "time": datetime.now().astimezone(),
            "request_id": state["request_id"],
            "user": state.get("user", NOBODY).name,
            "client": scope["client"][0] if scope.get("client") else "",
            "action": action,
            "status": status,
            "path": scope["path"] if action == REFUSED else None,
            "doc_id": scope.get("path_params", {}).get("doc_id"),
            "version": query_string.get("version", [None])[0],
            "generation": pinned.number if pinned else None,
            "query": query_string.get("q", [None])[0],
            **state.get("audit", {}),
        }
        query = fields["query"]
        fields["query_length"] = None if query is None else len(query)
        if not self._settings.audit_queries:
            fields["query"] = None
        return Event.model_validate(fields)


def _action(scope: Scope, status: int) -> str | None:
    """The action of a request; None if the audit keeps nothing of it."""
    route = str(scope["route"].path) if "route" in scope else ""
    action = ACTIONS.get(("GET" if scope["method"] == "HEAD" else scope["method"], route))
    if action == "login" and status >= 400:
        return "login_failed"
    if status in _REFUSALS:
        return REFUSED
    if action is None or (route in _FORM_ROUTES and scope["method"] != "POST" and not scope["query_string"]):
        return None
    if scope["state"].get("audit", {}).get("unmasked"):
        return "open_unmasked"
    return "open_version" if action == "open" and b"version=" in scope["query_string"] else action
