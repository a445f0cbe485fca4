"""What several workers of a parallel run need is made by one of them."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def built_once(factory: pytest.TempPathFactory, name: str, build_into: Callable[[Path], None]) -> Path:
    """A folder that is built once a run: the first worker of pytest-xdist builds it, the others wait and copy it.

    Each worker has its own copy, because a server over an index also writes there: its audit, its feedback.
    """
    mine = factory.mktemp(name) / "index"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        build_into(mine)
        return mine
    shared = factory.getbasetemp().parent / name  # the parent is the run's, the folders in it are the workers'
    build_if_missing(shared, build_into)
    shutil.copytree(shared, mine)
    return mine


def build_if_missing(folder: Path, build_into: Callable[[Path], None]) -> None:
    """Builds a folder unless it is there, under a lock; half of one is never taken for the whole."""
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            build_into(unfinished)
            unfinished.rename(folder)
