"""Who asks: programs, browsers, gateways and pages of other sites; and an application that says whom it sees."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from search_api.web.access.identity import user_of
from search_api.web.app import create_app
from search_api.web.settings.model import Settings

FREE = {"/healthz", "/readyz", "/login", "/opensearch.xml", "/static/style.css"}
PAGE, PROGRAM = {"Accept": "text/html"}, {"Accept": "application/json"}
GATEWAY = "10.0.0.9"
PROXY = {"access": "proxy", "trusted_proxies": f"{GATEWAY},10.8.0.0/24"}


def app_of(index: Path, **settings: object) -> FastAPI:
    """The application with one more route, `/who`, which says what it knows of a request."""
    app = create_app(index, Settings.model_validate(settings))

    @app.api_route("/who", methods=["GET", "POST"])
    def who(request: Request) -> JSONResponse:
        user = user_of(request)
        known = {
            "name": user.name,
            "scopes": user.scopes and sorted(user.scopes),
            "rights": sorted(user.rights),
        }
        client = request.client.host if request.client else None
        return JSONResponse({**known, "client": client, "base": str(request.base_url)})

    return app


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def session(app: object, secret: str) -> str:
    """The secret of a session that begins with a token, as the cookie of a browser that logged in has it."""
    assert isinstance(app, FastAPI)
    return str(app.state.sessions.begin(secret))


ADMIN = {"X-Dafu-User": "root", "X-Dafu-Scopes": "*", "X-Dafu-Rights": "admin,originals"}


def ask(
    port: int, headers: Mapping[str, str], source: str = "127.0.0.1", path: str = "/who"
) -> tuple[int, dict[str, str]]:
    """All of 127.0.0.0/8 is this machine: a request can come from another address of it than the server's."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
    try:
        connection.request("GET", path, headers={**PROGRAM, **headers})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
