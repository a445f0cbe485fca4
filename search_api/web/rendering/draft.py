"""A proposal while a user edits its points: the points of the form, and what the form's buttons do to them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from corpus.proposals import Proposal
from search_api.match import proposal_from
from search_api.query.language import QueryError

_ACTION = re.compile(r"(merge|split|drop)-(\d{1,4})|add")
_BLANK_LINES = re.compile(r"\n\s*\n")


class DraftPoint(BaseModel):
    """An ask and what explains it."""

    text: str
    context: str = ""


class Draft(BaseModel):
    """A proposal split into points, as it is sent and shown."""

    title: str | None = None
    number: str | None = None
    preamble: str = ""
    points: list[DraftPoint]

    @classmethod
    def of(cls, proposal: Proposal) -> "Draft":
        points: Any = [point.model_dump() for point in proposal.points]
        return cls(title=proposal.title, number=proposal.number, preamble=proposal.preamble, points=points)

    def proposal(self) -> Proposal:
        """Points without text are left out. Raises QueryError if it is too long."""
        points = [(point.text, point.context) for point in self.points]
        return proposal_from(self.title or "", self.number or "", self.preamble, points)


@dataclass(frozen=True)
class Changed:
    """The points after a button was pressed; `at`, from 0, is the point to go on with."""

    points: list[DraftPoint]
    at: int


def changed(points: list[DraftPoint], action: str) -> Changed:
    """`merge-3` joins the third point to the second, `split-3` cuts it at its blank lines, `drop-3` takes it out, `add`
    adds an empty one at the end. Raises QueryError for what cannot be done."""
    match = _ACTION.fullmatch(action)
    at = int(match[2]) - 1 if match and match[2] else len(points)
    if not match or at > len(points) or (match[2] and not 0 <= at < len(points)):
        raise QueryError("没有这一条诉求：这一页可能已经改过。请从现在的诉求继续。")
    if match[1] == "merge":
        if not at:
            raise QueryError("第 1 条上面没有诉求，不能上移合并。")
        return Changed([*points[: at - 1], _joined(points[at - 1 : at + 1]), *points[at + 1 :]], at - 1)
    if match[1] == "split":
        return Changed([*points[:at], *_cut(points[at], at + 1), *points[at + 1 :]], at + 1)
    if match[1] == "drop":
        return Changed([*points[:at], *points[at + 1 :]], max(0, min(at, len(points) - 2)))
    return Changed([*points, DraftPoint(text="")], at)


def _joined(points: Iterable[DraftPoint]) -> DraftPoint:
    both = list(points)
    return DraftPoint(
        text="\n".join(filter(None, (point.text.strip() for point in both))),
        context="\n".join(filter(None, (point.context.strip() for point in both))),
    )


def _cut(point: DraftPoint, number: int) -> list[DraftPoint]:
    """The first part keeps the context."""
    first, *others = [part.strip() for part in _BLANK_LINES.split(point.text) if part.strip()] or [""]
    if not others:
        raise QueryError(f"第 {number} 条不知道从哪里拆：请在要分开的地方空一行（按两次回车），再按“拆分”。")
    return [DraftPoint(text=first, context=point.context), *(DraftPoint(text=text) for text in others)]
