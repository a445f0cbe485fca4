"""Generations of an index: refused, interrupted, kept while they are read, and dropped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.errors import DafuError
from indexer.build.generation import Generation
from indexer.build.update import BuildOptions, build
from indexer.upkeep.locks import claim, exclusive
from indexer.upkeep.verify import verify
from tests.conftest import indexed_ids, make_index, silent
from tests.letters import letter, numbered


def test_a_second_build_at_once_is_refused(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    with exclusive(index / ".lock"), pytest.raises(DafuError, match=r"另一个进程.*正在建立或更新此索引"):
        make_index(letters, index)
    assert len(indexed_ids(index)) == 3


def test_an_index_of_a_newer_format_is_refused(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    manifest = index / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format_version": 99}), "utf-8")
    for attempt in (lambda: Generation.open_current(index), lambda: make_index(letters, index)):
        with pytest.raises(DafuError, match=r"格式版本是 99，本程序使用 \d+。请用建立它的版本打开"):
            attempt()


def test_an_index_of_an_older_format_is_rebuilt_from_the_archive(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    manifest = index / "generations" / "1" / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text(encoding="utf-8")), "format_version": 1}), "utf-8")
    with pytest.raises(DafuError, match=r"（格式 1，本程序使用 \d+）。请重新运行 dafu index，它会从档案库重建"):
        Generation.open_current(index)
    report = make_index(letters, index)
    assert (report.built, report.files_read, report.documents) == (True, 0, 3)
    assert "（格式 1，" in report.notes[0]
    assert verify(index) == []


def test_a_full_disk_is_a_sentence_and_the_old_index_answers(letters: Path, tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)], capture_output=True)
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        make_index(letters, mount / "index")
        for i in range(300):
            (letters / f"{i}.txt").write_text(
                numbered(i).replace("覆盖", "食堂补贴与电梯改造。" * 60), encoding="utf-8"
            )
        with pytest.raises(DafuError, match="磁盘空间不足"):
            make_index(letters, mount / "index")
        assert len(indexed_ids(mount / "index")) == 3
        assert verify(mount / "index") == []
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_killed_at_any_moment_the_old_index_answers_and_the_next_run_completes(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    command = [sys.executable, "-m", "dafu", "index", str(letters), "--into", str(index)]
    for i, delay in enumerate((0.3, 0.7, 1.0, 1.3, 1.6)):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert verify(index) == []
        assert len(indexed_ids(index)) >= 3
    assert make_index(letters, index).documents == 3 + 5
    assert verify(index) == []
    assert not (index / "generations" / ".building").exists()


def test_few_generations_are_kept(letters: Path, tmp_path: Path) -> None:
    for i in range(4):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        make_index(letters, tmp_path / "index")
    assert sorted(p.name for p in (tmp_path / "index" / "generations").iterdir()) == ["3", "4"]


def test_a_generation_that_is_read_stays_until_it_is_not(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    reader = Generation.open_current(index)
    for i in range(3):
        (letters / f"新{i}.txt").write_text(numbered(i), encoding="utf-8")
        make_index(letters, index)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["1", "3", "4"]
    assert len(reader.engine.containing("长者食堂")) > 0
    reader.close()
    make_index(letters, index)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["3", "4"]


def test_a_reader_that_was_killed_holds_nothing(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    opening = f"reader = Generation.open_current(Path({str(index)!r}))"
    modules = "import time; from pathlib import Path; from indexer.build.generation import Generation"
    reading = f"{modules}; {opening}; print('open', flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", reading], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        (letters / "新.txt").write_text(letter(), encoding="utf-8")
        build([letters], index, BuildOptions(keep=1), silent)
        assert sorted(p.name for p in (index / "generations").iterdir()) == ["1", "2"]
    finally:
        process.kill()
        process.communicate()
    build([letters], index, BuildOptions(keep=1), silent)
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["2"]


def test_a_folder_that_cannot_be_written_to_is_read_without_a_claim(tmp_path: Path) -> None:
    assert claim(tmp_path / "nowhere" / "readers.lock") is None


def test_an_update_takes_over_the_files_that_stay_as_they_are(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    (letters / "新.txt").write_text(letter(), encoding="utf-8")
    make_index(letters, index)
    old, new = (index / "generations" / number for number in ("1", "2"))
    encoder = [p.relative_to(old) for p in (old / "encoder").rglob("*") if p.is_file()]
    assert all((old / name).samefile(new / name) for name in encoder)
    assert len(encoder) > 3
    assert verify(index) == []
