"""Whether a command's libraries can be loaded where the addresses of a process are limited (ulimit -v).

OpenBLAS, which several of them bring along, ends the whole program where it is given too few, and no exception tells
of it. So a process of its own tries first; without a limit, nothing is tried.
"""

import resource
import subprocess
import sys
from collections.abc import Sequence

from corpus.errors import DafuError

_SPARE = 256 << 20  # bytes: what the command itself needs beside its libraries, so that the trial is the harder one
_TRIAL = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2); import {}"


def check(libraries: Sequence[str]) -> None:
    """Raises DafuError where they cannot be loaded."""
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if not libraries or most == resource.RLIM_INFINITY:
        return
    command = [sys.executable, "-c", _TRIAL.format(", ".join(libraries)), str(max(most - _SPARE, 0))]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        raise DafuError(
            f"内存不足：程序库装不进 {most >> 20} MB 地址空间（ulimit -v 的上限），没有做任何事。"
            "请放宽上限（ulimit -v unlimited）后重新运行。"
        )
