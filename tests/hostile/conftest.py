"""An archive full of documents written to do harm, and a client and a server over its index."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.searcher import Searcher
from search_api.web.app import create_app
from tests.browser import serving
from tests.conftest import make_index, write_letters
from tests.hostile.texts import EVIL, FILE_NAME, MARKUP, rows
from tests.letters import letter


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Harmless letters, hostile ones, a file with a hostile name, and links that lead out."""
    top = tmp_path_factory.mktemp("hostile")
    letters = top / "letters"
    write_letters(letters)
    (letters / "坏.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    (letters / FILE_NAME).write_text(letter(heading=f"关于{MARKUP}的答复", salutation=f"{EVIL}："), encoding="utf-8")
    (top / "外.txt").write_text(letter(heading="来源之外的关于机密的答复"), encoding="utf-8")
    (letters / "链接.txt").symlink_to(top / "外.txt")
    (letters / "口令.txt").symlink_to("/etc/passwd")
    return top


@pytest.fixture(scope="session")
def index(folder: Path) -> Path:
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="session")
def doc_ids(index: Path) -> list[str]:
    return sorted(entry.doc_id for entry in Searcher(index).snapshot.engine.entries())


@pytest.fixture(scope="session")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(index), headers={"accept": "text/html"}) as client:
        yield client


@pytest.fixture(scope="session")
def address(index: Path) -> Iterator[str]:
    with serving(index) as address:
        yield address
