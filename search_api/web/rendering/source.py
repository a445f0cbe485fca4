"""A pasted proposal beside its points: what of the text they use, and a sentence of it made a point.

Not for: editing the points themselves, which is in `draft`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from corpus.language.sentences import sentence_spans
from corpus.proposals import Meaning, split_proposal, stretches_of
from search_api.query.language import QueryError
from search_api.web.rendering.draft import DraftPoint

Use = Literal["ask", "context", "told", "rest"]
"""What a stretch is: a point's text, what explains a point, the preamble, or none of these."""
_MARKED = re.compile(r"(\d{1,6})-(\d{1,6})")


@dataclass(frozen=True)
class Segment:
    """A sentence of the source or a part of one, `source[start:end]`; `point` counts from 1, 0 for none."""

    text: str
    start: int
    end: int
    use: Use
    point: int

    @property
    def takeable(self) -> bool:
        """Whether it has words and is no ask already."""
        return self.use != "ask" and any(char.isalnum() for char in self.text)


@dataclass(frozen=True)
class Source:
    """The pasted text in segments, which make up all of it, and those that may ask though no point has them."""

    segments: list[Segment]
    unused: list[Segment]


def source_of(text: str, points: Sequence[DraftPoint], preamble: str, meaning: Meaning | None = None) -> Source:
    """The text beside points that may have been changed since it was pasted."""
    uses = _uses(text, points, preamble)
    split = split_proposal(text, meaning)
    asked = [(start, end) for start, end, role, _ in stretches_of(text, meaning) if role == "ask"]
    unused = []
    for start, end in sorted([*asked, *((one.start, one.end) for one in split.unused)]):
        if not any(use in ("ask", "context") for use, _ in uses[start:end]):
            unused.append(Segment(text[start:end], start, end, "rest", 0))
    return Source(_segments(text, uses), unused)


def taken(text: str, points: Sequence[DraftPoint], where: str) -> list[DraftPoint]:
    """The points with one more, whose text is the stretch `where` (12-30) of the pasted text, at its place among them.

    Raises QueryError for what is no stretch of it.
    """
    match = _MARKED.fullmatch(where)
    start, end = (int(match[1]), int(match[2])) if match else (0, 0)
    sentence = text[start:end].strip()
    if not sentence:
        raise QueryError("原文里没有这一句：请从现在的诉求继续。")
    starts = [_find(text, point.text) for point in points]
    at = sum(1 for place in starts if place and place[0] < start)
    others = [point.model_copy(update={"context": point.context.replace(sentence, "").strip()}) for point in points]
    return [*others[:at], DraftPoint(text=sentence), *others[at:]]


def _uses(text: str, points: Sequence[DraftPoint], preamble: str) -> list[tuple[Use, int]]:
    """The use of each character."""
    uses: list[tuple[Use, int]] = [("rest", 0)] * len(text)
    explained = [("context", number, point.context) for number, point in enumerate(points, 1)]
    asked = [("ask", number, point.text) for number, point in enumerate(points, 1)]
    whole: list[tuple[Use, int, str]] = [("told", 0, preamble), *explained, *asked]  # type: ignore[list-item]
    for use, number, part in whole:
        for line in [part] if _find(text, part) else part.split("\n"):
            for place in _find(text, line):
                uses[place] = use, number
    return uses


def _find(text: str, part: str) -> list[int]:
    """The places of a part's characters in a text that may have white space elsewhere; empty where it is not there."""
    at = [place for place, char in enumerate(text) if not char.isspace()]
    words = "".join(part.split())
    start = "".join(text[place] for place in at).find(words) if words else -1
    return at[start : start + len(words)] if start >= 0 else []


def _segments(text: str, uses: Sequence[tuple[Use, int]]) -> list[Segment]:
    edges = {0, len(text), *(edge for span in sentence_spans(text) for edge in span)}
    place = 0
    for _, run in groupby(zip(uses, text, strict=True), key=lambda one: one[0]):
        edges.add(place)
        place += len(list(run))
    cuts = sorted(edges)
    return [Segment(text[start:end], start, end, *uses[start]) for start, end in pairwise(cuts)]
