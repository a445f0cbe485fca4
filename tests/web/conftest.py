"""An index of the small archive, an application over it and a client."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index
from tests.web.archive import write_web_letters


@pytest.fixture(scope="session")
def web_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    write_web_letters(folder / "letters")
    report = make_index(folder / "letters", folder / "index")
    assert (report.documents, report.failures) == (5, ())
    return folder / "index"


@pytest.fixture(scope="session")
def app(web_index: Path) -> FastAPI:
    return create_app(Searcher(web_index), Settings(site_name="松澜答复"))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
