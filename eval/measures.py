"""Measures runs with ir_measures, which only this file imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, IPrec, Measure, R, nDCG
from numpy.typing import NDArray

from eval.significance import bootstrap_intervals
from eval.trec import Qrels, Run, Topic, ranked

MEASURES = (nDCG @ 10, R @ 10, RR @ 10, R @ 100)
COMPARED = (nDCG @ 10, RR @ 10, R @ 10)

KNOWN_ITEM = (nDCG @ 10, RR @ 10, R @ 10, R @ 1)
"""For queries with one relevant document: R@1 is then the share of queries that have it first."""

CUTOFFS = (1, 2, 3, 5, 10, 20, 50, 100)
RECALL_AT = tuple(R @ k for k in CUTOFFS)

RECALL_LEVELS = tuple(i / 10 for i in range(11))
PRECISION_AT = tuple(IPrec @ level for level in RECALL_LEVELS)


@dataclass(frozen=True)
class Figures:
    """Means over `queries` queries with their 95 % bootstrap intervals, by the name of the measure."""

    means: dict[str, float]
    ci: dict[str, tuple[float, float]]
    queries: int

    def to_json(self) -> dict[str, object]:
        """The contract's shape: measures beside `queries`, and `ci`."""
        return {**self.means, "queries": self.queries, "ci": {name: list(ends) for name, ends in self.ci.items()}}


def judged(topics: Sequence[Topic], qrels: Qrels) -> list[Topic]:
    """The topics that a ranking can be measured on: those with a relevant document among their judgments.

    A topic judged to have no relevant document (category `none`) has no right ranking: every order would count 0.
    """
    return [t for t in topics if any(relevance > 0 for relevance in qrels.get(t.query_id, {}).values())]


def measure(
    run: Run, qrels: Qrels, topics: Sequence[Topic], measures: Sequence[Measure] = MEASURES
) -> dict[str, Figures]:
    """Measures a run over all topics and by category. A judged query without results counts 0.

    Unjudged topics and those without a relevant document are left out.
    """
    counted = judged(topics, qrels)
    values = per_query(run, qrels, [topic.query_id for topic in counted], measures)
    groups: dict[str, list[int]] = {"all": list(range(len(counted)))}
    for i, topic in enumerate(counted):
        if topic.category != "all":
            groups.setdefault(topic.category, []).append(i)
    return {category: _figures(values[rows], measures) for category, rows in groups.items()}


def per_query(
    run: Run, qrels: Qrels, query_ids: Sequence[str], measures: Sequence[Measure] = MEASURES
) -> NDArray[np.float64]:
    """One row a query, one column a measure. A query without results has zeros."""
    rows = {query_id: i for i, query_id in enumerate(query_ids)}
    columns = {measure: i for i, measure in enumerate(measures)}
    values = np.zeros((len(rows), len(columns)))
    judgments = {query_id: qrels[query_id] for query_id in rows}
    found = {query_id: _by_rank(run[query_id]) for query_id in rows if run.get(query_id)}
    if found:
        for metric in ir_measures.iter_calc(list(measures), judgments, found):
            values[rows[metric.query_id], columns[metric.measure]] = metric.value
    return values


def _by_rank(scores: Mapping[str, float]) -> dict[str, float]:
    """Ranks as scores, so that no ties are left.

    Of equal scores, ir_measures takes the first doc_id first for RR@10 and the last for all else.
    """
    return {doc_id: -float(rank) for rank, doc_id in enumerate(ranked(scores))}


def _figures(values: NDArray[np.float64], measures: Sequence[Measure]) -> Figures:
    names = [str(m) for m in measures]
    if not len(values):
        return Figures(dict.fromkeys(names, 0.0), dict.fromkeys(names, (0.0, 0.0)), 0)
    ends = bootstrap_intervals(values).tolist()
    return Figures(
        means=dict(zip(names, values.mean(axis=0).tolist(), strict=True)),
        ci={name: (low, high) for name, (low, high) in zip(names, ends, strict=True)},
        queries=len(values),
    )
