"""The archive whose passages the baskets hold, and a client over its index."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer.snapshot import Snapshot
from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.basket.baskets import CANTEEN, LIFT, TEXTS
from tests.conftest import make_index
from tests.web.archive import write_web_letters


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The letters of the web's tests, and two whose ids are known; one has a telephone number in its text."""
    folder = tmp_path_factory.mktemp("basket")
    write_web_letters(folder / "letters")
    known = [
        (CANTEEN, "关于长者食堂的提案", "2024-02-09", TEXTS[CANTEEN]),
        (LIFT, "关于加装电梯的提案", None, TEXTS[LIFT]),
    ]
    lines = [
        json.dumps(
            {"id": doc_id, "title": title, "agency": "松澜市民政局", "replied_on": day, "text": text},
            ensure_ascii=False,
        )
        for doc_id, title, day, text in known
    ]
    (folder / "letters" / "已知.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert not make_index(folder / "letters", folder / "index").failures
    return folder / "index"


@pytest.fixture(scope="session")
def snapshot(index: Path) -> Snapshot:
    return Searcher(index).snapshot


@pytest.fixture
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index)) as client:
        yield client
