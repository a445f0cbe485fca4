"""The pages, one module each, with its routes."""

from search_api.web.pages import basket, docs, login, match, search, status
from search_api.web.pages import document as letter

ROUTERS = (search.router, letter.router, match.router, basket.router, status.router, docs.router, login.router)
