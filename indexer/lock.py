"""One writer at a time. The lock is the kernel's and dies with its process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import DafuError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the index's write lock. Raises DafuError at once where another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "未知"
            raise DafuError(
                f"另一个进程（进程号 {holder}）正在建立或更新此索引：{path.parent}。"
                "请等它结束后再试；原有索引不受影响。"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(descriptor)
