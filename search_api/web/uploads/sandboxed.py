"""The process that `sandbox` runs: takes one file on standard input, and prints its text as JSON.

Imports corpus alone, or each upload would wait for the server's libraries. It can do no more than compute: the limits
are set before the first byte of the file is read. They are the kernel's (setrlimit(2), prctl(2)); where a system does
not know one of them, the others stand.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from contextlib import suppress

from corpus.documents import text_of
from corpus.errors import ReadError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_DESCRIPTORS = 64  # the libraries open their own modules and tables, a few at a time


def limit(memory: int, seconds: int, output: int, parent: int) -> None:
    """`memory` bytes of addresses, `seconds` of computing and as many by the clock, `output` bytes written to any file;
    no core file, which would hold the upload; no child; killed with `parent`."""
    signal.alarm(seconds)
    for name, most in (
        ("AS", memory),
        ("CPU", seconds),
        ("FSIZE", output),
        ("CORE", 0),
        ("NPROC", 0),
        ("NOFILE", _DESCRIPTORS),
    ):
        with suppress(AttributeError, ValueError, OSError):  # unknown here, or already less than that
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before
        sys.exit(1)


def main() -> None:
    memory, seconds, output, parent = map(int, sys.argv[1:5])
    name = sys.argv[5]
    limit(memory, seconds, output, parent)
    try:
        answer = {"text": text_of(sys.stdin.buffer.read(), name, name)}
    except ReadError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


if __name__ == "__main__":
    main()
