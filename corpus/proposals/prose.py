"""Finds the sentences of running text that ask, and the asks in a sentence with several.

Not for: which text is running text, which is in `asks`.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from corpus.language.sentences import sentence_spans
from corpus.proposals import labeller
from corpus.proposals.labeller import Meaning, Placed
from corpus.proposals.outline import Node
from corpus.proposals.requests import asks_for
from corpus.proposals.uses import Slice, Uses

_MAX_LINK = 5
"""Characters of 为此， or 与此同时，, which stay with the ask that they lead to."""
MAY_ASK = -1.5
"""The log odds from which a sentence may ask, where an announcement says that asks follow."""


class Limits(NamedTuple):
    """The chances from which a sentence is an ask, and from which one in background is; with `plain`, a plain request
    is one anywhere."""

    chance: float
    told: float
    plain: bool

    def reached(self, sentence: str, chance: float, *, told: bool) -> bool:
        """Whether a folded sentence asks, with this chance by its words and place; an announcement does not."""
        if sentence.rstrip().endswith("："):
            return False
        certain = self.plain and asks_for(sentence) and labeller.certainly_asks(sentence)
        return certain or chance >= (self.told if told else self.chance)


def of_sentences(line: Sequence[Node], *, every_demand: bool) -> Uses:
    """The sentences of a line that ask, each followed by those that explain it.

    With `every_demand`, those that may ask do, and a line in which nothing asks is one ask. Without it, a line with
    fewer than two has no points of its own.
    """
    uses: Uses = {}
    found = 0
    for node in line:
        slices: list[Slice] = []
        for start, end in sentence_spans(node.folded):
            sentence = node.folded[start:end]
            asked = labeller.alone(sentence) > (MAY_ASK if every_demand else 0) or (every_demand and not found)
            slices += _cut(sentence, start) if asked else [Slice(start, end, "context" if found else "around")]
            found += asked
        uses[node] = slices
    return uses if every_demand or found >= 2 else {}


def of_prose(nodes: Sequence[tuple[Node, bool]], limits: Limits, meaning: Meaning | None = None) -> Uses:
    """The sentences of running text that ask, each followed by those in its line that explain it.

    `nodes` are in reading order; the flag marks background.
    """
    lines = list(accumulate(node.starts_line for node, _ in nodes))
    spans = [list(sentence_spans(node.folded)) for node, _ in nodes]
    placed = [
        Placed(node.folded[start:end], line, told)
        for (node, told), line, found in zip(nodes, lines, spans, strict=True)
        for start, end in found
    ]
    chances = iter(labeller.chances(placed, meaning))
    uses: Uses = {}
    going = False  # a point has begun in this line
    for (node, told), found in zip(nodes, spans, strict=True):
        going = going and not node.starts_line
        slices: list[Slice] = []
        for start, end in found:
            sentence = node.folded[start:end]
            asked = limits.reached(sentence, next(chances), told=told)
            slices += _cut(sentence, start) if asked else [Slice(start, end, "context" if going else "around")]
            going = going or asked
        uses[node] = slices
    return uses


def _cut(sentence: str, start: int) -> list[Slice]:
    """The asks of a sentence that asks. One has all of it; before several, what leads to them is apart."""
    asks = labeller.asks_in(sentence)
    if len(asks) == 1:
        return [Slice(start, start + len(sentence), "new")]
    slices = [Slice(start + first, start + last, "new") for first, last in pairwise([*asks, len(sentence)])]
    if asks[0] > _MAX_LINK:
        slices.insert(0, Slice(start, start + asks[0], "before"))
    else:
        slices[0] = slices[0]._replace(start=start)
    return slices
