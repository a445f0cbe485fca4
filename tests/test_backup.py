"""A backup and its restoration: whole, as at one moment, and nothing put in place of what is not sound."""

import os
import re
import shlex
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer.archive import open_archive
from indexer.snapshot import open_index
from indexer.upkeep.backup import backup, restore
from indexer.upkeep.verify import verify
from search_api.web.access.tokens import TokenStore
from tests.conftest import make_index, silent
from tests.letters import numbered
from tests.test_cli import dafu


@pytest.fixture
def index(letters: Path, tmp_path: Path) -> Path:
    make_index(letters, tmp_path / "index")
    return tmp_path / "index"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below that a backup holds, except for databases, which SQLite copies."""
    files = (path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: path.read_bytes()
        for name, path in names.items()
        if not name.startswith(("archive.sqlite", "users.sqlite")) and not name.endswith(".lock") and name != ".lock"
    }


def test_there_and_back(index: Path, tmp_path: Path) -> None:
    secret = TokenStore(index / "users.sqlite").add("张三", (), frozenset(), None)
    (index / "tokens.json.migrated").write_text("[]", encoding="utf-8")
    (index / "tokens.json.migrated").chmod(0o600)
    (index / "feedback.jsonl").write_text("{}\n", encoding="utf-8")
    (index / "audit").mkdir()
    (index / "audit" / "audit.jsonl").write_text("{}\n", encoding="utf-8")
    saved = backup(index, tmp_path / "backup.zip", silent)
    assert (saved.generation, saved.documents) == (1, 3)
    assert (tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600
    assert restore(tmp_path / "backup.zip", tmp_path / "new" / "index", silent) == saved.files
    restored = tmp_path / "new" / "index"
    assert contents(restored) == contents(index)
    assert (restored / "tokens.json.migrated").stat().st_mode & 0o777 == 0o600
    assert (restored / "users.sqlite").stat().st_mode & 0o777 == 0o600
    assert TokenStore(restored / "users.sqlite").user(secret) is not None
    assert verify(restored) == []
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["index"]


def test_an_index_restored_goes_on_being_updated(index: Path, letters: Path, tmp_path: Path) -> None:
    (letters / "新.txt").write_text(numbered(1), encoding="utf-8")
    make_index(letters, index)
    backup(index, tmp_path / "backup.zip", silent)
    restore(tmp_path / "backup.zip", tmp_path / "restored", silent)
    report = make_index(letters, tmp_path / "restored")
    assert (report.built, report.files_read, report.documents) == (False, 0, 4)
    assert sorted(p.name for p in (tmp_path / "restored" / "generations").iterdir()) == ["2"]


def test_a_backup_taken_while_updates_go_on_is_of_one_moment(index: Path, letters: Path, tmp_path: Path) -> None:
    is_over = threading.Event()

    def update() -> None:
        for i in range(4):
            (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
            make_index(letters, index)
        is_over.set()

    writer = threading.Thread(target=update)
    writer.start()
    try:
        taken = 0
        while not is_over.is_set():
            backup(index, tmp_path / f"{taken}.zip", silent)
            taken += 1
    finally:
        writer.join()
    for i in range(taken):
        restore(tmp_path / f"{i}.zip", tmp_path / f"restored-{i}", silent)
        assert verify(tmp_path / f"restored-{i}") == []
    assert taken > 1


def test_what_sqlite_has_not_yet_put_in_its_file_is_in_the_backup(index: Path, tmp_path: Path) -> None:
    archive = open_archive(index / "archive.sqlite", writable=True)
    with archive.transaction():
        archive.set_scope("/来源", "内部")
    backup(index, tmp_path / "backup.zip", silent)
    archive.close()
    restore(tmp_path / "backup.zip", tmp_path / "restored", silent)
    restored = open_archive(tmp_path / "restored" / "archive.sqlite")
    assert restored.scopes() == {"/来源": "内部"}
    restored.close()


def test_a_backup_replaces_the_one_before_only_when_it_is_whole(index: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups" / "dafu.zip"
    target.parent.mkdir()
    target.write_bytes(b"the one before")
    vectors = index / "generations" / "1" / "vectors.faiss"
    vectors.write_bytes(b"")
    with pytest.raises(DafuError):
        backup(index, target, silent)
    assert (target.read_bytes(), os.listdir(target.parent)) == (b"the one before", ["dafu.zip"])


_HOLDS = """
import sys, time
from pathlib import Path
from indexer.upkeep.backup import backup

def hold(step, done, total):
    print(step, flush=True)
    time.sleep(60)

backup(Path(sys.argv[1]), Path(sys.argv[2]), hold)
"""


def at_work(index: Path, target: Path) -> subprocess.Popen[str]:
    """A process that has begun a backup, and does not end by itself."""
    ran = [sys.executable, "-c", _HOLDS, str(index), str(target)]
    process = subprocess.Popen(ran, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "备份\n"
    return process


def test_what_a_killed_backup_left_is_cleared_by_the_next_one(index: Path, tmp_path: Path) -> None:
    """The next one has another name: that of its day. What another backup is at work in stays."""
    (place := tmp_path / "backups").mkdir()
    for day in (1, 2):
        with at_work(index, place / f"dafu-2025-03-0{day}.zip") as killed:
            killed.kill()
        [left] = place.iterdir()
        assert left.name.startswith(".dafu-backup.")
        if day == 1:
            (left / "of the first").touch()
    with at_work(index, place / "dafu-2025-03-03.zip") as working:
        [its_own] = place.iterdir()
        backup(index, place / "dafu-2025-03-04.zip", silent)
        assert {path.name for path in place.iterdir()} == {its_own.name, "dafu-2025-03-04.zip"}
        working.kill()
    backup(index, place / "dafu-2025-03-05.zip", silent)
    assert {path.name for path in place.iterdir()} == {"dafu-2025-03-04.zip", "dafu-2025-03-05.zip"}


def test_the_rotation_takes_what_killed_backups_left_too(tmp_path: Path) -> None:
    """The line of the unit, on a folder of our own."""
    unit = Path(__file__).resolve().parents[1] / "ops" / "systemd" / "dafu-backup.service"
    [line] = re.findall(r"(?m)^ExecStartPost=(.*)$", unit.read_text("utf-8"))
    old = ["dafu-2025-01-01.zip", ".dafu-2025-01-01.zip.x1y2z3a4", ".dafu-backup.a1b2c3d4"]
    young = ["dafu-2025-03-01.zip", ".dafu-backup.e5f6g7h8"]
    for name in [*old, *young, "other.zip"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "archive.sqlite").touch()
    for name in [*old, "other.zip"]:
        os.utime(tmp_path / name, (0, 0))
    words = shlex.split(line.replace("/var/backups/dafu", str(tmp_path)))
    subprocess.run(words, check=True)
    assert {path.name for path in tmp_path.iterdir()} == {*young, "other.zip"}


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("index/b.zip", "在索引文件夹里面"), ("nowhere/b.zip", "不存在"), ("index", "是一个文件夹")],
)
def test_where_a_backup_cannot_go(index: Path, tmp_path: Path, target: str, sentence: str) -> None:
    with pytest.raises(DafuError, match=sentence):
        backup(index, tmp_path / target, silent)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def something_else(path: Path) -> None:
    path.write_bytes(b"letters")


def flipped(path: Path) -> None:
    with zipfile.ZipFile(path) as zipped:
        largest = max(zipped.infolist(), key=lambda entry: entry.compress_size)
    data = bytearray(path.read_bytes())
    data[largest.header_offset + largest.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def rewritten(
    change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None
) -> Callable[[Path], None]:
    """A backup that somebody packed anew; an entry for which `change` gives None is left out."""

    def damage(path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            entries = {entry.filename: old.read(entry) for entry in old.infolist()}
        with zipfile.ZipFile(path, "w") as new:
            for name, data in entries.items():
                if (changed := change(name, data)) is not None:
                    new.writestr(name, changed)
            for name, data in (extra or {}).items():
                new.writestr(name, data)

    return damage


def same(name: str, data: bytes) -> bytes:
    return data


def linked(path: Path) -> None:
    link = zipfile.ZipInfo("audit")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(link, "/etc")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut short": (cut, "不完整或已损坏"),
    "a byte changed": (flipped, "不完整或已损坏"),
    "no backup at all": (something_else, "不完整或已损坏"),
    "a file changed": (rewritten(lambda n, d: d + b" " if n == "CURRENT" else d), "CURRENT 与清单的校验和不符"),
    "a file missing": (rewritten(lambda n, d: None if n == "CURRENT" else d), "CURRENT 只在清单和文件之一里有"),
    "no list": (rewritten(lambda n, d: None if n == "dafu-backup.json" else d), "没有完好的清单"),
    "a file too many": (rewritten(same, {"extra": b""}), "extra 只在清单和文件之一里有"),
    "upwards": (rewritten(same, {"../extra": b""}), "不该有的条目"),
    "upwards within": (rewritten(same, {"generations/../../extra": b""}), "不该有的条目"),
    "absolute": (rewritten(same, {"/tmp/extra": b""}), "不该有的条目"),
    "another drive": (rewritten(same, {"C:\\extra": b""}), "不该有的条目"),
    "a link": (linked, "不该有的条目"),
}


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES.values(), ids=DAMAGES)
def test_nothing_is_restored_from_a_backup_that_is_not_sound(
    index: Path, tmp_path: Path, damage: Callable[[Path], None], sentence: str
) -> None:
    file = tmp_path / "backup.zip"
    backup(index, file, silent)
    damage(file)
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(DafuError, match=sentence):
        restore(file, tmp_path / "restored", silent)
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_folder_with_anything_in_it_is_no_place_for_a_restoration(index: Path, tmp_path: Path) -> None:
    backup(index, tmp_path / "backup.zip", silent)
    with pytest.raises(DafuError, match="不是空文件夹"):
        restore(tmp_path / "backup.zip", index, silent)
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "backup.zip", tmp_path / "empty", silent)
    assert verify(tmp_path / "empty") == []


def test_the_commands(index: Path, tmp_path: Path) -> None:
    made = dafu("backup", index, tmp_path / "b.zip")
    assert (made.returncode, "已备份第 1 代索引：答复 3 份" in made.stdout) == (0, True), made.stderr
    back = dafu("restore", tmp_path / "b.zip", tmp_path / "restored")
    assert (back.returncode, "检查完好" in back.stdout) == (0, True), back.stderr
    again = dafu("restore", tmp_path / "b.zip", tmp_path / "restored")
    assert (again.returncode, "不是空文件夹" in again.stderr) == (1, True)
    assert len(open_index(tmp_path / "restored").engine.entries()) == 3
