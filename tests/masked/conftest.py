"""An index of letters that are full of personal data, and a user who may not see originals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from search_api.web.access.tokens import TokenStore
from search_api.web.app import create_app
from search_api.web.settings.model import Settings
from tests.conftest import make_index, write_letters
from tests.masked.letters import FORMATS, GIVEN_IDS
from tests.once import built_once


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index. Read-only: a test that changes an index makes its own."""

    def build_into(folder: Path) -> None:
        letters = tmp_path_factory.mktemp("masked-letters")
        write_letters(letters)
        for write in FORMATS:
            write(letters)
        report = make_index(letters, folder)
        assert not report.failures
        assert report.documents == 3 + 4 + len(GIVEN_IDS)

    return built_once(tmp_path_factory, "masked-index", build_into)


@pytest.fixture
def clerk(index: Path, tmp_path: Path) -> Iterator[TestClient]:
    """A user without the right `originals`."""
    settings = Settings(access="tokens", tokens=tmp_path / "users.sqlite", audit="off", requests_per_second=0)
    secret = TokenStore(tmp_path / "users.sqlite").add("clerk", None, frozenset(), None)
    with TestClient(create_app(index, settings), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client
