"""How long does an answer take over HTTP? Asks a server in a process of its own, on one connection that is kept alive.

What a browser or a proxy waits for, beside what the search itself takes: an answer that is made in 10 ms and sent 40 ms
later is one of 50. `python -m eval.bench.http INDEX` is the server; it prints its port.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from corpus.cli.echo import say
from corpus.errors import DafuError
from eval.bench.figures import Http
from eval.bench.process import WARM_UP, percentiles
from search_api.web import logs
from search_api.web.app import create_app
from search_api.web.server import http_server, listening
from search_api.web.settings.model import Settings

_FLOOR = "/healthz"
_K = 10


def measured_http(index: Path, queries: Sequence[str]) -> Http:
    """The queries one after another, each beside a request that asks for nothing; the first WARM_UP unmeasured."""
    with _connected(index) as connection:
        took = [(_timed(connection, _FLOOR), *_searched(connection, query)) for query in queries]
    floor, search, inside = (percentiles(column) for column in zip(*took[WARM_UP:], strict=True))
    return Http(queries=len(queries) - WARM_UP, floor=floor, search=search, in_process=inside)


def _searched(connection: HTTPConnection, query: str) -> tuple[float, float]:
    """Seconds until the whole answer was there, and those that the server says its search took."""
    started = time.perf_counter()
    answer = _answer(connection, f"/api/v1/search?{urlencode({'q': query, 'k': _K})}")
    return time.perf_counter() - started, json.loads(answer)["took_ms"] / 1000


def _timed(connection: HTTPConnection, address: str) -> float:
    started = time.perf_counter()
    _answer(connection, address)
    return time.perf_counter() - started


def _answer(connection: HTTPConnection, address: str) -> bytes:
    connection.request("GET", address)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise DafuError(f"测量中的服务答了 {response.status}，期望 200：{body[:200].decode('utf-8', 'replace')}")
    return body


@contextmanager
def _connected(index: Path) -> Iterator[HTTPConnection]:
    """A connection to a server over the index, which runs meanwhile."""
    command = [sys.executable, "-m", "eval.bench.http", str(index)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            if not (port := server.stdout.readline().strip()):
                raise DafuError("测量中的服务没有启动，原因见上面的输出。")
            connection = HTTPConnection("127.0.0.1", int(port))
            yield connection
            connection.close()
        finally:
            server.terminate()


def main(index: Path) -> None:
    logs.configure("warning")  # to stderr: nobody reads stdout after the port, and a pipe that is full stops the server
    with listening("127.0.0.1", 0) as listener:
        say(str(listener.getsockname()[1]))
        settings = Settings(
            index=index, access="open", audit="off", feedback="off", requests_per_second=0, root_path=""
        )
        http_server(create_app(index, settings)).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
