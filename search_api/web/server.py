"""Runs the application."""

import ctypes
import resource
import socket
import time
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from corpus.errors import DafuError
from search_api.desk.draft import DRAFT
from search_api.desk.sheet import open_template
from search_api.web import logs
from search_api.web.app import create_app
from search_api.web.connections import IDLE_SECONDS, Connection, cut_overdue
from search_api.web.settings.model import Settings
from search_api.web.settings.sources import contradictions, warnings

MAX_CONNECTIONS = 1000
"""At once. Every user has a handful, and so has a proxy; each may hold the 600 kB of a head."""

_OWN_DESCRIPTORS = 128  # files of two generations, databases of every thread, uploads
_BACKLOG = 64  # connections taken in at a time, before the first of them is counted
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
    open_template(settings.draft_template, DRAFT)
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
        for sentence in warnings(settings):
            logs.get_logger().warning("settings", reason=sentence)
        with suppress(KeyboardInterrupt):  # uvicorn raises it again once all requests in hand are answered
            http_server(app, settings.root_path, _affordable_connections()).run(sockets=[listener])


def _return_memory() -> None:
    """Makes the C library return the memory of a closed generation to the system.

    glibc has an arena for every few threads and would fill each with parts of generations: see tests/faults/soak.py.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, _LARGE)
        mallopt(_M_ARENA_MAX, _ARENAS)


def _affordable_connections() -> int:
    """As many connections as the process may have descriptors for, which it asks to be as many as it needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # A burst is taken in before the connections that make room for it are closed, a few turns of the loop later.
    others = _OWN_DESCRIPTORS + 4 * _BACKLOG
    wanted = MAX_CONNECTIONS + others
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MAX_CONNECTIONS
    few = max(soft - others, soft // 4)
    logs.get_logger().warning("few descriptors", descriptors=soft, wanted=wanted, connections=few)
    return few


def http_server(app: ASGIApp, root_path: str = "", connections: int = MAX_CONNECTIONS) -> uvicorn.Server:
    """The server with the limits that the pages and the API count on."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            # Named, not "auto": httptools, where it happens to be installed, knows no bound on a head.
            http=Connection,
            ws="none",
            root_path=root_path,
            proxy_headers=False,  # IdentityMiddleware believes listed proxies only, uvicorn whatever is on this machine
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=connections,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_notify=0,  # with every tick, which is once a second
        )
    )

    async def cut() -> None:
        cut_overdue(server.server_state.connections, time.monotonic())

    server.config.callback_notify = cut
    return server


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections there. Raises DafuError if the address cannot be used.

    Its connections send at once what they are given. asyncio asks for that only where the protocol of a socket is
    named, and create_server leaves it open: the body of an answer would then wait 40 ms for its head's receipt.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((str(address[0]), int(address[1])), family=family)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # inherited by what it accepts
        return listener
    except OSError as error:
        raise DafuError(
            f"无法在 {host}:{port} 上监听（{error.strerror or error}）。请用 --port 换一个端口，或停止占用它的程序。"
        ) from error
