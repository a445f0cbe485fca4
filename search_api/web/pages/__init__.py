"""The pages, one module each, with its routes."""

from search_api.web.pages import (
    basket,
    conflicts,
    docs,
    document,
    embed,
    feedback,
    feeds,
    login,
    match,
    originals,
    search,
    status,
)

# /documents/…/original before /documents/…, which takes any path.
ROUTERS = (
    originals.router,
    embed.router,
    feeds.router,
    feedback.router,
    search.router,
    document.router,
    match.router,
    basket.router,
    conflicts.router,
    status.router,
    docs.router,
    login.router,
)
