"""What masking changed is noted once, and read again as it was; what is noted wrongly is never believed."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.documents import read_documents
from corpus.masked import MASKING_VERSION, changes, masked_document, with_changes
from corpus.types import Document
from indexer.archive import Archive, FileState, VersionKey, open_archive
from indexer.build import masked
from indexer.build.derivations import DERIVATIONS, derive_missing
from indexer.build.masked import masked_from
from tests.conftest import silent
from tests.letters import SAMPLE, numbered, parsed

STATE = FileState(1, 1, "f" * 64, "1", ())
CONTACT = "（联系人：陈小平，联系电话：86601234）"


def document(number: int) -> Document:
    return parsed(
        numbered(number).replace("全市现有", f"王大锤住幸福小区3栋2单元501室，电话13800138000。{CONTACT}全市现有")
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    """Two documents with personal data, masked and noted."""
    with closing(open_archive(path, writable=True)) as archive:
        for number in (1, 2):
            archive.put_file(f"/{number}", STATE, [document(number)])
        derive_missing(archive, archive.live(), silent, [])
        yield archive


def first(archive: Archive) -> VersionKey:
    return archive.live()[0]


def masked_again(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the documents that are masked from now on, and not read from what is noted."""
    asked: list[str] = []

    def counted(document: Document) -> Document:
        asked.append(document.doc_id)
        return masked_document(document)

    monkeypatch.setattr(masked, "masked_document", counted)
    return asked


def test_what_is_noted_gives_the_masked_document_back() -> None:
    """Of every document of the sample, through JSON."""
    found = [read for path in sorted(SAMPLE.rglob("*.*")) for read in read_documents(path, path.name)]
    altered = 0
    for original in (read for read in [*found, document(1)] if isinstance(read, Document)):
        wanted = masked_document(original)
        noted = json.loads(json.dumps(changes(original, wanted)))
        assert with_changes(original, noted) == wanted
        altered += bool(noted["text"])
    assert altered > 10


def test_a_document_is_masked_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = masked_again(monkeypatch)
    found = masked_from(archive)(first(archive))
    assert found == masked_document(archive.document(first(archive)))
    assert "13800138000" not in found.model_dump_json()
    derive_missing(archive, archive.live(), silent, [])
    assert not asked


def test_a_damaged_note_is_not_believed(archive: Archive, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each: other words, no JSON, another document's note, other names, no rows, none."""
    wanted, asked = masked_document(archive.document(first(archive))), masked_again(monkeypatch)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        notes = [row[0] for row in database.execute("SELECT rows_json FROM derivations ORDER BY doc_id")]
        for note in (notes[0].replace("*", "0"), notes[0][:-3], notes[1], notes[0].replace("sha", "sia"), "[1]", "[]"):
            database.execute("UPDATE derivations SET rows_json = ? WHERE doc_id = ?", (note, first(archive).doc_id))
            assert masked_from(archive)(first(archive)) == wanted
    assert len(asked) == 6


def test_notes_of_other_rules_are_dropped(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masked, "MASKING_VERSION", MASKING_VERSION + 1)
    derive_missing(archive, archive.live(), silent, [])
    assert archive.derived_keys("masks", MASKING_VERSION) == set()
    assert archive.derived_keys("masks", MASKING_VERSION + 1) == set(archive.live())


def test_no_derivation_takes_the_name_of_the_notes() -> None:
    assert "masks" not in {derivation.name for derivation in DERIVATIONS}
