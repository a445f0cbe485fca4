"""Damage to an index is named, and a damaged generation is rebuilt from the archive."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer.build.generation import Generation
from indexer.upkeep.verify import verify
from tests.conftest import make_index
from tests.letters import numbered


@pytest.mark.parametrize(
    "name",
    [
        *("manifest.json", "passages", "vectors.faiss", "documents.faiss", "encoder"),
        *("lexical/documents", "lexical/passages"),
    ],
)
@pytest.mark.parametrize("damage", ["cut", "flipped", "missing"])
def test_verify_names_what_is_damaged(letters: Path, tmp_path: Path, name: str, damage: str) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    target = index / "generations" / "1" / name
    if target.is_dir():
        target = max((p for p in target.rglob("*") if p.is_file()), key=lambda p: p.stat().st_size)
    data = target.read_bytes()
    target.unlink()
    if damage == "cut":
        target.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        middle = len(data) // 2
        target.write_bytes(data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :])
    assert any(target.name in fault for fault in verify(index))


@pytest.mark.parametrize("name", ["manifest.json", "vectors.faiss", "passages", "lexical/documents/hashes.npy"])
def test_a_damaged_generation_is_rebuilt_from_the_archive(letters: Path, tmp_path: Path, name: str) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (index / "generations" / "1" / name).write_bytes(b"nothing")
    report = make_index(letters, index)
    assert (report.built, report.generation, report.files_read, report.documents) == (True, 2, 0, 3)
    assert Path(name).name in report.notes[0]
    assert verify(index) == []


@pytest.mark.parametrize("changed", [False, True])
def test_a_damaged_part_is_never_carried_into_a_new_generation(letters: Path, tmp_path: Path, changed: bool) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    segment = max((index / "generations" / "1" / "lexical").rglob("*.idx"), key=lambda p: p.stat().st_size)
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 0xFF
    segment.write_bytes(bytes(data))
    if changed:
        (letters / "新.txt").write_text(numbered(1), encoding="utf-8")
    report = make_index(letters, index)
    assert report.built
    assert segment.name in report.notes[0]
    assert verify(index) == []


@pytest.mark.parametrize(
    ("table", "fault"), [("versions", "的一个版本已损坏"), ("derivations", "的提取结果（figures）已损坏")]
)
def test_damaged_text_in_the_archive_is_a_sentence(letters: Path, tmp_path: Path, table: str, fault: str) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    column = {"versions": "json", "derivations": "rows_json"}[table]
    with closing(sqlite3.connect(index / "archive.sqlite")) as archive, archive:
        damaged = f"CAST(replace(CAST({column} AS BLOB), CAST('六十八' AS BLOB), x'ff') AS TEXT)"
        archive.execute(f"UPDATE {table} SET {column} = {damaged} WHERE instr({column}, '六十八') > 0")
    assert any(fault in found for found in verify(index))


def test_a_damaged_current_is_written_again(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (index / "CURRENT").write_text("第一代", encoding="utf-8")
    with pytest.raises(DafuError, match=r"应为一个世代编号|无法读取"):
        Generation.open_current(index)
    assert make_index(letters, index).documents == 3
    assert verify(index) == []


def test_verify_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(DafuError, match="没有索引"):
        verify(tmp_path)
