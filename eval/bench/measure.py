"""Measures one archive from scratch: composes, builds, opens and searches it, each in a process of its own."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

from corpus.errors import DafuError
from eval.bench.documents import Composer, write_archive
from eval.bench.figures import Archive, Build, Search, StartUp
from eval.bench.http import measured_http
from eval.bench.process import WARM_UP
from eval.bench.questions import questions
from indexer.paths import IndexPaths

_STARTS = 3  # processes whose median is the start-up time
_START_UP = """
import sys, time
from pathlib import Path
from search_api.searcher import Searcher
searcher = Searcher(Path(sys.argv[1]))
opened = time.time()
searcher.search(sys.argv[2])
print(opened, time.time())
"""


def measure(composer: Composer, folder: Path, passages: int, queries: int) -> Archive:
    """An archive of about so many passages in `folder`/documents, its index in `folder`/index."""
    documents, index = folder / "documents", folder / "index"
    documents.mkdir(parents=True)
    written = write_archive(documents, composer, passages)
    build = Build.model_validate_json(_process("build", documents, index))
    asked = questions(composer, written.documents, WARM_UP + queries)
    return Archive(
        asked_passages=passages,
        characters=written.characters,
        source_bytes=written.bytes,
        build=build,
        disk=disk(index),
        start_up=_start_up(index, asked["short"][0]),
        search=Search.model_validate_json(_process("search", index, stdin=json.dumps(asked))),
        http=measured_http(index, asked["short"]),
    )


def disk(index: Path) -> dict[str, int]:
    """Bytes of each part of an index; the parts of its one generation by their names in it."""
    found: Counter[str] = Counter()
    for path in sorted(index.rglob("*")):
        if path.is_file():
            parts = path.relative_to(index).parts
            inner = parts[2:] if parts[0] == IndexPaths(index).generations.name else parts
            found[inner[0]] += path.stat().st_size
    return {part: size for part, size in found.most_common() if size}


def _start_up(index: Path, query: str) -> StartUp:
    runs = []
    for _ in range(_STARTS):
        started = time.time()
        opened, answered = map(float, _run([sys.executable, "-c", _START_UP, str(index), query]).split())
        runs.append((opened - started, answered - started))
    opened_s, answered_s = (round(median(column), 3) for column in zip(*runs, strict=True))
    return StartUp(opened_s=opened_s, answered_s=answered_s, processes=_STARTS)


def _process(what: str, *paths: Path, stdin: str = "") -> str:
    return _run([sys.executable, "-m", "eval.bench.process", what, *map(str, paths)], stdin)


def _run(command: list[str], stdin: str = "") -> str:
    """Runs a command and returns what it prints; progress and errors go to the terminal as they come."""
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise DafuError(f"测量进程失败（退出码 {done.returncode}），原因见上面的输出。")
    return done.stdout
