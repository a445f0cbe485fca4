"""One process that reads files, seen from outside: gives it requests, takes its answers, ends it when they fail.

What it prints is JSON and is never trusted to be more: a file may have made the process its own.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import corpus
from corpus.errors import DafuError, ReadError
from corpus.sandbox import worker
from corpus.sandbox.limits import PACE, Limits, most_memory
from corpus.types import Document, SeasonRow

Fault = Literal["slow", "memory", "long", "killed"]
"""Why a file has no answer: it took too long; it took too much memory or is damaged; too much was read off it; somebody
else ended the process, as the kernel does where memory runs out."""

_START = 60.0  # seconds; a start takes 0.3 s where nothing else runs
_PAGE = 3  # times the seconds: a page of a scan computes for 5, four times as long where others compute as well
_PIECE = 1 << 16  # bytes, as much as a pipe holds
# Imports what this process imported, and nothing that the environment or the current folder names (-I); writes no
# compiled module (-B), because it may write no file.
_PROGRAM = "import sys; sys.path.append(sys.argv.pop(1)); from corpus.sandbox.worker import main; main()"
_OPTIONS = ("-I", "-B", "-c", _PROGRAM, str(Path(corpus.__file__).resolve().parents[1]))


class SandboxError(DafuError):
    """The machine, and not a file, keeps files from being read: nothing is known of them."""


class Request(NamedTuple):
    """A file to read: an absolute path, the name that messages have for it, its size in bytes where that is known.

    `name` tells the format of a text where the path does not; `whole` asks for a text in place of documents; `ocr`,
    whether pages that are pictures are recognised; `page`, from 1, asks for the picture that this page is, and no text;
    `season`, for the rows of a workbook that lists proposals.
    """

    path: Path
    relative: str
    size: int = 0
    name: str = ""
    whole: bool = False
    ocr: bool = True
    page: int = 0
    season: bool = False


class Reading(NamedTuple):
    """What was read off a file: documents or a text, and a sentence for each thing that could not be read.

    With a `fault`, the process did not come to the file's end, and that is the only sentence.
    """

    documents: tuple[Document, ...] = ()
    errors: tuple[str, ...] = ()
    text: str | None = None
    picture: bytes | None = None
    fault: Fault | None = None


Told = Callable[[int, int], None]
"""Hears which page of a scan is being read, from 1, and how many there are."""


def silent(page: int, pages: int) -> None:
    """Tells nobody."""


class Worker:
    """A process that reads one file after another until one of them ends it. `passed` are descriptors that it keeps.

    Raises SandboxError where it cannot be started.
    """

    def __init__(self, limits: Limits, passed: Sequence[int] = ()) -> None:
        self._limits = limits
        self._left = bytearray()  # of the answers, not yet taken
        self.is_fresh = True
        """Whether it has read no file yet."""
        self._process = _started(limits, passed)
        with suppress(TimeoutError):
            if self._line(time.monotonic() + _START) == worker.READY:
                return
        self.close()
        raise SandboxError(
            f"期望能启动读文件的进程，实际它没有启动成功（退出码 {self._process.returncode}），没有读任何文件。"
            "请检查剩余内存，以及 dafu 是否安装完整。"
        )

    def read(self, requests: Sequence[Request], told: Told = silent) -> Iterator[Reading]:
        """What was read off each file; one with a fault is the last, and the process is gone. `told` hears of pages."""
        asked = self._ask(requests)
        for request in requests:
            reading = self._reading(request.relative, told) if asked else self._failed(request.relative)
            self.is_fresh = False
            yield reading
            if reading.fault:
                return

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends the process, whatever it is at. Any thread may call it."""
        if self.is_alive:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Ends the process and closes its pipes."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                pipe.close() if pipe else None

    def _ask(self, requests: Sequence[Request]) -> bool:
        assert self._process.stdin
        batch = [{**r._asdict(), "path": os.fsencode(r.path).decode("latin-1")} for r in requests]
        try:
            self._process.stdin.write(json.dumps(batch).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _reading(self, relative: str, told: Told) -> Reading:
        latest = time.monotonic() + self._limits.seconds
        found, size, pages = _Found(), 0, 0
        try:
            while line := self._line(latest + size / PACE):
                kind, answer = line[:1], line[1:]
                size += len(line)
                if size > self._limits.answer:
                    return self._failed(relative, "long")
                if kind == worker.END:
                    return Reading(tuple(found.documents), tuple(found.errors), found.text, found.picture)
                if kind == worker.PAGE and pages < self._limits.pages:
                    told(*map(int, json.loads(answer)))
                    latest, pages = time.monotonic() + _PAGE * self._limits.seconds, pages + 1
                elif kind == worker.MACHINE:
                    raise _machine_fault(relative, answer)
                elif not found.take(kind, answer):
                    return self._failed(relative, "memory")
        except TimeoutError:
            return self._failed(relative, "slow")
        except (ValueError, TypeError):  # no JSON, or no document: nothing of ours
            return self._failed(relative, "memory")
        return self._failed(relative)

    def _line(self, deadline: float) -> bytes:
        """The next line of the answers; empty where the process ends first. Raises TimeoutError.

        A line that is longer than all answers may be comes as far as it was read.
        """
        assert self._process.stdout
        output, seen = self._process.stdout.fileno(), 0
        ready = select.poll()
        ready.register(output, select.POLLIN)
        while (end := self._left.find(b"\n", seen)) < 0 and len(self._left) <= self._limits.answer:
            seen = len(self._left)
            if not ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise TimeoutError
            if not (piece := os.read(output, _PIECE)):
                return b""
            self._left += piece
        line = bytes(self._left[: end if end >= 0 else None])
        del self._left[: len(line) + 1]
        return line

    def _failed(self, relative: str, fault: Fault | None = None) -> Reading:
        """Without a `fault`, the way in which the process ended tells it."""
        if fault is None:
            fault = _FAULTS.get(-self._process.wait(), "memory")
        self.close()
        return Reading(errors=(f"{relative}：{_sentence(fault, self._limits)}。{self._limits.advice}",), fault=fault)


class _Found:
    """What a process has said of a file so far."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self.errors: list[str] = []
        self.text: str | None = None
        self.picture: bytes | None = None

    def take(self, kind: bytes, answer: bytes) -> bool:
        """Whether the answer is one that is taken. Raises ValueError, TypeError."""
        if kind == worker.DOCUMENT:
            self.documents.append(Document.model_validate_json(answer))
        elif kind == worker.ERROR:
            self.errors.append(str(json.loads(answer)))
        elif kind == worker.TEXT:
            self.text = str(json.loads(answer))
        elif kind == worker.PICTURE:
            self.picture = b64decode(answer, validate=True)
        else:
            return False
        return True


def _machine_fault(relative: str, answer: bytes) -> SandboxError:
    number, words = json.loads(answer)
    return SandboxError(
        f"{relative}：期望能读的磁盘和完整的程序库，实际出错（{words}，错误号 {number}），没有继续。"
        "请检查磁盘、内存和安装后重新运行。"
    )


_FAULTS: dict[int, Fault] = {signal.SIGXCPU: "slow", signal.SIGKILL: "killed", signal.SIGTERM: "killed"}


def text_in(request: Request, limits: Limits, passed: Sequence[int] = ()) -> str:
    """The text of a file that holds one, such as a proposal. Raises ReadError, SandboxError."""
    return _only_text(request._replace(whole=True), limits, passed)


def _only_text(request: Request, limits: Limits, passed: Sequence[int]) -> str:
    with closing(Worker(limits, passed)) as process:
        reading = next(process.read([request]))
    if reading.text is None:
        raise ReadError("".join(reading.errors))
    return reading.text


def season_in(request: Request, limits: Limits, passed: Sequence[int] = ()) -> list[SeasonRow]:
    """The proposals that a workbook lists. Raises ReadError, SandboxError."""
    return [SeasonRow(*row) for row in json.loads(_only_text(request._replace(season=True), limits, passed))]


def picture_in(request: Request, limits: Limits, passed: Sequence[int] = ()) -> bytes:
    """The JPEG of a page that is a picture. Raises ReadError, SandboxError."""
    with closing(Worker(limits, passed)) as process:
        reading = next(process.read([request]))
    if reading.picture is None:
        raise ReadError("".join(reading.errors))
    return reading.picture


def _started(limits: Limits, passed: Sequence[int]) -> subprocess.Popen[bytes]:
    if most_memory() < limits.memory:
        raise SandboxError(
            f"期望读文件的进程可以用 {limits.memory >> 20} MB 地址空间，实际本程序的上限（ulimit -v）只有 "
            f"{most_memory() >> 20} MB，没有读任何文件。请放宽上限后再运行。"
        )
    arguments = map(str, (limits.memory, limits.seconds, limits.pages, os.getpid()))
    try:
        return subprocess.Popen(
            [sys.executable, *_OPTIONS, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback would quote the file
            env=_environment(),
            cwd="/",
            process_group=0,
            pass_fds=passed,
        )
    except OSError as error:
        raise SandboxError(
            f"期望能启动读文件的进程，实际系统不允许（{error.strerror or error}），没有读任何文件。"
            "请检查剩余内存，以及进程数和打开文件数的上限。"
        ) from error


def _environment() -> dict[str, str]:
    """The environment of the process: none of the parent's, which may hold secrets, but for the path of libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    # Each thread of numpy's takes addresses; OpenCV may start none. Without the threshold, which glibc would raise,
    # what recognising a page frees stays with the process: 250 MB more by the third page.
    settings = {"OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 18)}
    return {**settings, **kept}


def _sentence(fault: Fault, limits: Limits) -> str:
    """What was expected of a file, and what was found."""
    if fault == "slow":
        return f"期望 {limits.seconds} 秒内能读完的文件，实际没有读完"
    if fault == "long":
        return f"期望读出的内容不超过 {limits.answer >> 20} MB 的文件，实际更多"
    if fault == "killed":
        return "期望能读完的文件，实际读到中途进程被系统终止，多半是内存不足"
    return f"期望 {limits.memory >> 20} MB 内存以内能读完的文件，实际需要更多，或者已损坏到无法读取"
