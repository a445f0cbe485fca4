"""How good a run is, by ir_measures. The only owner of it."""

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import RR, R, nDCG

from eval.trec import Qrels, Run, Topic

MEASURES = (nDCG @ 10, R @ 10, RR @ 10, R @ 100)

Figures = dict[str, float]
"""The name of a measure to its mean; `queries` is the number of judged ones it is over."""


def measure(run: Run, qrels: Qrels, topics: Sequence[Topic]) -> dict[str, Figures]:
    """Figures over all topics and by category. A judged query without results counts 0; unjudged ones do not count."""
    per_query = _per_query(run, qrels, {topic.query_id for topic in topics})
    groups: dict[str, list[str]] = {"all": []}
    for topic in topics:
        if topic.query_id in qrels:
            groups["all"].append(topic.query_id)
            groups.setdefault(topic.category, []).append(topic.query_id)
    return {category: _mean(per_query, ids) for category, ids in groups.items()}


def _per_query(run: Run, qrels: Qrels, wanted: set[str]) -> Mapping[str, Mapping[str, float]]:
    judged = {query_id: judgments for query_id, judgments in qrels.items() if query_id in wanted}
    found: dict[str, dict[str, float]] = {query_id: {} for query_id in judged}
    for metric in ir_measures.iter_calc(MEASURES, judged, run):
        found[metric.query_id][str(metric.measure)] = float(metric.value)
    return found


def _mean(per_query: Mapping[str, Mapping[str, float]], query_ids: Sequence[str]) -> Figures:
    count = len(query_ids)
    means = {str(m): sum(per_query[q].get(str(m), 0.0) for q in query_ids) / count if count else 0.0 for m in MEASURES}
    return {**means, "queries": count}
