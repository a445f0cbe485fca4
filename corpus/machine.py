"""Faults of the machine that a program runs on: no memory, no room, a disk that fails, too many open files.

Each library reports them in its own way: by the type of an exception, by its number, or in words alone.
"""

import errno
from collections.abc import Iterator
from typing import NamedTuple


class Fault(NamedTuple):
    """One kind: the numbers and the words (lower case) by which it is known, what it is, and what to do about it."""

    numbers: tuple[int, ...]
    words: tuple[str, ...]
    name: str
    advice: str

    @property
    def sentence(self) -> str:
        """For whoever ran a command."""
        return f"{self.name}，没有做完。{self.advice}后重新运行；原有索引未受影响。"


NO_MEMORY = Fault(
    (errno.ENOMEM,),
    (
        "bad_alloc",
        "allocate memory",
        "out of memory",
        "new thread",
        "failed to spawn",
        "unable to allocate",
        "failed to map segment",
    ),
    "内存不足",
    "请关闭别的程序，或放宽 ulimit -v、systemd 的 MemoryMax",
)
NO_ROOM = Fault(
    (errno.ENOSPC, errno.EDQUOT),
    ("no space left", "is full", "(os error 28)"),
    "磁盘空间不足",
    "请在写入的文件夹和临时文件夹（TMPDIR）所在的磁盘上腾出空间",
)
IO_ERROR = Fault(
    (errno.EIO,),
    ("input/output error", "(os error 5)", "disk i/o error", "io::error"),  # the last: of a thread of tantivy's
    "读写磁盘时出错",
    "请检查磁盘",
)
TOO_MANY_FILES = Fault(
    (errno.EMFILE, errno.ENFILE),
    ("too many open files", "(os error 24)"),
    "同时打开的文件超过上限",
    "请放宽 ulimit -n 或 systemd 的 LimitNOFILE",
)
_FAULTS = (NO_MEMORY, NO_ROOM, IO_ERROR, TOO_MANY_FILES)


def fault_of(error: BaseException) -> Fault | None:
    """The fault that is at the bottom of an exception; None where it is none of these."""
    for found in _chain(error):
        if isinstance(found, MemoryError):
            return NO_MEMORY
        text, number = str(found).lower(), getattr(found, "errno", None)
        for fault in _FAULTS:
            if number in fault.numbers or any(word in text for word in fault.words):
                return fault
    return None


def is_certain(error: BaseException) -> bool:
    """Whether it is the machine's fault by its type and number alone: a file may put any words into an exception."""
    if isinstance(error, OSError):
        return any(error.errno in fault.numbers for fault in _FAULTS)
    return isinstance(error, MemoryError | ImportError)


def in_words(error: Exception) -> str | None:
    """What is wrong with the machine, for whoever ran a command; None where it is something else."""
    if fault := fault_of(error):
        return fault.sentence
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} 无法读写（{error.strerror}），没有做完。请检查它和它的所有者、权限后重新运行。"
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and those that it came of."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
