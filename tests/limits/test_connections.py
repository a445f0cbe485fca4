"""Who connects and then keeps the server waiting: cut off in time, and never in the way of others."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Server

from search_api.web.app import create_app
from search_api.web.connections import SECONDS, Connection, Debt, cut_overdue
from search_api.web.logs import Sparing
from search_api.web.server import listening
from search_api.web.settings.model import Settings
from tests.limits.requests import SEARCH
from tests.served import LONGEST_S, Clock, held, started

FEW = 8  # connections that these servers take
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
HALF_A_BODY = b"POST /api/v1/match HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"


async def says_little(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads a body to its end and answers with one word."""
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


async def says_much(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with more than any buffer holds."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for more in (*[True] * 50, False):
            await send({"type": "http.response.body", "body": b"x" * (1 << 20), "more_body": more})


@contextmanager
def clients_of(port: int, count: int, sent: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as open_ones:
        made = []
        for _ in range(count):
            made.append(open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=LONGEST_S)))
            made[-1].sendall(sent)
        yield made


def asked(port: int, request: bytes = HEALTH) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST_S) as client:
        client.sendall(request)
        return client.recv(1000)


def is_cut(client: socket.socket) -> bool:
    try:
        while client.recv(1000):
            pass  # what was sent before
        return True
    except ConnectionResetError:
        return True


def debts(server: Server) -> list[Debt | None]:
    return [c.debt for c in set(server.server_state.connections) if isinstance(c, Connection)]


def until_debts(server: Server, expected: list[Debt | None]) -> None:
    wait = threading.Event()
    for _ in range(int(LONGEST_S / 0.01)):
        if debts(server) == expected:
            return
        wait.wait(0.01)
    pytest.fail(f"the clients owe {debts(server)}, expected {expected}")


def until_none_is_served(server: Server) -> None:
    """Until the server is full of clients that all owe something: who comes while all are served goes itself."""
    wait = threading.Event()
    for _ in range(int(LONGEST_S / 0.01)):
        if len(debts(server)) == FEW - 1 and None not in debts(server):
            return
        wait.wait(0.01)
    pytest.fail(f"the clients owe {debts(server)}, expected {FEW - 1} that owe something")


def cut_after(server: Server, seconds: float) -> None:
    """What the server does once a second, as if this time had passed."""
    connections = server.server_state.connections
    ours = [c for c in connections if isinstance(c, Connection)]
    done = threading.Event()

    def cut() -> None:
        cut_overdue(connections, time.monotonic() + seconds)
        done.set()

    ours[0].loop.call_soon_threadsafe(cut)
    assert done.wait(LONGEST_S)


def test_an_answer_is_sent_at_once() -> None:
    with listening("127.0.0.1", 0) as listener, clients_of(listener.getsockname()[1], 1):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("sent", [b"", HALF_A_HEAD, HEALTH + HALF_A_HEAD, HALF_A_BODY])
def test_no_number_of_clients_that_send_nothing_more_keeps_out_the_next(sent: bytes) -> None:
    with started(says_little, connections=FEW) as (server, port), clients_of(port, 3 * FEW, sent):
        until_none_is_served(server)
        for _ in range(3):
            assert asked(port).startswith(b"HTTP/1.1 200")
        assert len(server.server_state.connections) < FEW


def test_who_is_longest_in_debt_goes_first() -> None:
    with started(says_little, connections=FEW) as (server, port), clients_of(port, 1) as first:
        until_debts(server, ["head"])
        with clients_of(port, FEW - 1):
            assert is_cut(first[0])


def test_who_comes_is_not_the_first_to_go_where_all_others_have_begun() -> None:
    with (
        started(says_little, connections=FEW) as (server, port),
        clients_of(port, FEW - 1, HALF_A_BODY),
    ):
        until_debts(server, ["body"] * (FEW - 1))
        assert asked(port).startswith(b"HTTP/1.1 200")


def test_who_is_being_served_stays_whoever_else_comes(index: Path, pool: ThreadPoolExecutor) -> None:
    searcher, encoder = held(index)
    with started(create_app(searcher, Settings()), connections=FEW) as (_, port):
        address = f"http://127.0.0.1:{port}{SEARCH}"
        answer = pool.submit(httpx2.get, address, params={"q": "电梯"}, timeout=LONGEST_S, trust_env=False)
        encoder.has_begun()
        with clients_of(port, 3 * FEW):
            assert asked(port).startswith(b"HTTP/1.1 200")
            encoder.let_go.set()
            assert answer.result().status_code == 200


def test_a_body_under_way_is_not_the_first_to_go() -> None:
    with (
        started(says_little, connections=FEW) as (server, port),
        clients_of(port, 1, HALF_A_BODY) as sending,
    ):
        until_debts(server, ["body"])
        with clients_of(port, 3 * FEW):
            assert asked(port).startswith(b"HTTP/1.1 200")
            sending[0].sendall(b"x" * 999)
            assert sending[0].recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("sent", "debt"),
    [
        pytest.param(b"", "head", id="nothing"),
        pytest.param(HALF_A_HEAD, "head", id="half a head"),
        pytest.param(HEALTH, "request", id="no second request"),
        pytest.param(HEALTH + HALF_A_HEAD, "request", id="half a second head"),
        pytest.param(HALF_A_BODY, "body", id="half a body"),
    ],
)
def test_what_does_not_come_is_waited_for_only_so_long(sent: bytes, debt: Debt) -> None:
    with started(says_little) as (server, port), clients_of(port, 1, sent) as clients:
        until_debts(server, [debt])
        if HEALTH in sent:
            assert clients[0].recv(1000).startswith(b"HTTP/1.1 200")
        cut_after(server, SECONDS[debt] - LONGEST_S / 2)
        assert debts(server) == [debt]
        cut_after(server, SECONDS[debt] + 1)
        assert is_cut(clients[0])


def test_a_head_that_comes_byte_by_byte_gains_no_time() -> None:
    with started(says_little) as (server, port), clients_of(port, 1, HEALTH) as clients:
        until_debts(server, ["request"])
        clients[0].sendall(b"G")
        until_debts(server, ["head"])
        (connection,) = (c for c in server.server_state.connections if isinstance(c, Connection))
        began = connection.since
        for byte in b"ET /healthz":
            clients[0].sendall(bytes([byte]))
        clients[0].sendall(b" HTTP/1.1\r\n")
        assert clients[0].recv(1000).startswith(b"HTTP/1.1 200")  # the first one's
        assert (connection.debt, connection.since) == ("head", began)


def test_an_answer_that_nobody_reads_is_given_up() -> None:
    with started(says_much) as (server, port), clients_of(port, 1, HEALTH):
        until_debts(server, ["reading"])
        cut_after(server, SECONDS["reading"] + 1)
        until_debts(server, [])


@pytest.mark.parametrize(("hard", "expected"), [(256, "64 256"), (2000, "1000 1384")])
def test_few_descriptors_mean_few_connections(hard: int, expected: str) -> None:
    said = "import search_api.web.server as s, resource; print(s._affordable_connections(), resource.getrlimit(7)[0])"
    command = f'ulimit -Sn 200 && ulimit -Hn {hard} && exec "$0" -c "$1"'
    done = subprocess.run(["bash", "-c", command, sys.executable, said], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == expected


def test_the_same_complaint_is_written_once_a_minute() -> None:
    clock = Clock(100.0)
    sparing = Sparing(clock)

    def says(message: str, *arguments: object) -> str | None:
        record = logging.LogRecord("asyncio", logging.ERROR, "", 0, message, arguments, None)
        return record.getMessage() if sparing(record) else None

    assert says("out of %s\nsocket: 1", "descriptors") == "out of descriptors\nsocket: 1"
    assert [says("out of %s\nsocket: 2", "descriptors") for _ in range(2)] == [None, None]
    assert says("another") == "another"
    clock.now += 61
    assert says("out of %s", "descriptors") == "out of descriptors (2 more since the last one)"
    assert says("out of %s", "descriptors") is None
    clock.now += 61
    assert says("another") == "another"
