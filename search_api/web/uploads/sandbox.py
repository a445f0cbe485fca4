"""Reads uploaded files, each in a process of its own that ends with it: one that does harm costs one upload."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import IO

from cachetools import LRUCache

from corpus import sandbox
from corpus.errors import ReadError
from corpus.types import SeasonRow
from search_api.web.problems import RequestError

LIMITS = sandbox.Limits(1200 << 20, 20, 4 << 20, "请另存为不带图片的 docx，或者把提案的文字粘贴进来。", pages=10)
"""Bytes of addresses: VmPeak on x86-64 is 38 MB to start, 78 MB for a docx of 10 MB with pictures, 76 MB for such a
PDF, 277 MB for a docx of three million characters, 950 MB for a scan, of which 410 MB are in memory. Seconds, anew for
each page of a scan: the longest text that is taken needs 1.5, start and all, a page 5. Bytes of the answer: the longest
text has 300,000 characters, each at most twelve bytes in JSON. Pages of a scan: a proposal has two or three."""

_MAX_FILES = 2
"""Files read at once. With LIMITS, uploads take 2.4 GB and two cores of the server at worst."""

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
            f"服务器同时读 {_MAX_FILES} 个文件，等了 {LIMITS.seconds} 秒还没有轮到这一个。"
            "请稍后再试，或者把提案的文字粘贴进来。"
        )


_slots = BoundedSemaphore(_MAX_FILES)
_lock = Lock()
_texts: LRUCache[bytes, str] = LRUCache(_MAX_TEXTS)


def text_in(data: bytes, name: str, limits: sandbox.Limits = LIMITS) -> str:
    """The text of an uploaded file; `name` tells its format and stands in what is said of it.

    Waits for its turn. Raises UnreadableUploadError, UploadsBusyError.
    """
    key = hashlib.sha256(f"{name}\0".encode() + data).digest()
    with _lock:
        known = _texts.get(key)
    if known is not None:
        return known
    text = _read(data, name, limits)
    with _lock:
        _texts[key] = text
    return text


def picture_in(file: IO[bytes], name: str, page: int) -> bytes:
    """The JPEG of a page, from 1, of an open file on the server. Waits for its turn, too."""
    request = sandbox.Request(Path(f"/dev/fd/{file.fileno()}"), name, name=name, page=page)
    with _slot():
        try:
            return sandbox.picture_in(request, LIMITS, passed=(file.fileno(),))
        except ReadError as error:
            raise UnreadableUploadError(str(error)) from error


def season_in(data: bytes, name: str) -> list[SeasonRow]:
    """The proposals that an uploaded workbook lists. Waits for its turn. Raises UnreadableUploadError."""
    with _slot(), _given(data, name) as (request, passed):
        return sandbox.season_in(request, LIMITS, passed)


def _read(data: bytes, name: str, limits: sandbox.Limits) -> str:
    with _slot(), _given(data, name) as (request, passed):
        return sandbox.text_in(request, limits, passed)


@contextmanager
def _given(data: bytes, name: str) -> Iterator[tuple[sandbox.Request, tuple[int, ...]]]:
    """The request for bytes in memory, and what its process keeps open. Raises UnreadableUploadError for a ReadError.

    What is uploaded is gone with the processes, however they end, and needs no room on a disk.
    """
    with _memory_file() as given:
        given.write(data)
        given.flush()
        try:
            yield sandbox.Request(Path(f"/dev/fd/{given.fileno()}"), name, len(data), name), (given.fileno(),)
        except ReadError as error:
            raise UnreadableUploadError(str(error)) from error


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=LIMITS.seconds):
        raise UploadsBusyError
    try:
        yield
    finally:
        _slots.release()


def _memory_file() -> IO[bytes]:
    return os.fdopen(os.memfd_create("upload"), "w+b")
