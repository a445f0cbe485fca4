"""Which answers are called current: what a match shows of an ask, against what a person judged of each passage.

Every ask is matched by itself, as a proposal of one point. A passage counts 2 where it is judged current, 1 where it is
superseded, 0 where it only restates.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from corpus.errors import DafuError
from corpus.proposals import Point, Proposal
from eval.fact_scores import Fault, Mean, Measured, Score
from eval.measures import COMPARED, per_query
from eval.trec import Qrels, Run
from indexer.snapshot import Snapshot
from search_api.match import MatchedPoint, match
from search_api.types import PassageHit

_GRADES = {"current": 2, "superseded": 1, "restates": 0}
_STATUSES = tuple(_GRADES)
_SPLITS = ("dev", "test", "kept")

Line = Mapping[str, Any]


class _Asked(NamedTuple):
    """A judged ask, what was judged of each passage, and what a match shows."""

    line: Line
    judged: Mapping[str, str]
    found: MatchedPoint

    @property
    def shown(self) -> list[PassageHit]:
        return [passage for hit in self.found.hits for passage in hit.passages]


def measure_current(snapshot: Snapshot, lines: Sequence[Line]) -> Measured:
    """The figures of each split that the lines have. Raises DafuError for a passage that the index lacks."""
    asked = [_asked(snapshot, line) for line in lines]
    parts = {part: [each for each in asked if each.line["split"] == part] for part in _SPLITS}
    measured = [(part, each) for part, each in parts.items() if each]
    return Measured(
        scores=tuple(score for part, each in measured for score in _scores(part, each)),
        faults=tuple(fault for part, each in measured for one in each for fault in _faults(part, one)),
        means=tuple(mean for part, each in measured for mean in _means(part, each)),
    )


def _asked(snapshot: Snapshot, line: Line) -> _Asked:
    judged = {passage["passage_id"]: passage["status"] for passage in line["passages"]}
    for passage_id in judged:
        doc_id, _, anchor = passage_id.rpartition("#")
        entry = snapshot.engine.find(doc_id)
        if entry is None or anchor not in {p.anchor for p in snapshot.engine.passages_of(entry.key)}:
            raise DafuError(f"期望索引里有评判所列的段落，实际没有 {passage_id}。请用评判所依据的档案建立索引。")
    point = Point(number=1, text=line["text"], context="")
    proposal = Proposal(title=None, number=None, preamble="", points=(point,))
    return _Asked(line, judged, match(snapshot, proposal).points[0])


def _scores(part: str, asked: Sequence[_Asked]) -> list[Score]:
    pairs = [(one.judged[p.passage_id], p.status) for one in asked for p in one.shown if p.passage_id in one.judged]
    scores = [
        Score(
            f"段落：{status}",
            part,
            right=sum(judged == found == status for judged, found in pairs),
            found=sum(found == status for _, found in pairs),
            judged=sum(judged == status for judged, _ in pairs),
        )
        for status in _STATUSES
    ]
    called = [judged for judged, found in pairs if found == "current"]
    superseded = [found for judged, found in pairs if judged == "superseded"]
    replaced = [one for one in asked if "superseded" in one.judged.values()]
    first = sum(one.judged.get(one.shown[0].passage_id) == "current" for one in replaced if one.shown)
    answers = [one.judged.get(one.found.current.passage_id) for one in asked if one.found.current]
    return [
        *scores,
        Score("段落：状态对", part, sum(j == f for j, f in pairs), sum(f is not None for _, f in pairs), len(pairs)),
        Score("被取代的段落称作 current", part, superseded.count("current"), len(called), len(superseded)),
        Score("有被取代答复的诉求：现行的排在最前", part, first, len(replaced), len(replaced)),
        Score("现行口径", part, answers.count("current"), len(answers), len(asked)),
    ]


def _means(part: str, asked: Sequence[_Asked]) -> list[Mean]:
    """nDCG@10 of passages as they are shown, and of their documents, each graded by its best passage."""
    by_passage = {_id(one): {pid: _GRADES[status] for pid, status in one.judged.items()} for one in asked}
    shown = {_id(one): [passage.passage_id for passage in one.shown] for one in asked}
    by_document = {query: _of_documents(grades) for query, grades in by_passage.items()}
    hits = {_id(one): [hit.doc_id for hit in one.found.hits] for one in asked}
    return [
        Mean("nDCG@10（段落）", part, _ndcg(by_passage, shown), len(asked)),
        Mean("nDCG@10（文档）", part, _ndcg(by_document, hits), len(asked)),
    ]


def _of_documents(grades: Mapping[str, int]) -> dict[str, int]:
    best: dict[str, int] = {}
    for passage_id, grade in grades.items():
        doc_id = passage_id.rpartition("#")[0]
        best[doc_id] = max(best.get(doc_id, 0), grade)
    return best


def _ndcg(qrels: Qrels, ranked: Mapping[str, Sequence[str]]) -> float:
    run: Run = {query: {each: -float(at) for at, each in enumerate(order)} for query, order in ranked.items()}
    return float(per_query(run, qrels, list(qrels), COMPARED[:1]).mean())


def _faults(part: str, asked: _Asked) -> list[Fault]:
    return [
        Fault("现行与否", part, f"{_id(asked)} {passage.passage_id}", judged, str(passage.status))
        for passage in asked.shown
        if (judged := asked.judged.get(passage.passage_id)) and judged != passage.status
    ]


def _id(asked: _Asked) -> str:
    return str(asked.line["query_id"])
