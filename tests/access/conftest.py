"""An application that asks for tokens, a token, and a client."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from search_api.web.access.tokens import TokenStore
from tests.access.requests import app_of


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "users.sqlite")


@pytest.fixture
def secret(tokens: TokenStore) -> str:
    return tokens.add("张三", ("内部",), frozenset({"originals"}), None)


@pytest.fixture
def app(sample_index: Path, tmp_path: Path) -> FastAPI:
    return app_of(sample_index, access="tokens", tokens=tmp_path / "users.sqlite")


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)
