"""Work of dafu's in processes of their own, which can be killed, forked from one that has imported everything."""

import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2 as httpx

from corpus.errors import DafuError
from indexer.build.update import BuildOptions, build
from indexer.upkeep.watch import Watch, WatchOptions
from tests.conftest import silent
from tests.faults import failing
from tests.letters import SAMPLE

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["tests.faults.preloaded"])

Work = Callable[..., None]

_PATIENCE_S = 300  # until a process that is not killed must have ended: a busy machine takes its time


def start(work: Work, *arguments: object, log: Path) -> ForkServerProcess:
    """A process that does the work; what it says, and the sentence that it ends with, is added to `log`."""
    log.touch()
    with failing.preloaded():
        forkserver.ensure_running()
    process = _FORKED.Process(target=_logged, args=(log, work, arguments))
    process.start()
    return process


def run(work: Work, *arguments: object, log: Path) -> int | None:
    """The same to its end: the exit code."""
    process = start(work, *arguments, log=log)
    process.join(_PATIENCE_S)
    assert process.exitcode is not None, f"{work.__name__} hangs: {log.read_text(encoding='utf-8')}"
    return process.exitcode


def duration(work: Work, *arguments: object, log: Path) -> float:
    """Seconds that the work takes undisturbed, its process included."""
    started = time.monotonic()
    assert run(work, *arguments, log=log) == 0, log.read_text(encoding="utf-8")
    return time.monotonic() - started


def killed(process: ForkServerProcess, after: float) -> bool:
    """Kill -9 after so many seconds; whether it still ran."""
    process.join(after)
    was_running = process.exitcode is None
    process.kill()
    process.join()
    return was_running


def killed_at_work(begin: Callable[[], ForkServerProcess], after: float) -> float:
    """The same of work that is begun again, and killed sooner, until it was not done by then; when that was."""
    while not killed(begin(), after):
        after *= 0.8
    return after


def index(source: Path, into: Path, prune: bool = False) -> None:
    """`dafu index`."""
    build([source], into, BuildOptions(prune=prune), silent)


def watch(source: Path, into: Path) -> None:
    """`dafu watch`, looking all the time."""
    options = WatchOptions(every=0.02, settle=0.02, once=False, retention_days=None, build=BuildOptions())
    Watch([source], into, options, lambda sentence: print(sentence, flush=True)).run()  # noqa: T201  # into the log


def serve(index: Path, port: int) -> None:
    """`dafu serve`."""
    from search_api.web import server
    from search_api.web.settings.sources import load_settings

    server.serve(load_settings(index=index, port=port))


@contextmanager
def serving(index: Path, log: Path) -> Iterator[tuple[ForkServerProcess, httpx.Client]]:
    """A server's process and a client of it, once it answers."""
    port = free_port()
    process = start(serve, index, port, log=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            wait_until_up(client, process)
            yield process, client
    finally:
        process.kill()
        process.join()


def wait_until_up(client: httpx.Client, process: ForkServerProcess) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            client.get("/healthz")
        except httpx.TransportError:
            assert process.exitcode is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.02)
        else:
            return


def wait_for_server(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    """The same of `dafu serve` itself, until it can answer searches."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert server.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


def sample_letters(folder: Path) -> Path:
    """A copy of the sample archive, to be changed."""
    shutil.copytree(SAMPLE, folder)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _logged(log: Path, work: Work, arguments: tuple[object, ...]) -> None:
    with log.open("ab", buffering=0) as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    try:
        work(*arguments)
    except DafuError as error:
        print(f"错误：{error}", flush=True)  # noqa: T201  # as dafu.py does
        sys.exit(1)
