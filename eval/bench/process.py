"""Measures in a process of its own: `python -m eval.bench.process build|search`, figures as JSON on stdout.

A process that has done nothing else shows what a build needs of memory, and how fast a server answers.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corpus.errors import DafuError
from eval.bench.figures import Build, Cost, Percentiles, Queries, Search
from indexer.build.update import BuildOptions, build
from indexer.cli.progress import progress_bar
from indexer.encoders import EncoderChoice
from indexer.engine.protocol import Query
from indexer.progress import Progress
from indexer.snapshot import Snapshot, open_index
from indexer.terms.kinds import terms_of
from search_api.query.language import parse_query
from search_api.searcher import Searcher

WARM_UP = 10
"""Queries of each kind before the measured ones: they load the segmenter, the masks and the pages of the index."""

_K = 10


class _Clock(NamedTuple):
    wall: float
    cpu: float

    @classmethod
    def now(cls) -> "_Clock":
        return cls(time.perf_counter(), time.process_time())

    def until(self, end: "_Clock") -> Cost:
        return Cost(seconds=round(end.wall - self.wall, 3), cpu_seconds=round(end.cpu - self.cpu, 3))


class Steps:
    """A `progress` callback that times a build: a step lasts until the next one's first call."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._begun = _Clock.now()
        self._starts: list[tuple[str, _Clock]] = []

    def __call__(self, step: str, done: int, total: int) -> None:
        if not self._starts:
            self._starts.append((step, self._begun))
        elif self._starts[-1][0] != step:
            self._starts.append((step, _Clock.now()))
        self._shown(step, done, total)

    def costs(self) -> tuple[Cost, dict[str, Cost]]:
        """The cost of everything up to now, and of each step; they add up."""
        now = _Clock.now()
        ends = [start for _, start in self._starts[1:]] + [now]
        spent: dict[str, list[Cost]] = {}
        for (step, start), end in zip(self._starts, ends, strict=True):
            spent.setdefault(step, []).append(start.until(end))
        return self._begun.until(now), {step: _sum(costs) for step, costs in spent.items()}


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        seconds=round(sum(cost.seconds for cost in costs), 3),
        cpu_seconds=round(sum(cost.cpu_seconds for cost in costs), 3),
    )


def measured_build(source: Path, into: Path) -> Build:
    """Build the index as `dafu index --encoder archive` does: the general model takes minutes for any text, and is
    measured by tools/encoder_speed.py. Raises DafuError where a document was refused: then less was measured."""
    with progress_bar() as shown:
        steps = Steps(shown)
        report = build([source], into, BuildOptions(encoder=EncoderChoice(name="archive")), steps)
        total, by_step = steps.costs()
    if report.failures:
        raise DafuError(f"合成的答复中有 {len(report.failures)} 份不能读取，测量无效：{report.failures[0].reason}")
    return Build(
        documents=report.documents,
        passages=report.passages,
        total=total,
        steps=by_step,
        peak_memory_bytes=peak_memory(),
    )


def measured_search(index: Path, questions: Mapping[str, Sequence[str]]) -> Search:
    """Every kind of query, the first WARM_UP of each unmeasured."""
    searcher = Searcher(open_index(index))
    with progress_bar() as shown:
        kinds = {kind: _kind(searcher, asked, kind, shown) for kind, asked in questions.items()}
    return Search(kinds=kinds, peak_memory_bytes=peak_memory())


def _kind(searcher: Searcher, asked: Sequence[str], name: str, shown: Progress) -> Queries:
    took: list[tuple[float, float, float]] = []
    passing: list[float] = []
    for done, query in enumerate(asked):
        shown(name, done, len(asked))
        seconds = _timed(partial(searcher.search, query, _K))
        took.append((seconds, *_floors(searcher.snapshot, query)))
        passing.append(_passing(searcher.snapshot, query))
    shown(name, len(asked), len(asked))
    search, lexical, vector = (percentiles(column) for column in zip(*took[WARM_UP:], strict=True))
    return Queries(
        queries=len(asked) - WARM_UP,
        passing=round(float(np.mean(passing[WARM_UP:])), 4),
        search=search,
        lexical_floor=lexical,
        vector_floor=vector,
    )


def _floors(snapshot: Snapshot, query: str) -> tuple[float, float]:
    """Seconds of the engine's libraries asked once, their input ready, for words and for vectors."""
    text = parse_query(query).text
    vector = np.asarray(snapshot.encoder.encode_queries([text])[0], dtype=np.float32)
    words, vectors = snapshot.generation.engine.bare(terms_of(text, snapshot.analyzer), vector, _K)
    return _timed(words), _timed(vectors)


def _passing(snapshot: Snapshot, query: str) -> float:
    """The share of passages that a query's filter lets through."""
    engine, wanted = snapshot.engine, parse_query(query).wanted
    if not wanted:
        return 1.0
    unasked = Query({}, np.zeros(snapshot.encoder.dimension, np.float32), wanted)
    return len(engine.retrieve(unasked).passages(engine.matching(wanted))[0]) / max(1, engine.size.passages)


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def percentiles(seconds: Sequence[float]) -> Percentiles:
    """Of seconds, in milliseconds."""
    p50, p95 = np.percentile(seconds, [50, 95]) * 1000
    return Percentiles(p50_ms=round(float(p50), 3), p95_ms=round(float(p95), 3))


def peak_memory() -> int:
    """The most bytes that this process held. On Linux, ru_maxrss includes what the parent held before it started us;
    VmHWM does not."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def main(arguments: Sequence[str]) -> str:
    """`build SOURCE INTO`, or `search INDEX` with the questions as JSON on stdin."""
    if arguments[0] == "build":
        return measured_build(Path(arguments[1]), Path(arguments[2])).model_dump_json()
    return measured_search(Path(arguments[1]), json.load(sys.stdin.buffer)).model_dump_json()


if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(main(sys.argv[1:]).encode("utf-8"))
    except DafuError as error:
        sys.exit(f"错误：{error}")
