"""Two writers, clocks that are set, sources that go away."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from corpus.errors import DafuError
from corpus.sources import SourceFile, find_files
from indexer.build.update import BuildOptions, update
from indexer.upkeep.verify import verify
from search_api.searcher import Searcher
from tests.conftest import make_index, silent
from tests.faults import processes
from tests.faults.archive import answers, change, leftovers, wait_for, write_archive, write_letter
from tests.faults.conftest import ALL
from tests.faults.ledger import Ledger

_CAN_MOUNT = os.geteuid() == 0 and subprocess.run(["mount", "--help"], capture_output=True, check=False).returncode == 0


def test_of_ten_writers_one_writes(ledger: Ledger, tmp_path: Path) -> None:
    letters, index = write_archive(tmp_path / "letters", 8), tmp_path / "index"
    make_index(letters, index)
    change(letters)
    writers = 10 if ALL else 3
    logs = [tmp_path / f"log{n}" for n in range(writers)]
    processes.run(processes.index, letters, tmp_path / "warm", log=tmp_path / "log")
    running = [processes.start(processes.index, letters, index, True, log=log) for log in logs]
    for process in running:
        process.join()
    entry = ledger.entry("几个进程同时更新")
    entry.times = writers
    codes = [process.exitcode for process in running]
    refused = [log.read_text(encoding="utf-8") for log, code in zip(logs, codes, strict=True) if code]
    assert codes.count(0) >= 1  # who comes when another has finished finds nothing to do
    assert all("正在建立或更新此索引" in sentence and "进程号" in sentence for sentence in refused), refused
    entry.note = f"{codes.count(0)} 个完成，{len(refused)} 个被一句话拒绝"
    entry.lost = verify(index) + leftovers(index)
    make_index(letters, tmp_path / "fresh")
    assert answers(index)["letters"] == answers(tmp_path / "fresh")["letters"]
    assert entry.lost == []


@pytest.mark.parametrize("days", [-3650, 3650])
def test_a_clock_that_was_wrong_orders_nothing(days: int, ledger: Ledger, tmp_path: Path) -> None:
    """Stamps of ten years ago or ahead, on the sources and on every file of the index, change nothing."""
    letters, index = write_archive(tmp_path / "letters", 8), tmp_path / "index"
    make_index(letters, index)
    stamp = time.time() + days * 86_400
    for path in [*index.rglob("*"), *letters.iterdir()]:
        os.utime(path, (stamp, stamp))
    searcher = Searcher(index)
    before = searcher.snapshot.number
    change(letters)
    for path in letters.iterdir():
        os.utime(path, (stamp - 60, stamp - 60))  # what is new is older than what is there
    report = make_index(letters, index, prune=True)
    assert (report.added, report.changed, report.removed) == (2, 1, 1)
    assert searcher.snapshot.number == report.generation == before + 1
    make_index(letters, tmp_path / "fresh")
    assert answers(index)["letters"] == answers(tmp_path / "fresh")["letters"]
    entry = ledger.entry(f"时钟差 {days:+} 天")
    entry.times, entry.lost = 1, verify(index)
    assert entry.lost == []


def test_a_file_that_vanishes_between_listing_and_reading(ledger: Ledger, tmp_path: Path) -> None:
    letters, index = write_archive(tmp_path / "letters", 8), tmp_path / "index"
    make_index(letters, index)
    before = answers(index)["letters"]
    write_letter(letters, 50)
    write_letter(letters, 3, told="改过。")
    found = find_files([letters])
    for name in ("050.txt", "003.txt"):
        (letters / name).unlink()
    report = update(found, [letters], index, BuildOptions(prune=True), silent)
    assert {Path(failure.path).name for failure in report.failures} == {"050.txt", "003.txt"}
    assert all("不见了" in failure.reason for failure in report.failures)
    entry = ledger.entry("文件在列出之后、读取之前消失")
    entry.times, entry.lost = 2, verify(index)
    assert answers(index)["letters"] == before
    assert entry.lost == []


@pytest.mark.parametrize("way", ["renamed", "emptied", "unmounted"])
def test_a_source_that_goes_away_takes_nothing_along(way: str, ledger: Ledger, tmp_path: Path) -> None:
    if way == "unmounted" and not _CAN_MOUNT:
        pytest.skip("挂载要有 root 权限")
    letters, index, log = tmp_path / "share", tmp_path / "index", tmp_path / "log"
    letters.mkdir()
    if way == "unmounted":
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", letters], check=True)
    try:
        write_archive(letters, 8)
        make_index(letters, index)
        before = answers(index)
        watching = processes.start(processes.watch, letters, index, log=log)
        wait_for(lambda: "索引已是最新" in log.read_text(encoding="utf-8"))
        _take_away(way, letters, tmp_path)
        wait_for(lambda: "等它恢复" in log.read_text(encoding="utf-8"))
        with pytest.raises(DafuError):
            make_index(letters, index, prune=True)
        assert answers(index) == before
        _bring_back(way, letters, tmp_path)
        write_letter(letters, 60)
        wait_for(lambda: len(answers(index)["letters"]) == 9)
        assert before["letters"].items() <= answers(index)["letters"].items()
        assert processes.killed(watching, 0)
    finally:
        subprocess.run(["umount", letters], capture_output=True, check=False)
    entry = ledger.entry({"renamed": "来源改名", "emptied": "来源变空", "unmounted": "来源的共享卸载"}[way])
    entry.times, entry.lost = 1, verify(index)
    assert entry.lost == []


def _take_away(way: str, letters: Path, tmp_path: Path) -> None:
    if way == "renamed":
        letters.rename(tmp_path / "elsewhere")
        return
    shutil.copytree(letters, tmp_path / "elsewhere")
    if way == "unmounted":
        subprocess.run(["umount", "-l", letters], check=True)
    else:
        for path in letters.iterdir():
            path.unlink()


def _bring_back(way: str, letters: Path, tmp_path: Path) -> None:
    if way == "renamed":
        (tmp_path / "elsewhere").rename(letters)
    else:
        shutil.copytree(tmp_path / "elsewhere", letters, dirs_exist_ok=True)


@pytest.mark.skipif(not ALL, reason="make faults")
def test_a_source_that_goes_away_while_it_is_read(ledger: Ledger, tmp_path: Path) -> None:
    """Renamed at some moment of an update with --prune: what was there before stays or is as it was read."""
    letters, base, log = write_archive(tmp_path / "letters", 16), tmp_path / "base", tmp_path / "log"
    make_index(letters, base)
    before = answers(base)["letters"]
    for number in range(16):
        write_letter(letters, number, told="改过。")
    entry = ledger.entry("读取时来源被移走（--prune）")
    for step in range(12):
        index = tmp_path / "index"
        shutil.rmtree(index, ignore_errors=True)
        shutil.copytree(base, index)
        process = processes.start(processes.index, letters, index, True, log=log)
        process.join(0.03 * step)
        letters.rename(tmp_path / "elsewhere")
        process.join()
        (tmp_path / "elsewhere").rename(letters)
        entry.times += 1
        entry.lost += [*verify(index), *sorted(before.keys() - answers(index)["letters"].keys())]
    assert entry.lost == []


def test_listing_is_by_name_not_by_time(tmp_path: Path) -> None:
    letters = write_archive(tmp_path / "letters", 4)
    for n, path in enumerate(sorted(letters.iterdir(), reverse=True)):
        os.utime(path, (n, n))

    def names() -> list[str]:
        return [Path(file.relative).name for file in find_files([letters]).files if isinstance(file, SourceFile)]

    assert names() == sorted(names())
