"""Small files of our own wording, each of a kind that was once read wrongly: every field and passage is right."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.documents import read_documents
from corpus.types import Document
from eval.parse import compare

FOLDER = Path(__file__).parent / "data" / "reading"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER.parent / "reading_expected.json").read_text("utf-8"))


def test_every_file_has_a_record() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted({key.partition("#")[0] for key in EXPECTED})


@pytest.mark.parametrize("key", sorted(EXPECTED))
def test_case(key: str) -> None:
    name, _, number = key.partition("#")
    document = list(read_documents(FOLDER / name, name))[int(number or 1) - 1]
    assert isinstance(document, Document)
    compared = list(compare(key, document, EXPECTED[key]))
    assert len(compared) == len(EXPECTED[key])
    assert [(c.field, c.expected, c.found) for c in compared if c.result != "right"] == []
