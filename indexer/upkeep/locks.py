"""One writer at a time, and nothing removed that is being read. The locks are the kernel's and die with their process,
however that ends."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corpus.errors import DafuError


class LockedError(DafuError):
    """Another process writes to the index."""


@contextmanager
def _locking(path: Path) -> Iterator[tuple[int, bool]]:
    """The lock file, open for the block, and whether it is locked by us: it is not where another process has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_ours = False
        else:
            is_ours = True
        yield descriptor, is_ours
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the index's write lock. Raises LockedError at once where another process holds it."""
    with _locking(path) as (descriptor, is_ours):
        if not is_ours:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "未知"
            raise LockedError(
                f"另一个进程（进程号 {holder}）正在建立或更新此索引：{path.parent}。"
                "请等它结束后再试；原有索引不受影响。"
            )
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield


class Claim:
    """A reader's: what the lock file stands for is not removed until the claim is released, or nobody has it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    __del__ = release


def claim(path: Path) -> Claim | None:
    """A claim by this lock file; None where it cannot be had: the folder is read-only and lacks the file, or what it
    stands for is being removed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return Claim(descriptor)


@contextmanager
def unclaimed(path: Path) -> Iterator[bool]:
    """Whether nobody has a claim by this lock file; where nobody has, nobody gets one until the block ends."""
    with _locking(path) as (_, is_ours):
        yield is_ours


@contextmanager
def sharing(folder: Path, alone: Callable[[], None]) -> Iterator[None]:
    """Holds a folder for the block, beside others that do. `alone` is called first where there is nobody else.

    On a network share that locks no folders nobody is known to be alone.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone()
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)
