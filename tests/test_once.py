"""What the workers of a parallel run share is built by one of them, and each has its own copy."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.codebase import ROOT
from tests.once import build_if_missing

WORKER = """
import time
from pathlib import Path
from tests.once import built_once

HERE = Path(__file__).parent

def note(file, line):
    with (HERE / file).open("a") as lines:
        lines.write(f"{line}\\n")

def build_into(folder):
    note("builds", folder)
    time.sleep(0.5)  # the other worker comes meanwhile
    folder.mkdir()
    (folder / "content").write_text("whole")

def test_it(tmp_path_factory):
    mine = built_once(tmp_path_factory, "thing", build_into)
    assert (mine / "content").read_text() == "whole"
    note("copies", mine)
"""


def test_two_workers_build_once_and_have_a_copy_each(tmp_path: Path) -> None:
    for number in "12":
        (tmp_path / f"test_{number}.py").write_text(WORKER, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, tmp_path], capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert len((tmp_path / "builds").read_text("utf-8").split()) == 1
    assert len(set((tmp_path / "copies").read_text("utf-8").split())) == 2


def test_what_was_not_finished_is_built_again(tmp_path: Path) -> None:
    def killed(folder: Path) -> None:
        folder.mkdir()
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_if_missing(tmp_path / "thing", killed)
    assert not (tmp_path / "thing").exists()
    build_if_missing(tmp_path / "thing", lambda folder: folder.mkdir())
    assert list((tmp_path / "thing").iterdir()) == []
