"""Measures the verdicts of passages against the judged set (eval/sample/README.md): F1 of each, and their mean."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from corpus.errors import DafuError
from corpus.facts.verdicts import VERDICTS
from eval.fact_scores import Fault, Mean, Measured, Score
from indexer.snapshot import Snapshot
from search_api.analyses.verdicts import verdict_of

_SPLITS = ("dev", "test")

Line = Mapping[str, Any]


def measure_verdicts(snapshot: Snapshot, lines: Sequence[Line]) -> Measured:
    """The figures of each split; a passage without a verdict counts in the share that is right. Raises DafuError for a
    passage that the index lacks."""
    found = {line["passage_id"]: _verdict(snapshot, line["passage_id"]) for line in lines}
    scores: list[Score] = []
    means: list[Mean] = []
    for part in _SPLITS:
        pairs = [(line["verdict"], found[line["passage_id"]]) for line in lines if line["split"] == part]
        of_verdicts = [_score(verdict, part, pairs) for verdict in VERDICTS]
        judged = [score for score in of_verdicts if score.judged]
        scores += of_verdicts
        scores.append(Score("处理结果：全部段落", part, sum(j == f for j, f in pairs), len(pairs), len(pairs)))
        means.append(Mean("处理结果：F1 的平均", part, sum(s.f1 for s in judged) / max(len(judged), 1), len(judged)))
    faults = [
        Fault("处理结果", line["split"], line["passage_id"], str(line["verdict"]), str(found[line["passage_id"]]))
        for line in lines
        if line["verdict"] != found[line["passage_id"]]
    ]
    return Measured(tuple(scores), tuple(faults), tuple(means))


def _verdict(snapshot: Snapshot, passage_id: str) -> str | None:
    doc_id, _, anchor = passage_id.rpartition("#")
    entry = snapshot.engine.find(doc_id)
    if entry is None or anchor not in {passage.anchor for passage in snapshot.engine.passages_of(entry.key)}:
        raise DafuError(f"期望索引里有评判所列的段落，实际没有 {passage_id}。请用评判所依据的档案建立索引。")
    stated = verdict_of(snapshot, entry, anchor)
    return stated.verdict if stated else None


def _score(verdict: str, part: str, pairs: Sequence[tuple[str | None, str | None]]) -> Score:
    counted = Counter(found for _, found in pairs), Counter(judged for judged, _ in pairs)
    right = sum(judged == found == verdict for judged, found in pairs)
    return Score(f"处理结果：{verdict}", part, right, counted[0][verdict], counted[1][verdict])
