"""The router that every module of the API's version 1 starts from."""

from fastapi import APIRouter

from search_api.web.problems import documented


def api_router() -> APIRouter:
    """An empty router below /api/v1, with the problems that any endpoint may answer."""
    # Each module has the prefix itself: a prefix given to include_router is missing from scope["route"].path, by which
    # metrics and audit know an endpoint.
    return APIRouter(prefix="/api/v1", tags=["检索"], responses=documented(429, 504))
