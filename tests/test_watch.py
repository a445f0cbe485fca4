"""The watch, as a process of its own: what it takes up, what it leaves alone, what it says, how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.sources import find_files
from indexer.archive import FileState, open_archive
from indexer.build.generation import Generation, current_number
from indexer.paths import IndexPaths
from indexer.upkeep.locks import exclusive
from indexer.upkeep.verify import verify
from indexer.upkeep.watch import Settling
from tests.conftest import make_index
from tests.letters import letter, numbered

ROOT = Path(__file__).resolve().parents[1]
_PATIENCE = 60.0  # seconds; a watch of these letters needs one or two


class Watching:
    """A watch that runs; `log` is what it has said."""

    def __init__(self, index: Path, *arguments: str | Path) -> None:
        self._index = index
        self._log = index.with_suffix(".log")
        command = [sys.executable, ROOT / "dafu.py", "watch", *arguments, "--into", index]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=log, stderr=log)

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, holds: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """Wait for a condition; what the watch said is the error where it never comes."""
        deadline = time.monotonic() + patience
        while not holds():
            assert self.process.poll() is None, f"the watch ended by itself:\n{self.log}"
            assert time.monotonic() < deadline, f"it never came; the watch said:\n{self.log}"
            time.sleep(0.05)

    def until_documents(self, count: int) -> None:
        self.until(lambda: documents(self._index) == count)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE)


def documents(index: Path) -> int:
    return len(titles(index))


def titles(index: Path) -> set[str]:
    if current_number(IndexPaths(index)) is None:
        return set()
    generation = Generation.open_current(index)
    try:
        return {entry.title or "" for entry in generation.engine.entries()}
    finally:
        generation.close()


Start = Callable[..., Watching]


@pytest.fixture
def start(letters: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a watch over the letters that looks often; it is killed where the test leaves it."""
    started: list[Watching] = []

    def start(*arguments: str, source: Path = letters) -> Watching:
        quick = ("--every", "0.2", "--settle", "0.3")
        started.append(Watching(tmp_path / "index", source, *quick, *arguments))
        return started[-1]

    yield start
    for watching in started:
        if watching.process.poll() is None:
            watching.process.kill()
        watching.process.wait()


def test_new_changed_and_removed_files_are_taken_up(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    watching = start()
    watching.until_documents(3)
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    watching.until_documents(4)
    changed = letters / "长者食堂.txt"
    changed.write_text(
        changed.read_text(encoding="utf-8").replace("《关于长者食堂", "《关于幸福食堂"), encoding="utf-8"
    )
    watching.until(lambda: any("幸福食堂" in title for title in titles(index)))
    (letters / "共享停车.txt").unlink()
    watching.until(lambda: "移除 1" in watching.log)
    assert documents(index) == 3
    assert not any("共享停车" in title for title in titles(index))
    assert watching.stop() == 0
    assert verify(index) == []
    assert [line for line in watching.log.splitlines() if "已建立第 1 代索引：答复 3 份" in line]
    assert "新增 1" in watching.log
    assert watching.log.splitlines()[-1].endswith("收到停止信号，已停止；索引完好。")


def test_nothing_is_built_while_nothing_changes(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    watching = start()
    watching.until(lambda: "索引已是最新：第 1 代，答复 3 份" in watching.log)
    for path in letters.iterdir():  # as a clock that was set back leaves them: older than they were
        os.utime(path, (1, 1))
    watching.until(lambda: all(state.mtime_ns == 10**9 for state in known(index).values()))
    assert current_number(IndexPaths(index)) == 1
    assert watching.stop(signal.SIGINT) == 0
    assert "已建立" not in watching.log


def known(index: Path) -> dict[str, FileState]:
    archive = open_archive(IndexPaths(index).archive)
    try:
        return archive.files()
    finally:
        archive.close()


def test_a_file_that_is_being_written_is_not_read(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    watching = start("--settle", "1.5")
    watching.until_documents(3)
    text = numbered(1).encode()
    growing = letters / "大文件.txt"
    for end in range(200, len(text), 60):  # a slow copy, which goes on for longer than the watch's looks are apart
        growing.write_bytes(text[:end])
        (letters / f"其他{end}.txt").write_text(numbered(end), encoding="utf-8")
        time.sleep(0.3)
        assert str(growing.resolve()) not in known(index)
    growing.write_bytes(text)
    watching.until(lambda: str(growing.resolve()) in known(index))
    assert known(index)[str(growing.resolve())].size == len(text)


@pytest.mark.parametrize("leaves", ["nothing", "an empty folder"])
def test_a_share_that_disappears_takes_no_letter_with_it(
    letters: Path, tmp_path: Path, start: Start, leaves: str
) -> None:
    watching = start()
    watching.until_documents(3)
    letters.rename(tmp_path / "unmounted")
    if leaves == "an empty folder":
        letters.mkdir()
    watching.until(lambda: "等它恢复，其中的答复都保留" in watching.log)
    (tmp_path / "unmounted" / "新.txt").write_text(letter(), encoding="utf-8")
    if letters.exists():
        letters.rmdir()
    (tmp_path / "unmounted").rename(letters)
    watching.until(lambda: "答复 4 份（新增 1，更新 0，移除 0）" in watching.log)
    assert watching.log.count("等它恢复") == 1  # once, not at every look


def test_most_files_gone_at_once_is_said_and_left_to_a_person(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    watching = start()
    watching.until_documents(3)
    for name in ("长者食堂.txt", "共享停车.txt"):
        (letters / name).unlink()
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    watching.until_documents(4)
    watching.until(lambda: "已知的 3 个文件中有 2 个同时不见了" in watching.log)
    assert "--prune" in watching.log
    assert make_index(letters, index, prune=True).documents == 2
    (letters / "又一份.txt").write_text(numbered(7), encoding="utf-8")
    watching.until_documents(3)


def test_another_writer_is_waited_for(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    with exclusive(IndexPaths(index).lock):
        watching = start()
        watching.until(lambda: "正在建立或更新此索引" in watching.log)
        (letters / "新.txt").write_text(letter(), encoding="utf-8")
    watching.until_documents(4)
    assert watching.log.count("正在建立或更新此索引") == 1


def test_an_update_that_fails_is_tried_again_after_longer_and_longer(
    letters: Path, tmp_path: Path, start: Start
) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    manifest = index / "generations" / "1" / "manifest.json"
    kept = manifest.read_bytes()
    manifest.write_text(json.dumps({**json.loads(kept), "format_version": 99}), encoding="utf-8")
    watching = start()
    watching.until(lambda: "更新失败（第 2 次），4 秒后再试" in watching.log)
    assert "更新失败（第 1 次），2 秒后再试" in watching.log
    assert "格式版本是 99" in watching.log
    manifest.write_bytes(kept)
    watching.until(lambda: "索引已是最新：第 1 代" in watching.log)


def test_killed_within_an_update_the_next_watch_completes_it(letters: Path, tmp_path: Path, start: Start) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    for i, number in enumerate((signal.SIGKILL, signal.SIGTERM)):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        watching = start()
        watching.until(lambda: (index / "generations" / ".building").exists())  # called at once
        watching.stop(number)
        assert verify(index) == []
    watching = start()
    watching.until_documents(5)
    assert verify(index) == []


def test_once_updates_and_ends(letters: Path, tmp_path: Path, start: Start) -> None:
    watching = start("--once")
    assert watching.process.wait(_PATIENCE) == 0, watching.log
    assert documents(tmp_path / "index") == 3
    shutil.rmtree(letters)
    failing = start("--once")
    assert failing.process.wait(_PATIENCE) == 1
    assert "错误：来源读不到" in failing.log


def test_files_below_a_folder_that_cannot_be_looked_into_are_not_gone(letters: Path, tmp_path: Path) -> None:
    looped = letters / "子文件夹"
    looped.mkdir()
    (looped / "新.txt").write_text(letter(), encoding="utf-8")
    index = tmp_path / "index"
    make_index(letters, index)
    shutil.rmtree(looped)
    looped.symlink_to(looped)  # root may look into any folder, but nobody into this one
    assert make_index(letters, index, prune=True).documents == 4


def test_settling_asks_no_clock_that_can_be_set(letters: Path) -> None:
    files = find_files([letters])
    settling = Settling(10)
    assert settling.look(files, {}, [letters], now=100).rests_in == 10
    path = letters / "长者食堂.txt"
    os.utime(path, (1, 1))  # touched by a machine whose clock is decades behind
    look = settling.look(files, {}, [letters], now=106)
    assert (look.changed, look.rests_in) == (0, 4)
    look = settling.look(files, {}, [letters], now=110)
    assert sorted(file.relative for file in look.found.files) == ["共享停车.txt", "加装电梯.txt"]
    assert [file.relative for file in look.found.skipped] == ["长者食堂.txt"]
    assert settling.look(files, {}, [letters], now=116).changed == 3


def test_a_scope_is_given_to_what_is_read(letters: Path, tmp_path: Path, start: Start) -> None:
    watching = start("--scope", "内部")
    watching.until_documents(3)
    generation = Generation.open_current(tmp_path / "index")
    assert {entry.scope for entry in generation.engine.entries()} == {"内部"}
    generation.close()
