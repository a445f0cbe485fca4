"""Judged proposals: was each split into its asks, were those answered, and was a missing answer called missing?

Plain data only. Nothing is split or searched here; whoever does it lays what was given beside these judgments.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from corpus.errors import DafuError
from eval.trec import lines

DEPTH = 5
"""Passages of a point that count: as many as an officer reads before giving the point up."""

_Value = TypeVar("_Value")


class PointId(NamedTuple):
    """A judged point; `number` counts from 1 within its proposal."""

    proposal_id: str
    number: int


@dataclass(frozen=True)
class JudgedPoint:
    """One ask. `text` is literally the proposal's, with line wraps joined and without the numbering mark; `context` is
    what explains it, or empty. `passages` has passage_id to relevance: 2 answers this ask, 1 helps."""

    id: PointId
    text: str
    context: str
    precedent: bool
    passages: Mapping[str, int]


@dataclass(frozen=True)
class JudgedProposal:
    proposal_id: str
    text: str
    title: str
    number: str | None
    points: tuple[JudgedPoint, ...]


@dataclass(frozen=True)
class Share:
    """`hits` of `of`."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True)
class SplitFigures:
    """`exact` is of proposals; `precision` of the points given and `recall` of the points judged, over all proposals
    together."""

    exact: Share
    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        both = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / both if both else 0.0


@dataclass(frozen=True)
class PassageFigures:
    """Of the points with precedent: those that have a passage judged 2, or 1 and above, among the first ones."""

    answered: Share
    helped: Share


@dataclass(frozen=True)
class PrecedentFigures:
    """Points called without precedent: `rightly` of those that have none, `wrongly` of those that have one."""

    rightly: Share
    wrongly: Share


def measure_split(proposals: Sequence[JudgedProposal], given: Mapping[str, Sequence[str]]) -> SplitFigures:
    """`given` has proposal_id to the texts of its points. A proposal that is not in it was split into nothing."""
    matched = found = exact = 0
    for proposal in proposals:
        texts = given.get(proposal.proposal_id, ())
        matched += len(align(proposal, texts))
        found += len(texts)
        exact += is_split_right(proposal, texts)
    judged = sum(len(proposal.points) for proposal in proposals)
    return SplitFigures(Share(exact, len(proposals)), Share(matched, found), Share(matched, judged))


def is_split_right(proposal: JudgedProposal, texts: Sequence[str]) -> bool:
    """As many points, in the same order, each the same up to white space and final punctuation."""
    return [_bare(point.text) for point in proposal.points] == [_bare(text) for text in texts]


def align(proposal: JudgedProposal, texts: Sequence[str]) -> dict[PointId, int]:
    """Where each judged point stands among `texts`, one to one; a point that is not there is left out.

    Texts are the same up to white space and final punctuation. Of equal ones the first goes to the first.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        places[_bare(text)].append(place)
    return {point.id: free.pop(0) for point in proposal.points if (free := places[_bare(point.text)])}


def measure_passages(
    proposals: Sequence[JudgedProposal], given: Mapping[PointId, Sequence[str]], depth: int = DEPTH
) -> PassageFigures:
    """`given` has the passage_ids of a point, best first. A point that is not in it got none, and counts."""
    points = [point for proposal in proposals for point in proposal.points if point.precedent]
    best = [max((p.passages.get(item, 0) for item in given.get(p.id, ())[:depth]), default=0) for p in points]
    return PassageFigures(Share(sum(b >= 2 for b in best), len(best)), Share(sum(b >= 1 for b in best), len(best)))


def measure_precedent(proposals: Sequence[JudgedProposal], called: Mapping[PointId, bool]) -> PrecedentFigures:
    """`called` has what a point was said to have: True a precedent, False none. A point not in it was called nothing:
    it counts among its kind, and neither as rightly nor as wrongly called."""
    points = [point for proposal in proposals for point in proposal.points]
    without = [called.get(point.id, True) for point in points if not point.precedent]
    with_precedent = [called.get(point.id, True) for point in points if point.precedent]
    return PrecedentFigures(
        Share(without.count(False), len(without)), Share(with_precedent.count(False), len(with_precedent))
    )


def _bare(text: str) -> str:
    """Without white space and final punctuation: ` 一次 办好。 ` -> `一次办好`."""
    bare = re.sub(r"\s", "", text)
    while bare and unicodedata.category(bare[-1]).startswith("P"):
        bare = bare[:-1]
    return bare


def read_proposals(path: Path) -> list[JudgedProposal]:
    """JSON lines as eval/sample/PROPOSALS.md describes them. Raises DafuError naming file, line and what is wrong."""
    proposals: dict[str, JudgedProposal] = {}
    for number, line in lines(path):
        try:
            proposal = _proposal(_object(json.loads(line), "一行"))
        except json.JSONDecodeError as error:
            raise DafuError(f"{path} 第 {number} 行：应为 JSON 对象，实际出错：{error}。") from error
        except _WrongError as error:
            raise DafuError(f"{path} 第 {number} 行：{error}。") from error
        if proposal.proposal_id in proposals:
            raise DafuError(f"{path} 第 {number} 行：proposal_id“{proposal.proposal_id}”重复出现，每份提案应只有一行。")
        proposals[proposal.proposal_id] = proposal
    if not proposals:
        raise DafuError(f"{path} 中没有提案：应每行一个 JSON 对象，含 proposal_id、text、title、number、points。")
    return list(proposals.values())


class _WrongError(Exception):
    """What was expected and what was found, without the place."""


def _proposal(fields: Mapping[str, object]) -> JudgedProposal:
    proposal_id = _filled(fields, "proposal_id")
    number = _field(fields, "number")
    if number is not None and not (isinstance(number, str) and number.strip()):
        raise _WrongError(f"number 应为编号文字或 null，实际是 {_shown(number)}")
    points = _field(fields, "points")
    if not isinstance(points, list) or not points:
        raise _WrongError(f"points 应为至少含一项诉求的列表，实际是 {_shown(points)}")
    return JudgedProposal(
        proposal_id,
        _filled(fields, "text"),
        _filled(fields, "title"),
        number,
        tuple(_point(PointId(proposal_id, n), _object(point, f"诉求 {n} ")) for n, point in enumerate(points, 1)),
    )


def _point(point_id: PointId, fields: Mapping[str, object]) -> JudgedPoint:
    where = f"诉求 {point_id.number} 的 "
    number = _field(fields, "number", where)
    if type(number) is not int or number != point_id.number:
        raise _WrongError(f"{where}number 应为 {point_id.number}（从 1 起依次编号），实际是 {_shown(number)}")
    context = _typed(fields, "context", str, where, "文字（可为空）")
    precedent = _typed(fields, "precedent", bool, where, " true 或 false")
    passages = _typed(fields, "passages", dict, where, "段落编号到相关度的对象")
    for passage_id, relevance in passages.items():
        if type(relevance) is not int or relevance not in (1, 2):
            raise _WrongError(f"{where}passages 中“{passage_id}”的相关度应为 1 或 2，实际是 {_shown(relevance)}")
    if precedent != (2 in passages.values()):
        expected = "有先例（precedent 为 true）的应有" if precedent else "无先例（precedent 为 false）的不应有"
        raise _WrongError(f"{where}passages 不符：{expected}相关度为 2 的段落，实际是 {_shown(passages)}")
    return JudgedPoint(point_id, _filled(fields, "text", where), context, precedent, passages)


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _WrongError(f"{what}应为 JSON 对象，实际是 {_shown(value)}")
    return value


def _field(fields: Mapping[str, object], name: str, where: str = "") -> object:
    if name not in fields:
        raise _WrongError(f"缺少 {where}{name}，实际只有 {'、'.join(fields) or '空对象'}")
    return fields[name]


def _typed(fields: Mapping[str, object], name: str, kind: type[_Value], where: str, expected: str) -> _Value:
    value = _field(fields, name, where)
    if not isinstance(value, kind):
        raise _WrongError(f"{where}{name} 应为{expected}，实际是 {_shown(value)}")
    return value


def _filled(fields: Mapping[str, object], name: str, where: str = "") -> str:
    text = _typed(fields, name, str, where, "文字")
    if not text.strip():
        raise _WrongError(f"{where}{name} 应为文字，实际是空的")
    return text


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]
