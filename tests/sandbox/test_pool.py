"""Many files in a few processes: their order, and that a file which ends its process takes no other with it."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from corpus.sandbox import READING, Limits, Reading, Request, SandboxError, read_files
from corpus.sandbox.process import Worker
from tests.hostile.files import slow_pdf
from tests.letters import numbered
from tests.sandbox.files import crowded_json, nested_forms, packed_stream
from tests.test_upload_process import children

TIGHT = READING._replace(memory=400 << 20)


def saved(folder: Path, *names: str) -> list[Request]:
    """Letters, but for the names of files that do harm."""
    harmful = {"流.pdf": packed_stream, "列表.jsonl.gz": crowded_json, "套.pdf": nested_forms, "慢.pdf": slow_pdf}
    for number, name in enumerate(names):
        content = harmful[name]() if name in harmful else numbered(number).encode()
        (folder / name).write_bytes(content)
    return [Request(folder / name, name) for name in names]


def readings(requests: Sequence[Request], limits: Limits) -> dict[str, Reading]:
    tasks = [(request.relative, request) for request in requests]
    found = list(read_files(tasks, limits))
    assert [name for name, _ in found] == [name for name, _ in tasks]
    return {name: reading for name, reading in found if reading}


def test_files_come_in_their_order_with_those_that_need_no_reading(tmp_path: Path) -> None:
    requests = saved(tmp_path, *[f"{n}.txt" for n in range(300)])
    tasks = [(n, None if n % 7 == 0 else request) for n, request in enumerate(requests)]
    found = list(read_files(iter(tasks), READING))
    assert [n for n, _ in found] == list(range(300))
    for n, reading in found:
        assert (reading is None) == (n % 7 == 0)
        assert reading is None or reading.documents[0].source.path == f"{n}.txt"


def test_a_file_that_ends_its_process_costs_only_itself(tmp_path: Path) -> None:
    names = ("a.txt", "流.pdf", "b.txt", "列表.jsonl.gz", "套.pdf", "c.txt")
    found = readings(saved(tmp_path, *names), TIGHT)
    assert [name for name in names if found[name].documents] == ["a.txt", "b.txt", "c.txt"]
    for name in ("流.pdf", "列表.jsonl.gz", "套.pdf"):
        assert found[name] == Reading(
            errors=(
                f"{name}：期望 400 MB 内存以内能读完的文件，实际需要更多，或者已损坏到无法读取。"
                "请用原来的程序打开确认，另存为新文件，或者拆成几个文件。",
            ),
            fault="memory",
        )


def test_a_file_that_never_ends_costs_its_own_time_once(tmp_path: Path) -> None:
    limits, start = READING._replace(seconds=5), time.monotonic()
    found = readings(saved(tmp_path, "a.txt", "慢.pdf", "b.txt"), limits)
    assert time.monotonic() - start >= 5
    assert [reading.fault for reading in found.values()] == [None, "slow", None]
    assert found["慢.pdf"].errors[0].startswith("慢.pdf：期望 5 秒内能读完的文件，实际没有读完。请用原来的程序")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_somebody_ends_is_followed_by_a_fresh_one(tmp_path: Path, number: int) -> None:
    """The file in hand is no first one, so it is read again, and nothing is said of it."""
    before, ended = children(), []

    def tasks() -> Iterator[tuple[str, Request]]:
        for request in saved(tmp_path, *[f"{n}.txt" for n in range(400)]):
            yield request.relative, request

    for position, (_, reading) in enumerate(read_files(tasks(), READING)):
        if position == 40:
            ended = sorted(children() - before)
            for pid in ended:
                os.kill(pid, number)
        assert reading
        assert reading.documents, reading.errors
    assert ended
    assert children() <= before


def test_nothing_runs_on_when_the_files_are_given_up(tmp_path: Path) -> None:
    before = children()
    requests = saved(tmp_path, *[f"{n}.txt" for n in range(400)])
    found = read_files(((request.relative, request) for request in requests), READING)
    next(found)
    assert children() - before
    del found  # as an interrupted import leaves it
    assert children() <= before


FOREIGN = """
import sys, time
sys.stdout.write("R\\n"); sys.stdout.flush()
sys.stdin.readline()
sys.stdout.write(sys.argv[1]); sys.stdout.flush()
time.sleep(60)
"""


@pytest.mark.parametrize("said", ["no JSON\n", 'D{"doc_id": 1}\n', "E[\n", "T\n", "." * 5000])
def test_what_a_captured_process_says_is_no_document(
    tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that makes the process its own can print what it likes, in any length."""
    monkeypatch.setattr("corpus.sandbox.process._OPTIONS", ("-c", FOREIGN, said))
    (reading,) = Worker(READING._replace(answer=1000, seconds=5)).read([Request(tmp_path / "a", "a")])
    assert reading.documents == ()
    assert reading.fault in ("memory", "long")


def test_a_fault_of_the_disk_is_no_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would bring a file back that is remembered as unreadable when the disk works again."""
    monkeypatch.setattr("corpus.sandbox.process._OPTIONS", ("-c", FOREIGN, 'O[5, "Input/output error"]\n'))
    with pytest.raises(SandboxError, match="a：期望能读的磁盘和完整的程序库，实际出错（Input/output error，错误号 5）"):
        list(read_files([(1, Request(tmp_path / "a", "a"))], READING))
