"""An old generation goes when its last request does, and not when Python gets round to it: files, memory and all.

Twenty minutes of updates with what these tests forbid (soak.py): 1,150 MB in place of 290, and 12 generations kept.
"""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.build.generation import Generation
from search_api.web.app import create_app
from search_api.web.settings.sources import load_settings
from tests.conftest import make_index
from tests.faults.archive import QUERIES, write_archive, write_letter
from tests.served import served


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Nothing goes but what nobody refers to any more."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_an_encoder_does_not_hold_itself(sample_index: Path, uncollected: None) -> None:
    generation = Generation.open_current(sample_index)
    generation.encoder.encode_queries(list(QUERIES))
    encoder = weakref.ref(generation.encoder)
    generation.close()
    del generation
    assert encoder() is None


def test_requests_do_not_hold_their_generation(tmp_path: Path, uncollected: None) -> None:
    letters, index = write_archive(tmp_path / "letters", 8), tmp_path / "index"
    make_index(letters, index)
    app = create_app(index, load_settings(index=index))
    with served(app) as client:
        for query in QUERIES:
            for path in ("/", "/api/v1/search", "/api/v1/suggest"):
                assert client.get(path, params={"q": query}).status_code == 200
        old = weakref.ref(app.state.snapshots.seen_by(None))
        write_letter(letters, 50)
        make_index(letters, index)
        for _ in range(3):
            assert client.get("/readyz").json()["generation"] == 2
    assert old() is None
