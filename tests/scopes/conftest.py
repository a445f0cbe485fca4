"""An index with a hidden document, and one of an archive that never had it."""

from pathlib import Path

import pytest

from indexer.build.update import BuildOptions, build
from tests.conftest import make_index, silent, write_letters
from tests.scopes.hidden import write_hidden


@pytest.fixture(scope="session")
def open_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader without the scope should believe that there is."""
    folder = tmp_path_factory.mktemp("open")
    write_letters(folder / "letters")
    make_index(folder / "letters", folder / "index")
    return folder / "index"


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same letters and a hidden one."""
    folder = tmp_path_factory.mktemp("scopes")
    write_letters(folder / "letters")
    write_hidden(folder / "内部")
    make_index(folder / "letters", folder / "index")
    report = build([folder / "内部"], folder / "index", BuildOptions(scope="内部"), silent)
    assert (report.added, report.documents) == (1, 4)
    return folder / "index"
