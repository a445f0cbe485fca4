"""A real server in a thread, asked over a real socket; and work that takes as long as a test needs."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
from fastapi import FastAPI
from numpy.typing import NDArray
from starlette.types import ASGIApp
from uvicorn import Server

from indexer import deadline
from indexer.encoders import Encoder
from search_api.searcher import Searcher
from search_api.web.server import MAX_CONNECTIONS, http_server, listening

LONGEST_S = 30.0  # before a test that waits for ever fails


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@contextmanager
def started(app: ASGIApp, root_path: str = "", connections: int = MAX_CONNECTIONS) -> Iterator[tuple[Server, int]]:
    """A server at 127.0.0.1 that runs meanwhile, and its port."""
    with listening("127.0.0.1", 0) as listener:
        server = http_server(app, root_path, connections)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield server, listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def running(app: ASGIApp, root_path: str = "") -> Iterator[int]:
    """The port of a server at 127.0.0.1 that runs meanwhile."""
    with started(app, root_path) as (_, port):
        yield port


@contextmanager
def served(app: FastAPI) -> Iterator[httpx2.Client]:
    """A client of the server that runs meanwhile."""
    with (
        running(app) as port,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST_S, trust_env=False) as client,
    ):
        yield client


class HeldEncoder(Encoder):
    """An index's own encoder that answers when it is let go, or its deadline is over."""

    def __init__(self, own: Encoder) -> None:
        self._own = own
        self.begun, self.let_go = threading.Semaphore(0), threading.Event()
        self.calls = 0

    @property
    def kind(self) -> str:
        return self._own.kind

    @property
    def fingerprint(self) -> str:
        return self._own.fingerprint

    @property
    def dimension(self) -> int:
        return self._own.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        self.begun.release()
        while not self.let_go.wait(0.01):
            deadline.check()
        return self._own.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._own.encode_passages(texts)

    def save(self, folder: Path) -> None:
        self._own.save(folder)

    def has_begun(self) -> None:
        """Once more than this was called before."""
        assert self.begun.acquire(timeout=LONGEST_S)


def held(folder: Path) -> tuple[Searcher, HeldEncoder]:
    """A searcher in which every query that is encoded waits."""
    searcher = Searcher(folder)
    encoder = HeldEncoder(searcher.snapshot.encoder)
    searcher.snapshot.generation.encoder = encoder
    return searcher, encoder
