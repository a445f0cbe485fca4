"""`dafu index` and the watch over files that would take all memory, time or disk: a line each, and never again."""

import os
import resource
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from corpus.sources import find_files
from indexer.archive import open_archive
from indexer.build.importing import Imported, import_files
from indexer.paths import IndexPaths
from tests.conftest import indexed_ids, make_index, silent
from tests.sandbox.files import CONTENTS, SPARSE, sparse, write
from tests.test_watch import ROOT, Watching, documents, known

MINUTE = 60.0

SAID = {
    "共用.xlsx": "期望整个文件的文字不超过 5",
    "深.docx": "期望完好的 Word 文档",
    "压缩.docx": "不超过原大小 200 倍的文档",
    "错行.jsonl.gz": "另有 299000 处读不出，与上面的相仿，没有一一列出。",
    "长行.jsonl.gz": "期望一格不超过 1000 万字，实际有 12000000 个字符",
    "同页.pdf": "期望不超过 30 万字的 PDF",
    "流.pdf": "期望 2048 MB 内存以内能读完的文件，实际需要更多",
    "页.pdf": "期望",
    "深.html": "应有中文正文，实际只有 8 个汉字",
    "旧.xls": "期望完好的 Excel 或 WPS 表格",
    "大.txt": "期望不超过 200 MB 的文件，实际为 4096 MB",
    "大.csv": "期望不超过 200 MB 的文件，实际为 2048 MB",
    "大.docx": "期望不超过 200 MB 的文件，实际为 3072 MB",
    "空.csv": "期望 UTF-8、GB18030",
}


def imported(folder: Path, index: Path) -> Imported:
    """What the first step of a build does, without the rest."""
    index.mkdir(exist_ok=True)
    with closing(open_archive(IndexPaths(index).archive, writable=True)) as archive:
        return import_files(archive, find_files([folder]).files, [folder], prune=False, progress=silent)


def seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_each_harmful_file_is_a_line_and_is_remembered(letters: Path, tmp_path: Path) -> None:
    assert SAID.keys() == CONTENTS.keys() | SPARSE.keys()
    write(letters)
    found = imported(letters, tmp_path / "index")
    assert (found.counts["read"], found.counts["unreadable"]) == (3, len(SAID))
    said = {failure.path: failure.reason for failure in found.failures}
    for name, expected in SAID.items():
        assert said[name].startswith(f"{name}：")
        assert expected in said[name]
    for file in letters.iterdir():  # as a copy program leaves them: the same content at another time
        os.utime(file, (1, 1))
    before = seconds_of_children()
    again = imported(letters, tmp_path / "index")
    assert (again.counts["unchanged"], again.counts["unreadable"], again.failures) == (3, len(SAID), found.failures)
    assert seconds_of_children() == before, "no process was started to read them again"


def test_a_size_is_looked_at_before_the_content(letters: Path, tmp_path: Path) -> None:
    """Hashing 64 GB takes half a minute where it is fastest."""
    sparse(letters / "大.txt", b"", 64 << 30)
    before = time.process_time()
    found = imported(letters, tmp_path / "index")
    assert time.process_time() - before < 5
    assert [failure.reason for failure in found.failures] == [
        "大.txt：期望不超过 200 MB 的文件，实际为 65536 MB。请拆成几个文件。"
    ]


def test_the_command_indexes_what_is_beside_it(letters: Path, tmp_path: Path) -> None:
    (letters / "流.pdf").write_bytes(CONTENTS["流.pdf"]())
    (letters / "共用.xlsx").write_bytes(CONTENTS["共用.xlsx"]())
    index = tmp_path / "index"
    command = [sys.executable, ROOT / "dafu.py", "index", letters, "--into", index, "--encoder", "archive"]
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    assert len(indexed_ids(index)) == 3
    for name in ("流.pdf", "共用.xlsx"):
        assert (ran.stdout + ran.stderr).count(f"{name}：{SAID[name][:8]}") == 1


def test_the_watch_tries_a_harmful_file_once(letters: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    make_index(letters, index)
    watching = Watching(index, letters, "--every", "0.2", "--settle", "0.3")
    try:
        (letters / "流.pdf").write_bytes(CONTENTS["流.pdf"]())
        watching.until(lambda: "无法读取：流.pdf：期望 2048 MB" in watching.log, 10 * MINUTE)
        before = _seconds_of(watching.process.pid)
        os.utime(letters / "流.pdf", (1, 1))
        watching.until(lambda: known(index)[str(letters / "流.pdf")].mtime_ns == 10**9, 10 * MINUTE)
        assert _seconds_of(watching.process.pid) == before, "no process was started to read it again"
        assert watching.log.count("流.pdf") == 1
        assert documents(index) == 3
    finally:
        watching.stop()


def _seconds_of(pid: int) -> float:
    """Of computing, by the children of a process that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(autouse=True)
def _room(tmp_path: Path) -> None:
    """Sparse files take none, or the test is no test."""
    sparse(tmp_path / "sparse", b"", 4 << 30)
    assert (tmp_path / "sparse").stat().st_blocks * 512 < 1 << 20
    (tmp_path / "sparse").unlink()
