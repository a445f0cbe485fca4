"""Measures where documents are said to contradict each other against the judged pairs (eval/sample/README.md).

A judged pair is found where a listed one has both its passages and its values, or, for what is no value, its words.
Pairs that are listed and judged nowhere count as found and wrong: the judge read every document.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from eval.fact_scores import Fault, Measured, Score
from indexer.snapshot import Snapshot
from search_api.analyses.conflicts import Conflict, Side, conflicts

_SPLITS = ("dev", "test")
_KINDS = ("value", "verdict")

Line = Mapping[str, Any]


def measure_conflicts(snapshot: Snapshot, lines: Sequence[Line]) -> Measured:
    """The figures of each split, of values and of rules; and of all that is listed, what no line judges as wrong."""
    listed = conflicts(snapshot)
    found = {id(line): any(_is_pair(line, each) for each in listed) for line in lines}
    scores: list[Score] = []
    faults: list[Fault] = []
    for part in _SPLITS:
        here = [line for line in lines if line["split"] == part]
        for kind in _KINDS:
            scores.append(_score(f"矛盾（{kind}）", part, [line for line in here if line["kind"] == kind], found))
        scores.append(_score("矛盾", part, here, found))
        faults += [_fault(line, part) for line in here if found[id(line)] != line["conflict"]]
    true = [line for line in lines if line["conflict"]]
    right = sum(any(_is_pair(line, each) for line in true) for each in listed)
    scores.append(Score("列出的全部", "all", right, len(listed), len(true)))
    return Measured(tuple(scores), tuple(faults))


def _score(what: str, part: str, lines: Sequence[Line], found: Mapping[int, bool]) -> Score:
    listed = [line for line in lines if found[id(line)]]
    return Score(
        what, part, sum(line["conflict"] for line in listed), len(listed), sum(line["conflict"] for line in lines)
    )


def _fault(line: Line, part: str) -> Fault:
    said = ("不是矛盾", "矛盾")
    return Fault("矛盾", part, line["what"], said[line["conflict"]], said[not line["conflict"]])


def _is_pair(line: Line, listed: Conflict) -> bool:
    a, b = listed.a, listed.b
    return (_is_side(line["a"], a) and _is_side(line["b"], b)) or (_is_side(line["a"], b) and _is_side(line["b"], a))


def _is_side(judged: Line, side: Side) -> bool:
    """Whether a side is the judged one, or another place where that document says it."""
    if judged["doc_id"] != side.doc_id or judged["value"] != side.value:
        return False
    places = [(each["passage_id"], each["quote"]) for each in (judged, *judged.get("also", ()))]
    if side.value is not None:
        return side.passage_id in {passage_id for passage_id, _ in places}
    return any(quote[:8] in side.quote or side.quote in quote for _, quote in places)
