"""The types of a proposal and its points, and the pieces that they are made of."""

from typing import Literal, NamedTuple

from corpus.types import Frozen


class Point(Frozen):
    """One ask. `number` counts from 1, whatever the pasted text counted; `context` explains `text`, or is empty."""

    number: int
    text: str
    context: str


class Sentence(Frozen):
    """A sentence of the pasted text, which is `text[start:end]`."""

    text: str
    start: int
    end: int


class Proposal(Frozen):
    """An incoming proposal. `number` is without 第 and 号, like `Document.proposal_number`; `preamble` is all text that
    asks nothing, or empty. `unused` are the sentences that may ask for something and that no point has; none in a
    proposal that people have taken apart."""

    title: str | None
    number: str | None
    preamble: str
    points: tuple[Point, ...]
    unused: tuple[Sentence, ...] = ()


Role = Literal["title", "number", "left_out", "preamble", "ask", "context"]
"""The role of a piece. `left_out`: names and dates in head and tail, courtesies, the numbering of the points."""


class Stretch(NamedTuple):
    """[start, end) of the pasted text, and what it is, as in `Piece`."""

    start: int
    end: int
    role: Role
    point: int


class Piece(NamedTuple):
    """A stretch of the pasted text. `point` counts from 1 for `ask` and `context`; the others have 0."""

    role: Role
    text: str
    starts_line: bool = True
    point: int = 0
