"""Requests to a server with limits, whole or begun; and its figures."""

import re
import socket
import threading
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.served import LONGEST_S

PROPOSAL = (
    "关于老年人助餐的提案\n\n现状不便。\n\n建议：\n一、增设长者食堂，补贴每餐两元。\n二、加装电梯，提高财政补贴。"
)
SEARCH = "/api/v1/search"
MATCH = "/api/v1/match"


def client_of(index: Path, **settings: object) -> TestClient:
    return TestClient(create_app(index, Settings.model_validate(settings)))


def figure(client: httpx2.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def until(client: httpx2.Client, name: str, value: float) -> None:
    """Wait until a figure has come to this."""
    wait = threading.Event()
    for _ in range(int(LONGEST_S / 0.01)):
        if figure(client, name) == value:
            return
        wait.wait(0.01)
    pytest.fail(f"{name} is {figure(client, name)}, expected {value}")


def head_of(path: str, length: int) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def connected(client: httpx2.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=LONGEST_S)
