"""What reading one file may take, and the kernel's limits that hold a process to it (setrlimit(2), prctl(2)).

Where a system does not know one of the limits, the others stand.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from corpus.readers.scans import MAX_PAGES

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_DESCRIPTORS = 64  # the libraries open their own modules and tables, a few at a time
_SPARED_LAST = "1000"  # of oom_score_adj, proc(5): where memory runs out, the kernel ends this process first


PACE = 50_000
"""Bytes of the answer a second. Small letters come at 375,000, on one of the two cores that this was measured on."""


class Limits(NamedTuple):
    """`memory` in bytes of addresses; `answer` in bytes of what was read off the file, as JSON; `pages` of a scan;
    `seconds` by the clock, three times as many for each page of a scan, and one more for each PACE of the answer.
    `advice` says what to do about a file that takes more."""

    memory: int
    seconds: int
    answer: int
    advice: str
    pages: int = MAX_PAGES


READING = Limits(2 << 30, 120, 512 << 20, "请用原来的程序打开确认，另存为新文件，或者拆成几个文件。")
"""For the files of an archive."""


def confine(memory: int, parent: int) -> None:
    """Leaves this process `memory` bytes of addresses, and no file to write, no core file, which would hold what is
    read, and no child; it is killed with `parent`."""
    for name, most in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NPROC", 0), ("NOFILE", _DESCRIPTORS)):
        with suppress(AttributeError, ValueError, OSError):  # unknown here, or already less than that
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_SPARED_LAST)
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before
        sys.exit(1)


def allow(seconds: int) -> None:
    """Leaves this process `seconds` of computing from now on, even if its parent is stopped."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    with suppress(ValueError, OSError):  # already less than that
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def most_memory() -> int:
    """The bytes of addresses that a process started by this one can be given."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard
