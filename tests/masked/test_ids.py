"""An id that is personal data is replaced, and what an earlier program left is made anew."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from corpus.errors import DafuError
from corpus.masked import MASKING_VERSION
from indexer.build.manifest import Manifest
from indexer.paths import IndexPaths
from indexer.snapshot import open_index
from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import make_index
from tests.masked.letters import PIECES, as_lines


def test_an_id_that_is_personal_data_is_replaced_and_leads_nowhere(index: Path, clerk: TestClient) -> None:
    ids = [entry.doc_id for entry in open_index(index).engine.entries()]
    assert len([doc_id for doc_id in ids if doc_id.startswith("anon-")]) == 5
    assert "L-77" in ids
    assert not [doc_id for doc_id in ids for piece in PIECES if piece in doc_id]
    for doc_id in ids:
        assert clerk.get(f"/documents/{quote(doc_id, safe='')}").status_code == 200
    for old in ("13871620101", "420106196803170303", "0755-86620202", "答复祝英台.txt"):
        assert clerk.get(f"/documents/{quote(old, safe='')}").status_code == 404


def test_an_id_stays_the_same_when_the_file_is_read_again_and_is_another_in_another_archive(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    as_lines(tmp_path / "letters")
    make_index(tmp_path / "letters", tmp_path / "index")
    make_index(tmp_path / "letters", tmp_path / "other")
    before, other = ids_of(tmp_path / "index"), ids_of(tmp_path / "other")
    path = tmp_path / "letters" / "来信.jsonl"
    path.write_text(path.read_text("utf-8").replace("九月底", "十月底"), "utf-8")
    report = make_index(tmp_path / "letters", tmp_path / "index")
    assert (report.added, report.changed, report.removed) == (0, 3, 0)
    assert ids_of(tmp_path / "index") == before
    assert before & other == {"L-77"}


def ids_of(index: Path) -> set[str]:
    return {entry.doc_id for entry in open_index(index).engine.entries()}


def test_the_name_of_a_version_is_no_hash_of_its_text(index: Path, clerk: TestClient) -> None:
    """With the rest of a letter known, a hash of it confirms a guessed number."""
    snapshot = open_index(index)
    entry = next(entry for entry in snapshot.engine.entries() if entry.doc_id == "L-77")
    document, shown = snapshot.document(entry), clerk.get("/api/v1/documents/L-77").json()
    page = clerk.get("/documents/L-77").text
    for digest in (document.content_sha256, entry.json_sha256):
        assert digest[:12] not in json.dumps(shown) + page
    assert shown["content_sha256"] == snapshot.masked(entry).content_sha256 != document.content_sha256


# Older generations


def aged(index: Path) -> None:
    """The live generation as of other rules of masking."""
    path = IndexPaths(index).generation(1).manifest
    manifest = Manifest.load(path)
    older = manifest.model_copy(update={"masking_version": MASKING_VERSION - 1}).with_checksum()
    path.write_text(older.model_dump_json(), encoding="utf-8")


def test_a_generation_masked_by_other_rules_is_made_anew_and_does_not_stay(letters: Path, tmp_path: Path) -> None:
    make_index(letters, tmp_path / "index")
    aged(tmp_path / "index")
    with pytest.raises(DafuError, match=r"遮盖规则版本是 \d+，本程序使用 \d+。请重新运行 dafu index，它会从档案库重建"):
        open_index(tmp_path / "index")
    report = make_index(letters, tmp_path / "index")
    assert [note for note in report.notes if note.startswith("原有索引不能沿用，已从档案库重建：")]
    assert sorted(path.name for path in (tmp_path / "index" / "generations").iterdir()) == ["2"]
    assert verify(tmp_path / "index") == []


def test_ids_of_before_are_replaced_even_where_the_file_is_gone(letters: Path, tmp_path: Path) -> None:
    as_lines(letters)
    make_index(letters, tmp_path / "index")
    (letters / "来信.jsonl").unlink()
    with closing(sqlite3.connect(tmp_path / "index" / "archive.sqlite")) as archive:
        put_under(archive, "13871620101")
    aged(tmp_path / "index")
    report = make_index(letters, tmp_path / "index")
    assert report.documents == 3 + 3
    assert "13871620101" not in ids_of(tmp_path / "index")
    found = Searcher(tmp_path / "index").search("楼道扶手 九月底前安装完毕").hits
    assert len({hit.doc_id for hit in found} & ids_of(tmp_path / "index")) == 3


def put_under(archive: sqlite3.Connection, doc_id: str) -> None:
    """A document with an id that was replaced, as an earlier program left it."""
    columns = "doc_id, json_sha256, content_sha256, json, stored_at"
    query = f"SELECT {columns} FROM versions WHERE doc_id LIKE 'anon-%' LIMIT 1"
    replaced, sha256, content, text, stored_at = archive.execute(query).fetchone()
    older = text.replace(replaced, doc_id)
    new = hashlib.sha256(older.encode()).hexdigest()
    archive.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", (doc_id, new, content, older, stored_at))
    archive.execute(
        "UPDATE origins SET doc_id = ?, json_sha256 = ? WHERE doc_id = ? AND json_sha256 = ?",
        (doc_id, new, replaced, sha256),
    )
    archive.commit()
