"""The HTTP API, version 1: an endpoint a module, and `health` for what machines ask of the server itself."""

from search_api.web.api import conflicts, documents, figures, health, lineage, match, search, suggest

ROUTERS = (
    search.router,
    suggest.router,
    match.router,
    documents.router,
    figures.router,
    lineage.router,
    conflicts.router,
    health.router,
)
