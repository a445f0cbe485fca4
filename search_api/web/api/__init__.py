"""The HTTP API, version 1: an endpoint a module, and `health` for what machines ask of the server itself."""

from search_api.web.api import commitments, documents, figures, health, match, search, suggest

ROUTERS = (
    search.router,
    suggest.router,
    match.router,
    documents.router,
    figures.router,
    commitments.router,
    health.router,
)
