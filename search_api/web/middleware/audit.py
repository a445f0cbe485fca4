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
from indexer.upkeep.audit import FOLDER, OFF, AuditError, AuditLog, Event, Log
from search_api.snapshots import IndexUnavailableError, Pinned, Snapshots
from search_api.web.access.users import NOBODY
from search_api.web.logs import get_logger
from search_api.web.metrics import Metrics
from search_api.web.middleware.refusals import WINDOW_S, Refusals, Sender
from search_api.web.settings.model import Settings

ACTIONS: Mapping[tuple[str, str], str] = {
    ("GET", "/"): "search",
    ("GET", "/api/v1/search"): "search",
    ("GET", "/api/v1/figures"): "search",
    ("GET", "/api/v1/conflicts"): "search",
    ("GET", "/api/v1/commitments"): "search",
    ("GET", "/commitments"): "search",
    ("GET", "/commitments.xlsx"): "search",
    ("GET", "/commitments/feed"): "search",
    ("GET", "/conflicts"): "search",
    ("POST", "/conflicts"): "feedback",
    ("GET", "/topic"): "search",
    ("GET", "/feed"): "feed",
    ("POST", "/match"): "match",
    ("POST", "/api/v1/match"): "match",
    ("GET", "/documents/{doc_id:path}"): "open",
    ("GET", "/api/v1/documents/{doc_id:path}"): "open",
    ("GET", "/api/v1/lineage"): "open",
    ("GET", "/documents/{doc_id:path}/original"): "open_original",
    ("GET", "/documents/{doc_id:path}/pages/{number}"): "open_original",
    ("GET", "/basket"): "basket",
    ("POST", "/basket"): "basket",
    ("POST", "/basket/contents"): "basket",
    ("GET", "/basket/export"): "export",
    ("POST", "/basket/export"): "export",
    ("GET", "/cases"): "cases",
    ("GET", "/cases/feed"): "feed",
    ("POST", "/cases"): "case_change",
    ("POST", "/cases/import"): "case_change",
    ("GET", "/cases/{case_id}"): "case",
    ("GET", "/cases/{case_id}/export"): "export",
    ("POST", "/cases/{case_id}/picks"): "case_change",
    ("POST", "/cases/{case_id}/notes"): "case_change",
    ("POST", "/cases/{case_id}/points"): "case_change",
    ("POST", "/cases/{case_id}/head"): "case_change",
    ("POST", "/cases/{case_id}/seen"): "case_change",
    ("POST", "/cases/{case_id}/delete"): "case_change",
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
_OF_REFUSALS = {REFUSED, "login_failed"}
"""The actions that stand in a log of their own, because nobody need be known to cause them."""

_REFUSED_FILES = 5
"""Full files of refusals that stay. At the most that is written, five of 20 MB are two and a half days of a flood."""

_REFUSALS = {401, 403, 421, 429}
_FORM_ROUTES = {"/", "/basket", "/topic"}  # a form if the address has no query
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
        self._refusals = Refusals()
        self._logged_at = float("-inf")

    def record(self, scope: Scope, status: int) -> None:
        """Adds the line of a request that is to be kept."""
        if self._settings.audit == OFF:
            return
        self.count()
        if (action := _action(scope, status)) is None:
            return
        if action not in _OF_REFUSALS:
            self._write(self._event(scope, status, action), "audit")
        elif self._refusals.admits(_sender(scope, action)):
            self._write(self._event(scope, status, action), "refused")

    def count(self, *, at_once: bool = False) -> None:
        """Adds the lines that say how many refusals were not written down, each minute, or at once."""
        for sender, times in self._refusals.counted(at_once=at_once):
            self._write(_event_of_many(sender, times), "refused")

    def _write(self, event: Event, log: Log) -> None:
        try:
            if opened := self._opened(log):
                opened.write(event)
            self.fault = None
        except (AuditError, IndexUnavailableError) as error:
            self.fault = str(error)
            self._metrics.audit_failed()
            if time.monotonic() - self._logged_at >= _LOG_INTERVAL_S:
                self._logged_at = time.monotonic()
                _log.error("audit line lost", reason=self.fault)

    def _opened(self, log: Log) -> AuditLog | None:
        """The log, or None while there is no index: a backup can only be restored into an empty folder."""
        settings, index = self._settings, self._snapshots.folder
        if settings.audit is None and not IndexPaths(index).current.exists():
            return None
        folder = Path(settings.audit or index / FOLDER)
        most = settings.audit_files if log == "audit" else _REFUSED_FILES
        return AuditLog(folder, settings.audit_megabytes << 20, most, log)

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


def _sender(scope: Scope, action: str) -> Sender:
    client = scope["client"][0] if scope.get("client") else ""
    return Sender(action, scope["state"].get("user", NOBODY).name, client)


def _event_of_many(sender: Sender, times: int) -> Event:
    """Says how often somebody was refused beside the lines that say so one by one."""
    return Event(
        time=datetime.now().astimezone(),
        user=sender.user,
        client=sender.client,
        action=sender.action,
        status=429,
        times=times,
        detail=f"{WINDOW_S:.0f} 秒里次数太多，没有逐条记下",
    )


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
