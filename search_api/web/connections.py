"""How long may a client keep the server waiting, and how many may connect? uvicorn's protocol with bounds on both.

uvicorn closes a connection that is idle between two requests, and nothing else: one that never sends a whole head or
body, or never reads its answer, stays for ever. Here every connection knows what its client owes, and since when; who
owes for too long is cut off, and where there are too many connections, who has owed for longest.

Not for: what one request may cost once it has arrived (see middleware.load_limits).
"""

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from search_api.web.heads import BoundedConnection
from search_api.web.problems import Problem

IDLE_SECONDS = 75
"""Between two requests: longer than a proxy keeps its own connections (nginx: 60), or the proxy would now and then send
a request into one that is just being closed."""

Debt = Literal["request", "head", "body", "reading"]
"""What a client owes: a next request, the rest of a head or of a body, or to take in what was sent to it."""

SECONDS: dict[Debt, float] = {"request": IDLE_SECONDS + 5.0, "head": 20.0, "body": 75.0, "reading": 60.0}
"""Seconds that each may take. uvicorn closes idle connections, and `middleware.load_limits` answers slow bodies with a
sentence: both come a little earlier. A head has 600 kB at most; reading starts anew whenever the buffer was emptied."""

_FIRST_TO_GO: dict[Debt | None, int] = {"request": 0, "head": 0, "body": 1, "reading": 1, None: 3}


class Connection(H11Protocol):
    """One connection; `debt` is what its client owes, None while the server has something to do for it."""

    debt: Debt | None = None
    since = 0.0  # the moment, as time.monotonic tells it, from which the debt counts

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  # handed on as they come
        super().__init__(*arguments, **named)
        self.conn: BoundedConnection = BoundedConnection()

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  # as uvicorn has it
        """Where there are as many connections as there may be, the one that is easiest missed makes room."""
        super().connection_made(transport)
        self._reckon()
        if self.limit_concurrency and len(self.connections) >= self.limit_concurrency:
            min(_ours(self.connections), key=self._by_debt).cut()

    def data_received(self, data: bytes) -> None:
        """What still comes of a head that was refused is thrown away: its sender hears nothing while it sends."""
        if not self.conn.fault:
            super().data_received(data)
            self._reckon()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._reckon()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reckon()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reckon()

    def send_400_response(self, msg: str) -> None:
        """Says which bound a head exceeds; of any other fault what uvicorn says."""
        if not (fault := self.conn.fault):
            super().send_400_response(msg)
            return
        problem = Problem(
            type="urn:dafu:problem:head-too-large",
            title=fault.title,
            status=fault.status,
            detail=fault.sentence,
            instance="/",
        )
        body = problem.model_dump_json().encode()
        headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
        response = h11.Response(
            status_code=fault.status,
            reason=HTTPStatus(fault.status).phrase.encode(),
            headers=[*headers, ("Connection", "close")],
        )
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write_eof()

    def cut(self) -> None:
        """Ends the connection at once, whatever is still to be sent."""
        self.connections.discard(self)
        self.transport.abort()

    def _reckon(self) -> None:
        """Notes a change of what is owed; a debt that stays the same counts on."""
        debt = self._debt()
        if debt != self.debt:
            self.debt, self.since = debt, time.monotonic()

    def _debt(self) -> Debt | None:
        if self.flow.write_paused or self.transport.is_closing():
            return "reading"
        if self.conn.their_state is h11.IDLE:
            return "head" if self.timeout_keep_alive_task is None else "request"
        return "body" if self.conn.their_state is h11.SEND_BODY else None

    def _by_debt(self, other: "Connection") -> tuple[int, float]:
        """Orders connections by how easily they are missed when this one comes: those without a request first, the
        longest in debt first. This one had no time to send anything: it goes where all others are being served."""
        return (2 if other is self else _FIRST_TO_GO[other.debt], other.since)


def cut_overdue(connections: Iterable[object], now: float) -> None:
    """Ends the connections whose clients have, at this moment of time.monotonic, owed something for too long."""
    for connection in _ours(connections):
        if connection.debt and now - connection.since > SECONDS[connection.debt]:
            connection.cut()


def _ours(connections: Iterable[object]) -> list[Connection]:
    """The connections, which are all of this kind; uvicorn knows others."""
    return [connection for connection in connections if isinstance(connection, Connection)]
