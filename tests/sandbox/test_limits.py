"""The limits of the process that reads, and its start."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.sandbox import READING, SandboxError
from corpus.sandbox.process import Worker

LIMITED = """
import json, os, resource, signal, sys
from corpus.sandbox.limits import allow, confine
confine(512 << 20, os.getppid())
said = {}
try:
    bytearray(600 << 20)
except MemoryError:
    said["memory"] = True
try:
    with open(sys.argv[1], "wb", 0) as file:
        file.write(b"x")
except OSError:
    said["output"] = os.path.getsize(sys.argv[1])
said["core"] = resource.getrlimit(resource.RLIMIT_CORE)
said["processes"] = resource.getrlimit(resource.RLIMIT_NPROC)
said["first to go"] = open("/proc/self/oom_score_adj").read().strip()
print(json.dumps(said), flush=True)
allow(1)
while True:
    pass
"""


def test_the_limits_are_the_kernels(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path / "x")], capture_output=True, check=False)
    assert json.loads(ran.stdout) == {
        "memory": True, "output": 0, "core": [0, 0], "processes": [0, 0], "first to go": "1000",
    }  # fmt: skip
    assert -ran.returncode == 24, "SIGXCPU"


def test_the_process_starts_without_the_libraries_of_others() -> None:
    heavy = {"torch", "numpy", "fastapi", "starlette", "jinja2", "tantivy", "faiss", "docx", "openpyxl", "pypdfium2"}
    program = "import sys, json, corpus.sandbox.worker; print(json.dumps(list(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not heavy & set(json.loads(ran.stdout))


def test_no_file_is_blamed_for_memory_that_this_program_has_not(tmp_path: Path) -> None:
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); import dafu; dafu.main()"
    )
    (tmp_path / "a.txt").write_text("建议增设长者食堂。", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", program, "parse", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr == (
        "错误：期望读文件的进程可以用 2048 MB 地址空间，实际本程序的上限（ulimit -v）只有 1024 MB，没有读任何文件。"
        "请放宽上限后再运行。\n"
    )


def test_a_process_that_cannot_start_says_so() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, before[1]))
        with pytest.raises(SandboxError, match="期望能启动读文件的进程，实际系统不允许（Too many open files）"):
            Worker(READING)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
