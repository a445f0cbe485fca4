"""Descriptors, addresses and connections to exhaustion: a sentence or a refusal, nothing lost, and all recovers."""

import os
import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.conftest import make_index
from tests.faults import processes
from tests.faults.archive import write_archive
from tests.faults.commands import COMMANDS, Command, Update
from tests.faults.conftest import ALL
from tests.faults.ledger import Ledger
from tests.faults.trials import Trial

_DESCRIPTORS = range(0, 40) if ALL else (4,)
_MEGABYTES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512) if ALL else (2,)
_WORKS = COMMANDS if ALL else (Update,)


def with_few_descriptors(more: int, work: processes.Work, *arguments: str) -> None:
    """A command that may open so many files more."""
    opened = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + more, opened + more))
    work(*arguments)


def with_little_memory(more: int, work: processes.Work, *arguments: str) -> None:
    """A command that may take so many megabytes of addresses more."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + (more << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    work(*arguments)


_STEPS = {"descriptors": (with_few_descriptors, _DESCRIPTORS), "memory": (with_little_memory, _MEGABYTES)}
_NAMES = {"descriptors": "打开的文件", "memory": "地址空间"}


@pytest.mark.parametrize("what", _STEPS)
@pytest.mark.parametrize("work", _WORKS)
def test_step_by_step(work: type[Command], what: str, ledger: Ledger, tmp_path: Path) -> None:
    """Whoever has enough is done; short of that the command says so."""
    limited, steps = _STEPS[what]
    trial = Trial(work(tmp_path), tmp_path, may_be_ended=what == "memory")
    entry = ledger.entry(f"{work.name}时{_NAMES[what]}只有一点")
    for more in steps:
        entry.times += 1
        entry.lost += [f"{more} more: {fault}" for fault in trial.faults(limited, more)]
    entry.note = trial.ends()
    assert "用一句话说明" in entry.note
    assert entry.lost == []


_OPEN_FILES = 128  # of a server; with an index open it has about forty
_CONNECTIONS = 200


def serve_with_few(index: Path, port: int) -> None:
    """`dafu serve` under `ulimit -n`."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    processes.serve(index, port)


@contextmanager
def idle_connections(port: int) -> Iterator[list[socket.socket]]:
    """As many as can be had, and silent."""
    with ExitStack() as stack:
        found = []
        for _ in range(_CONNECTIONS):
            try:
                connection = socket.create_connection(("127.0.0.1", port), timeout=2)
            except OSError:
                break
            found.append(stack.enter_context(closing(connection)))
        yield found


def test_connections_that_say_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """More than the server has descriptors: a newcomer is answered, and when they go, all is as before."""
    index, log, port = tmp_path / "index", tmp_path / "log", processes.free_port()
    make_index(write_archive(tmp_path / "letters", 6), index)
    process = processes.start(serve_with_few, index, port, log=log)
    entry = ledger.entry(f"{_CONNECTIONS} 个不说话的连接，只能打开 {_OPEN_FILES} 个文件")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            processes.wait_until_up(client, process)
            right = hits(client)
        with idle_connections(port) as held:
            entry.times = len(held)
            assert answer_to_a_newcomer(port) == right
        assert answer_to_a_newcomer(port) == right
    finally:
        process.kill()
        process.join()
    assert entry.times > _OPEN_FILES


def answer_to_a_newcomer(port: int) -> object:
    """What a search finds over a connection of its own."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
        return hits(client)


def hits(client: httpx.Client) -> object:
    """What a search finds."""
    return client.get("/api/v1/search", params={"q": "加装电梯", "k": 5}).json()["hits"]
