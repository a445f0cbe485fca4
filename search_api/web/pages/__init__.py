"""The pages, one module each, with its routes."""

from search_api.web.pages import docs, letter, search, status

ROUTERS = (search.router, letter.router, status.router, docs.router)
