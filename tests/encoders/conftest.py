"""Encoders never ask the network; one is trained from the archive's own pairs."""

import socket

import pytest

from indexer.encoders.archive import ArchiveEncoder
from indexer.encoders.training import train
from tests.encoders.texts import ALL, PAIRS


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="session")
def trained() -> ArchiveEncoder:
    return train(ALL, PAIRS)
