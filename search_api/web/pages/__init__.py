"""The pages, one module each, with its routes."""

from search_api.web.pages import (
    basket,
    case,
    case_changes,
    cases,
    cases_feed,
    commitments,
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
    topic,
)

# /documents/…/original before /documents/…, which takes any path.
ROUTERS = (
    originals.router,
    embed.router,
    feeds.router,
    feedback.router,
    search.router,
    topic.router,
    document.router,
    match.router,
    basket.router,
    cases.router,
    cases_feed.router,
    case_changes.router,
    case.router,
    commitments.router,
    conflicts.router,
    status.router,
    docs.router,
    login.router,
)
