"""The process that reads an uploaded file: its time, its number, its limits and its end."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest

from search_api.web.uploads import sandbox
from tests.hostile.files import ASK, plain_word, slow_pdf

T = TypeVar("T")
NO_TIME = sandbox.LIMITS._replace(seconds=0)


def children() -> set[int]:
    """The processes that this one has started and that still run, whichever thread started them."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found.update(map(int, (task / "children").read_text().split()))
    return found


def test_a_file_that_takes_too_long_is_given_up_and_its_process_is_gone() -> None:
    before = children()
    with pytest.raises(
        sandbox.UnreadableUploadError, match=r"慢\.pdf：期望 2 秒内能读完的文件，实际没有读完。请另存为"
    ):
        sandbox.text_in(slow_pdf(), "慢.pdf", sandbox.LIMITS._replace(seconds=2))
    assert children() <= before


def test_few_files_are_read_at_once(tmp_path: Path) -> None:
    before, most, data = children(), 0, plain_word(ASK * 2000)
    threads = [threading.Thread(target=sandbox.text_in, args=(data, "a.docx")) for _ in range(5)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, len(children() - before))
        time.sleep(0.01)
    assert most == 2


def test_a_file_that_a_page_sends_twice_is_read_once() -> None:
    """The second time it may take no time at all."""
    data = plain_word("请在河边建步道。")
    assert sandbox.text_in(data, "a.docx") == sandbox.text_in(data, "a.docx", NO_TIME)
    with pytest.raises(sandbox.UnreadableUploadError):
        sandbox.text_in(data, "b.docx", NO_TIME)


PARENT = """
import sys
from search_api.web.uploads import sandbox
sandbox.text_in(open(sys.argv[1], "rb").read(), "a.pdf")
"""


def test_the_process_dies_with_the_server(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(slow_pdf())
    server = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "a.pdf")])
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    reading = _awaited(lambda: [pid for pid in listed.read_text().split() if _stopped_by_parent(pid)])
    server.kill()
    server.wait()
    _awaited(lambda: not Path(f"/proc/{reading[0]}/cmdline").exists())


def _stopped_by_parent(pid: str) -> bool:
    """Whether it has come as far as its limits: those are set first."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    return str(sandbox.LIMITS.memory) in limits


def _awaited(condition: Callable[[], T]) -> T:
    for _ in range(1000):
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("nothing came of it in 20 seconds")
