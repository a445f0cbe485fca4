"""Compares two runs on the same queries: is the difference more than chance, and which queries make it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.errors import DafuError
from eval.measures import COMPARED, judged, per_query
from eval.significance import bootstrap_intervals, randomisation_p
from eval.trec import Qrels, Run, Topic, ranked, read_qrels, read_run, read_topics

MAX_CHANGED = 10
"""Queries that changed most and are shown."""

_MAX_FIRST = 3  # documents of each run that are shown of such a query
_TIE = 1e-9


@dataclass(frozen=True)
class Difference:
    """A measure in two runs. `ci` is the 95 % interval of the mean of B - A; a query is a win where B is better."""

    measure: str
    a: float
    b: float
    ci: tuple[float, float]
    p: float
    wins: int
    ties: int
    losses: int

    @property
    def mean(self) -> float:
        return self.b - self.a


@dataclass(frozen=True)
class ChangedQuery:
    """A query whose nDCG@10 differs, with each run's first documents."""

    topic: Topic
    a: float
    b: float
    first_a: tuple[str, ...]
    first_b: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """`changed` is ordered by the size of the change; `deltas` holds every query's nDCG@10 of B - A, largest first."""

    queries: int
    without_results: tuple[int, int]
    differences: tuple[Difference, ...]
    changed: tuple[ChangedQuery, ...]
    deltas: tuple[float, ...]

    def to_json(self) -> dict[str, object]:
        """The content of `dafu eval compare --json`, but for the names of the runs."""
        return {
            "queries": self.queries,
            "measures": {
                d.measure: {
                    "a": d.a, "b": d.b, "difference": d.mean, "ci": list(d.ci), "p": d.p,
                    "wins": d.wins, "ties": d.ties, "losses": d.losses,
                }
                for d in self.differences
            },
            "changed": [
                {**c.topic._asdict(), "a": c.a, "b": c.b, "first_a": list(c.first_a), "first_b": list(c.first_b)}
                for c in self.changed[:MAX_CHANGED]
            ],
        }  # fmt: skip


def compare(run_a: Run, run_b: Run, qrels: Qrels, topics: Sequence[Topic]) -> Comparison:
    """Compares two runs over the topics that have a relevant document; a query that a run does not answer counts 0."""
    counted = judged(topics, qrels)
    query_ids = [topic.query_id for topic in counted]
    a, b = (per_query(run, qrels, query_ids, COMPARED) for run in (run_a, run_b))
    without = [sum(not run.get(query_id) for query_id in query_ids) for run in (run_a, run_b)]
    delta = b[:, 0] - a[:, 0]
    order = sorted(np.flatnonzero(np.abs(delta) > _TIE), key=lambda i: (-abs(delta[i]), query_ids[i]))
    return Comparison(
        queries=len(counted),
        without_results=(without[0], without[1]),
        differences=_differences(a, b),
        changed=tuple(
            ChangedQuery(
                counted[i], float(a[i, 0]), float(b[i, 0]), *(_first(run, query_ids[i]) for run in (run_a, run_b))
            )
            for i in order
        ),
        deltas=tuple(sorted(delta.tolist(), reverse=True)),
    )


def _differences(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[Difference, ...]:
    delta = b - a
    intervals, p = bootstrap_intervals(delta).tolist(), randomisation_p(delta).tolist()
    return tuple(
        Difference(
            measure=str(measure),
            a=float(a[:, i].mean()),
            b=float(b[:, i].mean()),
            ci=(intervals[i][0], intervals[i][1]),
            p=p[i],
            wins=int((delta[:, i] > _TIE).sum()),
            ties=int((np.abs(delta[:, i]) <= _TIE).sum()),
            losses=int((delta[:, i] < -_TIE).sum()),
        )
        for i, measure in enumerate(COMPARED)
    )


def _first(run: Run, query_id: str) -> tuple[str, ...]:
    return tuple(ranked(run.get(query_id, {}))[:_MAX_FIRST])


def compare_files(run_a: Path, run_b: Path, qrels: Path, topics: Path | None) -> tuple[Comparison, Qrels]:
    """Compares two run files over the topics given, or over every judged query.

    Raises DafuError where a run and the judgments share no query.
    """
    judgments = read_qrels(qrels)
    compared = read_topics(topics) if topics else [Topic(query_id, "", "all") for query_id in judgments]
    counted = judged(compared, judgments)
    if not counted:
        raise DafuError(f"{qrels} 中没有一道要比较的题目有相关的文档：请检查评判和题目的 query_id 是否一致。")
    runs = []
    for path in (run_a, run_b):
        run = read_run(path)
        if not any(topic.query_id in run for topic in counted):
            raise DafuError(
                f"{path} 与 {qrels} 没有共同的题目：排序中有“{next(iter(run))}”等 {len(run)} 题，"
                f"应有“{counted[0].query_id}”等 {len(counted)} 题。请检查 query_id 是否一致。"
            )
        runs.append(run)
    return compare(runs[0], runs[1], judgments, compared), judgments
