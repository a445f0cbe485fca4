"""The pages, one module each, with its routes."""

from search_api.web.pages import basket, docs, letter, login, match, search, status

ROUTERS = (search.router, letter.router, match.router, basket.router, status.router, docs.router, login.router)
