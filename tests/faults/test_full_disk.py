"""A disk that is full, at several sizes: a sentence, nothing lost, and all goes on once there is room."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from corpus.errors import DafuError
from indexer.upkeep.audit import AuditError, AuditLog, Event
from indexer.upkeep.audit import report as audit
from indexer.upkeep.backup import backup, restore
from indexer.upkeep.verify import verify
from search_api import feedback
from search_api.feedback import Verdict
from search_api.web.access.tokens import TokenStore
from search_api.web.app import create_app
from search_api.web.settings.sources import load_settings
from tests.conftest import make_index, silent
from tests.faults import processes
from tests.faults.archive import answers, change, leftovers, write_archive
from tests.faults.commands import Purge, command
from tests.faults.ledger import Ledger

Disk = Callable[[str], Path]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="挂载小磁盘要有 root 权限")

_ROOM = "64m"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small one of some size, or the same with another size."""
    place = tmp_path / "disk"

    def of_size(size: str) -> Path:
        how = f"remount,size={size}" if place.exists() else f"size={size}"
        place.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", place], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"不能挂载 tmpfs：{done.stderr.decode(errors='replace').strip()}")
        return place

    yield of_size
    subprocess.run(["umount", "-l", place], capture_output=True, check=False)


def kilobytes(folder: Path) -> int:
    return int(subprocess.run(["du", "-sk", folder], capture_output=True, check=True).stdout.split()[0])


def test_build(disk: Disk, ledger: Ledger, tmp_path: Path) -> None:
    letters = write_archive(tmp_path / "letters", 16)
    make_index(letters, tmp_path / "undisturbed")
    expected, whole = answers(tmp_path / "undisturbed"), kilobytes(tmp_path / "undisturbed")
    entry, refused = ledger.entry("建立索引时磁盘满"), 0
    for share in (0.02, 0.1, 0.25, 0.4, 0.6, 0.8, 0.95):
        index = disk(f"{max(int(whole * share), 8)}k") / "index"
        entry.times += 1
        try:
            make_index(letters, index)
        except DafuError as error:
            refused += 1
            entry.lost += [] if "磁盘空间不足" in str(error) else [str(error)]
            entry.lost += ["CURRENT"] if (index / "CURRENT").exists() else []
        disk(_ROOM)
        make_index(letters, index)
        entry.lost += [*verify(index), *leftovers(index)]
        if answers(index) != expected:
            entry.lost.append(f"{share}: other answers")
        shutil.rmtree(index)
    entry.note = f"{refused} 次空间不足，用一句话说明"
    assert refused >= 4
    assert entry.lost == []


def test_update(disk: Disk, ledger: Ledger, tmp_path: Path) -> None:
    letters, base = write_archive(tmp_path / "letters", 16), tmp_path / "base"
    make_index(letters, base)
    before, taken = answers(base), kilobytes(base)
    change(letters)
    shutil.copytree(base, tmp_path / "undisturbed")
    make_index(letters, tmp_path / "undisturbed", prune=True)
    after, more = answers(tmp_path / "undisturbed"), kilobytes(tmp_path / "undisturbed") - taken
    entry, refused = ledger.entry("更新索引时磁盘满"), 0
    for share in (0.02, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95):
        index = disk(_ROOM) / "index"
        shutil.copytree(base, index)
        disk(f"{kilobytes(index.parent) + max(int(more * share), 8)}k")
        entry.times += 1
        try:
            make_index(letters, index, prune=True)
        except DafuError as error:
            refused += 1
            entry.lost += [] if "磁盘空间不足" in str(error) else [str(error)]
            if answers(index) != before:
                entry.lost.append(f"{share}: other answers before there is room")
            entry.lost += verify(index)
        disk(_ROOM)
        make_index(letters, index, prune=True)
        entry.lost += [*verify(index), *leftovers(index)]
        if answers(index) != after:
            entry.lost.append(f"{share}: other answers")
        shutil.rmtree(index)
    entry.note = f"{refused} 次空间不足，用一句话说明"
    assert refused >= 4
    assert entry.lost == []


def _filled(place: Path, left: int) -> Path:
    """Fill a disk but for some bytes."""
    filler = place / "filler"
    room = os.statvfs(place)
    with filler.open("wb") as file:
        file.write(b"\0" * max(room.f_bavail * room.f_frsize - left, 0))
    return filler


def _verdict(rank: int) -> Verdict:
    fields = {"date": "2026-11-22", "generation": 1, "query": "补贴" * 100, "passage_id": "a#1", "rank": rank}
    return Verdict.model_validate({**fields, "useful": True})


def test_feedback(disk: Disk, ledger: Ledger) -> None:
    path, entry = disk("256k") / "users.sqlite", ledger.entry("写评价时磁盘满")
    feedback.keep(path, _verdict(1))
    filler, kept = _filled(path.parent, 65_536), 1
    for rank in range(2, 200):
        try:
            feedback.keep(path, _verdict(rank))
            kept += 1
        except DafuError as error:
            entry.times += bool(re.search("没有记下.*磁盘空间", str(error)))
    filler.unlink()
    feedback.keep(path, _verdict(100))
    lines = list(feedback.read(path))
    assert entry.times > 5
    entry.lost = [str(line) for line in lines if not isinstance(line, Verdict)]
    assert (len(lines), entry.lost) == (kept + 1, [])


def test_audit(disk: Disk, ledger: Ledger) -> None:
    folder, entry = disk("64k") / "audit", ledger.entry("写审计时磁盘满")
    folder.mkdir()
    filler, kept, damaged = _filled(folder.parent, 8_192), 0, list[str]()
    event = Event.model_validate(
        {"time": "2026-11-22T08:00:00+08:00", "user": "张三", "client": "本机", "action": "search", "status": 200,
         "query": "补贴" * 90}
    )  # fmt: skip
    for _ in range(40):
        try:
            AuditLog(folder).write(event)
            kept += 1
        except AuditError as error:
            entry.times += "磁盘" in str(error)
    filler.unlink()
    AuditLog(folder).write(event)
    events = list(audit.read(folder, damaged.append))
    assert entry.times > 5
    entry.note = f"一行被截断，读时跳过并说明 {len(damaged)} 次"
    assert len(damaged) <= 1
    assert events == [event] * (kept + 1)


def test_tokens(disk: Disk, ledger: Ledger) -> None:
    path, entry = disk("256k") / "users.sqlite", ledger.entry("写令牌时磁盘满")
    first = TokenStore(path).add("张三", ("内部",), frozenset(), None)
    filler = _filled(path.parent, 0)
    entry.times = 1
    with pytest.raises(DafuError, match="磁盘空间不足"):
        TokenStore(path).add("李四" * 20, tuple(f"范围{n}" for n in range(200)), frozenset(), None)
    assert TokenStore(path).user(first) is not None
    filler.unlink()
    second = TokenStore(path).add("李四", (), frozenset(), None)
    assert TokenStore(path).user(first) is not None
    assert TokenStore(path).user(second) is not None


def test_backup(disk: Disk, ledger: Ledger, tmp_path: Path) -> None:
    index, entry = tmp_path / "index", ledger.entry("备份时磁盘满")
    make_index(write_archive(tmp_path / "letters", 16), index)
    whole = disk(_ROOM) / "dafu.zip"
    backup(index, whole, silent)
    good, size = whole.read_bytes(), kilobytes(whole)
    for share in (0.05, 0.3, 0.6, 0.9):
        disk(f"{size + max(int(size * share), 8)}k")
        entry.times += 1
        with pytest.raises(DafuError, match="磁盘空间不足"):
            backup(index, whole, silent)
        assert whole.read_bytes() == good
        assert list(whole.parent.iterdir()) == [whole]
    disk(_ROOM)
    backup(index, whole, silent)
    restore(whole, tmp_path / "restored", silent)
    entry.lost = verify(tmp_path / "restored")
    assert answers(tmp_path / "restored") == answers(index)
    assert entry.lost == []


def test_purge(disk: Disk, ledger: Ledger, tmp_path: Path) -> None:
    at_work, entry = Purge(tmp_path / "at-work"), ledger.entry("清除时磁盘满")
    log, refused = tmp_path / "log", 0
    size = kilobytes(at_work.place)
    for share in (0.02, 0.1, 0.3, 0.6, 1.5):
        at_work.put_back()
        disk(_ROOM)
        moved = disk(_ROOM) / "index"
        shutil.copytree(at_work.index, moved)
        disk(f"{kilobytes(moved.parent) + max(int(size * share), 8)}k")
        entry.times += 1
        if processes.run(command, "purge", str(moved), "--now", log=log):
            refused += 1
            entry.lost += [] if "磁盘空间不足" in log.read_text(encoding="utf-8") else [log.read_text(encoding="utf-8")]
            entry.lost += verify(moved)
        disk(_ROOM)
        log.unlink()
        assert processes.run(command, "purge", str(moved), "--now", log=log) == 0, log.read_text(encoding="utf-8")
        shutil.rmtree(at_work.index)
        shutil.copytree(moved, at_work.index)
        entry.lost += at_work.faults(True)
        shutil.rmtree(moved)
    entry.note = f"{refused} 次空间不足，用一句话说明"
    assert refused >= 2
    assert entry.lost == []


def test_restore(disk: Disk, ledger: Ledger, tmp_path: Path) -> None:
    index, file, entry = tmp_path / "index", tmp_path / "dafu.zip", ledger.entry("恢复时磁盘满")
    make_index(write_archive(tmp_path / "letters", 16), index)
    backup(index, file, silent)
    whole = kilobytes(index)
    for share in (0.05, 0.2, 0.4, 0.6):
        folder = disk(f"{int(whole * share)}k") / "restored"
        entry.times += 1
        with pytest.raises(DafuError, match="磁盘空间不足"):
            restore(file, folder, silent)
        assert list(folder.parent.iterdir()) == []
    disk(_ROOM)
    restore(file, folder, silent)
    entry.lost = verify(folder)
    assert answers(folder) == answers(index)
    assert entry.lost == []


@pytest.mark.parametrize("size", [100, 3_000_000], ids=["in a file of ours", "in the form's own file"])
def test_temporary_files(
    disk: Disk, ledger: Ledger, tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full TMPDIR refuses an upload with a sentence; searches go on, and the next upload where there is room."""
    index, entry = tmp_path / "index", ledger.entry(f"上传 {size} 字节时临时文件夹满")
    make_index(write_archive(tmp_path / "letters", 6), index)
    place = disk("4m")
    monkeypatch.setattr("tempfile.tempdir", str(place))
    text = "关于长者食堂的提案\n一、建议增开窗口。\n".encode()
    sent = {"file": ("提案.txt", text + b"\n" * size, "text/plain")}
    app = create_app(index, load_settings(index=index))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        filler = _filled(place, 0)
        refused = client.post("/api/v1/match", files=sent)
        entry.times = 1
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:dafu:problem:machine")
        assert "磁盘空间不足" in refused.json()["detail"]
        assert client.get("/api/v1/search", params={"q": "长者食堂"}).json()["total"] > 0
        filler.unlink()
        assert client.post("/api/v1/match", files=sent).status_code == 200
        assert list(place.iterdir()) == []
