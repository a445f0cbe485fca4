"""Reads uploaded files in a process of its own: one that kills it, fills its memory or never ends costs one upload."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import BoundedSemaphore, Lock
from typing import IO

from cachetools import LRUCache

from search_api.web.problems import RequestError
from search_api.web.uploads import sandboxed

MEMORY = 768 << 20
"""Bytes of addresses. VmPeak on x86-64: 38 MB to start, 78 MB for a docx of 10 MB with pictures, 76 MB for such a PDF,
277 MB for a docx of three million characters."""

SECONDS = 20
"""Wall time, and as much processor time. The longest text that is taken needs 1.5 s of it, start and all."""

_MAX_OUTPUT = 4 << 20
"""Bytes. The longest text has 300,000 characters, each at most twelve bytes in JSON."""

_MAX_FILES = 2
"""Files read at once. With MEMORY, uploads take 1.5 GB and two cores of the server at worst."""

_MAX_TEXTS = 4
"""Kept, in memory alone: a page's script sends a file to show the progress, and the browser sends it again."""


class UnreadableUploadError(RequestError):
    """Nothing can be read from a file or a body."""

    kind, title, status = "upload-unreadable", "内容无法读取", 400


class UploadsBusyError(RequestError):
    """Too many files are being read."""

    kind, title, status = "uploads-busy", "正在读取别的文件", 503

    def __init__(self) -> None:
        super().__init__(
            f"服务器同时读 {_MAX_FILES} 个文件，等了 {SECONDS} 秒还没有轮到这一个。"
            "请稍后再试，或者把提案的文字粘贴进来。"
        )


_slots = BoundedSemaphore(_MAX_FILES)
_lock = Lock()
_texts: LRUCache[bytes, str] = LRUCache(_MAX_TEXTS)


def text_in(data: bytes, name: str, memory: int = MEMORY, seconds: int = SECONDS) -> str:
    """The text of an uploaded file; `name` tells its format and stands in what is said of it.

    Waits for its turn. Raises UnreadableUploadError, UploadsBusyError.
    """
    key = hashlib.sha256(f"{name}\0".encode() + data).digest()
    with _lock:
        known = _texts.get(key)
    if known is not None:
        return known
    text = _read(data, name, memory, seconds)
    with _lock:
        _texts[key] = text
    return text


def _read(data: bytes, name: str, memory: int, seconds: int) -> str:
    # Files without a name: what is uploaded is gone with the process, however it ends.
    with _slot(), TemporaryFile() as given, TemporaryFile() as answer:
        given.write(data)
        given.seek(0)
        status = _run(name, given, answer, memory, seconds)
        answer.seek(0)
        found = json.loads(answer.read()) if status == 0 else {}
    if "text" in found:
        return str(found["text"])
    reason = found.get("error") or f"{name}：{_reason(status, memory, seconds)}"
    raise UnreadableUploadError(reason)


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=SECONDS):
        raise UploadsBusyError
    try:
        yield
    finally:
        _slots.release()


def _run(name: str, given: IO[bytes], answer: IO[bytes], memory: int, seconds: int) -> int:
    """The process's exit status, negative for the signal that ended it."""
    limits = map(str, (memory, seconds, _MAX_OUTPUT, os.getpid()))
    # -I: neither the environment nor the current folder says what is imported.
    process = subprocess.Popen(
        [sys.executable, "-I", "-m", sandboxed.__name__, *limits, name],
        stdin=given,
        stdout=answer,
        stderr=subprocess.DEVNULL,  # a traceback would quote the file
        env=_environment(),
        cwd="/",
        process_group=0,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _environment() -> dict[str, str]:
    """The environment of the process: none of the server's, which may hold secrets, but for the path of libraries."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return {"OPENBLAS_NUM_THREADS": "1", **kept}  # each thread of numpy's takes addresses


def _reason(status: int, memory: int, seconds: int) -> str:
    """The reason for which there is no text, if the process could not tell it."""
    if -status in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL):
        found = f"期望 {seconds} 秒内能读完的文件，实际没有读完"
    else:
        found = f"期望 {memory >> 20} MB 内存以内能读完的文件，实际需要更多，或者已损坏到无法读取"
    return f"{found}。请另存为不带图片的 docx，或者把提案的文字粘贴进来。"
