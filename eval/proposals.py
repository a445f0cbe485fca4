"""Proposals that a person split into asks and judged: their types, and the reader of their file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from corpus.errors import DafuError
from eval.trec import lines

_Value = TypeVar("_Value")


class PointId(NamedTuple):
    """A judged point; `number` counts from 1 within its proposal."""

    proposal_id: str
    number: int


@dataclass(frozen=True)
class JudgedPoint:
    """One ask. `text` is quoted from the proposal, with line wraps joined and without the numbering mark; `context`
    explains it, or is empty. `passages` has passage_id to relevance: 2 answers this ask, 1 helps."""

    id: PointId
    text: str
    context: str
    precedent: bool
    passages: Mapping[str, int]


@dataclass(frozen=True)
class JudgedProposal:
    """One proposal; `number` is None where it states none."""

    proposal_id: str
    text: str
    title: str
    number: str | None
    points: tuple[JudgedPoint, ...]


def read_proposals(path: Path) -> list[JudgedProposal]:
    """JSON lines as eval/sample/PROPOSALS.md describes them. Raises DafuError naming file, line and what is wrong."""
    proposals: dict[str, JudgedProposal] = {}
    for number, line in lines(path):
        try:
            proposal = _proposal(_object(json.loads(line), "一行"))
        except json.JSONDecodeError as error:
            raise DafuError(f"{path} 第 {number} 行：应为 JSON 对象，实际出错：{error}。") from error
        except _FieldError as error:
            raise DafuError(f"{path} 第 {number} 行：{error}。") from error
        if proposal.proposal_id in proposals:
            raise DafuError(f"{path} 第 {number} 行：proposal_id“{proposal.proposal_id}”重复出现，每份提案应只有一行。")
        proposals[proposal.proposal_id] = proposal
    if not proposals:
        raise DafuError(f"{path} 中没有提案：应每行一个 JSON 对象，含 proposal_id、text、title、number、points。")
    return list(proposals.values())


class _FieldError(Exception):
    """Says what was expected and what was found; the caller adds file and line."""


def _proposal(fields: Mapping[str, object]) -> JudgedProposal:
    proposal_id = _filled(fields, "proposal_id")
    number = _field(fields, "number")
    if number is not None and not (isinstance(number, str) and number.strip()):
        raise _FieldError(f"number 应为编号文字或 null，实际是 {_shown(number)}")
    points = _field(fields, "points")
    if not isinstance(points, list) or not points:
        raise _FieldError(f"points 应为至少含一项诉求的列表，实际是 {_shown(points)}")
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
        raise _FieldError(f"{where}number 应为 {point_id.number}（从 1 起依次编号），实际是 {_shown(number)}")
    context = _typed(fields, "context", str, where, "文字（可为空）")
    precedent = _typed(fields, "precedent", bool, where, " true 或 false")
    passages = _typed(fields, "passages", dict, where, "段落编号到相关度的对象")
    for passage_id, relevance in passages.items():
        if type(relevance) is not int or relevance not in (1, 2):
            raise _FieldError(f"{where}passages 中“{passage_id}”的相关度应为 1 或 2，实际是 {_shown(relevance)}")
    if precedent != (2 in passages.values()):
        expected = "有先例（precedent 为 true）的应有" if precedent else "无先例（precedent 为 false）的不应有"
        raise _FieldError(f"{where}passages 不符：{expected}相关度为 2 的段落，实际是 {_shown(passages)}")
    return JudgedPoint(point_id, _filled(fields, "text", where), context, precedent, passages)


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _FieldError(f"{what}应为 JSON 对象，实际是 {_shown(value)}")
    return value


def _field(fields: Mapping[str, object], name: str, where: str = "") -> object:
    if name not in fields:
        raise _FieldError(f"缺少 {where}{name}，实际只有 {'、'.join(fields) or '空对象'}")
    return fields[name]


def _typed(fields: Mapping[str, object], name: str, kind: type[_Value], where: str, expected: str) -> _Value:
    value = _field(fields, name, where)
    if not isinstance(value, kind):
        raise _FieldError(f"{where}{name} 应为{expected}，实际是 {_shown(value)}")
    return value


def _filled(fields: Mapping[str, object], name: str, where: str = "") -> str:
    text = _typed(fields, name, str, where, "文字")
    if not text.strip():
        raise _FieldError(f"{where}{name} 应为文字，实际是空的")
    return text


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]
