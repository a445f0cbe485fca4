"""Calls that fail, one by one: failing.c, compiled and preloaded, and armed in a process for the work that it does.

Not for: what must hold afterwards. That is said by the tests.
"""

import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import pytest

_SOURCE = Path(__file__).with_name("failing.c")
_READS, _ROOM, _OTHER, _MEMORY = 1, 2, 4, 8  # as failing.c has them

needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None, reason="没有 C 编译器（cc），不能逐个调用制造故障：请安装 gcc 后再运行"
)


class Fault(NamedTuple):
    """Which calls are counted, and which of them fails: the nth, and all after it too if `lasting`; 0 for none."""

    kinds: int
    errno: int
    nth: int = 0
    lasting: bool = False
    bytes: int = 0

    def at(self, nth: int) -> "Fault":
        return self._replace(nth=nth)


IO_ERROR = Fault(_READS | _ROOM | _OTHER, errno.EIO)
"""Any call on a file or folder, once."""

NO_ROOM = Fault(_ROOM, errno.ENOSPC, lasting=True)
"""What takes room on a disk, from then on."""

NO_MEMORY = Fault(_MEMORY, errno.ENOMEM, bytes=1 << 16)
"""An allocation of at least so many bytes, once: Python takes its small ones from pieces of 256 kB."""


@cache
def library() -> Path | None:
    """The compiled shim; None where it cannot be compiled."""
    if (compiler := shutil.which("cc")) is None:
        return None
    made = Path(mkdtemp(prefix="dafu-failing-")) / "failing.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", str(made), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


@contextmanager
def preloaded() -> Iterator[None]:
    """A process that is started meanwhile has the shim, idle, where there is one."""
    before = os.environ.get("LD_PRELOAD")
    if made := library():
        os.environ["LD_PRELOAD"] = str(made)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("LD_PRELOAD", None)
        else:
            os.environ["LD_PRELOAD"] = before


class Told:
    """The files by which a process tells what it counted and what failed."""

    def __init__(self, folder: Path) -> None:
        self.failed, self._counted = folder / "failed", folder / "counted"

    def forget(self) -> None:
        """Before the next process."""
        self.failed.unlink(missing_ok=True)
        self._counted.unlink(missing_ok=True)

    @property
    def call(self) -> str:
        """The call that failed and its file; empty if none has."""
        return self.failed.read_text(encoding="utf-8").strip() if self.failed.exists() else ""

    @property
    def counted(self) -> int:
        return int(self._counted.read_text(encoding="ascii"))

    def count(self, calls: int) -> None:
        self._counted.write_text(str(calls), encoding="ascii")


@contextmanager
def armed(fault: Fault, below: Path, told: Told) -> Iterator[None]:
    """Makes the call fail in this process, of the files below a folder. Counts where none is to."""
    told.forget()
    shim = ctypes.CDLL(None)
    place, report = os.fsencode(below), os.fsencode(told.failed)
    size = ctypes.c_size_t(fault.bytes)
    shim.dafu_fail(place, report, fault.kinds, ctypes.c_long(fault.nth), fault.errno, int(fault.lasting), size)
    try:
        yield
    finally:
        shim.dafu_counted.restype = ctypes.c_long
        told.count(shim.dafu_counted())
