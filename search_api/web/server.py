"""Runs the application."""

import ctypes
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from corpus.errors import DafuError
from search_api.desk.sheet import open_template
from search_api.web import logs
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from search_api.web.settings.sources import contradictions

# Bytes of request line and headers. The longest query (search_api.query.LONGEST_QUERY) has 50,000 characters of nine
# bytes each in an address.
_MAX_HEAD = 600_000
# Of a connection between two requests: longer than a proxy keeps its own (nginx: 60), or the proxy would now and then
# send a request into one that is just being closed.
_IDLE_SECONDS = 75
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # as malloc.h names them
_LARGE = 1 << 20  # bytes; what is larger comes from the system and goes back to it at once, as glibc's does at first
_ARENAS = 2
_GRACE_SECONDS = 10  # for requests in hand when the server is told to stop


def serve(settings: Settings) -> None:
    """Serves an index until interrupted.

    Raises DafuError for settings that contradict each other, a sheet template or tokens that cannot be used, or an
    address that is taken.
    """
    for sentence in contradictions(settings):
        raise DafuError(sentence)
    open_template(settings.sheet_template)
    _return_memory()
    app = create_app(settings.index, settings)
    if settings.access == "tokens":
        app.state.tokens.tokens()
    with listening(settings.host, settings.port) as listener:
        logs.configure(settings.log_level)
        address = listener.getsockname()
        logs.get_logger().info(
            "serving", url=f"http://{settings.host}:{address[1]}{settings.root_path}", index=str(settings.index)
        )
        with suppress(KeyboardInterrupt):  # uvicorn raises it again once all requests in hand are answered
            http_server(app, settings.root_path).run(sockets=[listener])


def _return_memory() -> None:
    """Makes the C library return the memory of a closed generation to the system.

    glibc has an arena for every few threads and would fill each with parts of generations: see tests/faults/soak.py.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, _ARENAS)


def http_server(app: ASGIApp, root_path: str = "") -> uvicorn.Server:
    """The server with the limits that the pages and the API count on."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            root_path=root_path,
            proxy_headers=False,  # IdentityMiddleware believes listed proxies only, uvicorn whatever is on this machine
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_MAX_HEAD,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=_IDLE_SECONDS,
        )
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections there. Raises DafuError if the address cannot be used."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address[0]), int(address[1])), family=family)
    except OSError as error:
        raise DafuError(
            f"无法在 {host}:{port} 上监听（{error.strerror or error}）。请用 --port 换一个端口，或停止占用它的程序。"
        ) from error
