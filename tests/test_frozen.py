"""An index of a released format opens and is brought up to date; no document, version or scope is lost."""

import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import DafuError, FormatError
from indexer import database
from indexer.archive import Archive, open_archive
from indexer.archive.migrations import SQLITE
from indexer.build.update import BuildOptions, build
from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import silent
from tests.letters import numbered

FROZEN = Path(__file__).parent / "data" / "frozen" / "index-fcaa524.tar.gz"

BUS = "云岭市交通运输局:cppcc:20240011:2024-05-20"
PARK = "云岭市园林管理局:cppcc:20240012:2024-05-20"
FAIR = "云岭市文化局:cppcc:20240013:2024-05-20"
SUPPLIES = "云岭市应急管理局:cppcc:20240014:2024-05-20"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The frozen index, unpacked; its letters are beside it."""
    with tarfile.open(FROZEN) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "index"


@pytest.fixture
def archive(index: Path) -> Iterator[Archive]:
    with closing(open_archive(index / "archive.sqlite", writable=True)) as archive:
        yield archive


def test_the_frozen_archive_has_all_its_documents(archive: Archive) -> None:
    live = {key.doc_id: archive.document(key) for key in archive.live()}
    assert sorted(live) == sorted([BUS, PARK, SUPPLIES])
    assert "夜间公交线路十一条，末班车时间为二十二时三十分" in live[BUS].text
    assert "口袋公园二十七处" in live[PARK].text
    assert "社区应急物资储备点共四十一处" in live[SUPPLIES].text
    assert archive.integrity_faults() == []


def test_the_frozen_archive_has_all_its_versions_scopes_and_files(archive: Archive) -> None:
    buses, fair = archive.versions(BUS), archive.versions(FAIR)
    assert [len(archive.versions(d)) for d in (BUS, PARK, FAIR, SUPPLIES)] == [2, 1, 1, 1]
    assert archive.contains_text("夜间公交线路九条")  # the earlier text
    assert [v.scope for d in (BUS, SUPPLIES) for v in archive.versions(d)] == ["公开", "公开", "内部"]
    assert archive.scopes() == {"/srv/letters/internal": "内部"}
    assert [failure.path for failure in archive.failures()] == ["/srv/letters/open/损坏.docx"]
    assert archive.files_holding(SUPPLIES) == ["/srv/letters/internal/应急物资.txt"]
    orphans = archive.orphans("9999", superseded=True)
    assert [(key.doc_id, key.json_sha256) for key in orphans] == [
        (BUS, buses[0].json_sha256),
        (FAIR, fair[0].json_sha256),
    ]


def test_an_archive_of_before_is_not_read_before_it_is_brought_up_to_date(index: Path) -> None:
    with pytest.raises(FormatError, match=r"格式版本 2，本程序使用 \d+）。请运行 dafu index，它会升级"):
        open_archive(index / "archive.sqlite")
    open_archive(index / "archive.sqlite", writable=True).close()
    open_archive(index / "archive.sqlite").close()


def test_an_archive_brought_up_to_date_has_the_tables_of_a_new_one(index: Path, tmp_path: Path) -> None:
    open_archive(index / "archive.sqlite", writable=True).close()
    open_archive(tmp_path / "new.sqlite", writable=True).close()
    assert tables(index / "archive.sqlite") == tables(tmp_path / "new.sqlite")


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Each table's columns, and the statements that made everything else."""
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL")
        columns = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
        return {**columns, "": sorted(made)}


def test_the_frozen_index_is_taken_over_or_rebuilt_and_all_its_documents_answer(index: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "新.txt").write_text(numbered(1), encoding="utf-8")
    report = build([tmp_path / "new"], index, BuildOptions(), silent)
    assert (report.documents, report.added, report.generation) == (4, 4 if is_rebuilt(report.notes) else 1, 4)
    assert verify(index) == []
    searcher = Searcher(index)
    for query, doc_id in (("夜间公交", BUS), ("口袋公园", PARK), ("应急物资储备", SUPPLIES)):
        assert [hit.doc_id for hit in searcher.search(query).hits][:1] == [doc_id]
    assert FAIR not in {hit.doc_id for hit in searcher.search("旧书市集").hits}  # removed before the index was frozen


def is_rebuilt(notes: tuple[str, ...]) -> bool:
    """Whether the report says so; where it does not, the old generation was taken over."""
    return any(note.startswith("原有索引不能沿用，已从档案库重建：") for note in notes)


def test_an_archive_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.sqlite"
    open_archive(path, writable=True).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    for writable in (False, True):
        with pytest.raises(FormatError, match=rf"格式版本是 99，本程序使用 {len(SQLITE)}。请用建立它的版本打开"):
            open_archive(path, writable=writable)


# Migrations of any database


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    first = "CREATE TABLE t (a); INSERT INTO t VALUES ('一;二')"
    database.open_migrated(tmp_path / "x", [first]).close()
    with pytest.raises(database.DatabaseError, match="no such table: missing"):
        database.open_migrated(tmp_path / "x", [first, "INSERT INTO t VALUES (2); DELETE FROM missing"])
    with closing(database.open_migrated(tmp_path / "x", [first])) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [("一;二",)]
    with closing(database.open_migrated(tmp_path / "x", [first, "INSERT INTO t VALUES (2)"])) as connection:
        assert len(connection.execute("SELECT a FROM t").fetchall()) == 2


def test_processes_that_migrate_at_once_take_each_step_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from indexer import database\n"
        "steps = ['CREATE TABLE t (a)', *(f'INSERT INTO t VALUES ({n})' for n in range(40))]\n"
        "database.open_migrated(Path(sys.argv[1]), steps).close()"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "x")]) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    with closing(sqlite3.connect(tmp_path / "x")) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [(n,) for n in range(40)]
        assert connection.execute("PRAGMA user_version").fetchone() == (41,)


def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no database" * 100)
    with pytest.raises(DafuError, match="已损坏"):
        database.open_migrated(tmp_path / "x", ["CREATE TABLE t (a)"])
