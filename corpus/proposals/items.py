"""Separates ask and explanation: in numbered items, in paragraphs, and in the sentences of a paragraph.

Not for: which stretches of a proposal hold asks, which is in `asks`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from corpus.language.agencies import compact, is_bureau
from corpus.language.sentences import sentence_spans
from corpus.proposals.folding import fold
from corpus.proposals.headings import names_group
from corpus.proposals.marks import IN_PROSE
from corpus.proposals.outline import Node
from corpus.proposals.requests import (
    adds,
    asks_again,
    explains,
    holds_request,
    is_demand,
    is_request,
    names_problem,
)

Use = Literal["new", "more", "context", "before", "around"]
"""The use of a stretch: it begins a point's text, continues it, explains it, explains the next point, or none of these;
then its place decides."""


class Slice(NamedTuple):
    """[start, end) of a node's text, and its use."""

    start: int
    end: int
    use: Use


Uses = dict[Node, list[Slice]]
"""The uses of the stretches of nodes that belong to points. All other nodes are `around`."""

_MAX_HEADING_LENGTH = 40
"""Characters, for a first sentence that may be a heading with its explanation in the same line."""
_MAX_RUN_IN_LENGTH = 24
"""Characters, for a heading that ends with a colon or a gap."""
_MAX_GROUP_LENGTH = 20
_GAP = re.compile(rf"[^，。；：！？]{{2,{_MAX_RUN_IN_LENGTH}}}?[\u4e00-\u9fff”）]\s+(?=[\u4e00-\u9fff“])")


def whole(nodes: Iterable[Node], use: Use) -> Uses:
    """All of every node for one use; with `new`, the first node begins a point and the others continue it."""
    uses: Uses = {}
    for node in nodes:
        uses[node] = [Slice(0, len(node.text), "more" if use == "new" and uses else use)]
    return uses


# Numbered items


def of_items(items: Sequence[Node]) -> Uses:
    """The points of a list: each item is one, except that the sub-items of a group are points of their own."""
    uses: Uses = {}
    asked = [item for item in items if item.part != "background" and any(node.text.strip() for node in item.walk())]
    for item in asked:
        if _is_group(item):
            uses |= whole([item], "before")
            for node in item.parts:
                uses |= of_item(node) if node.series else whole([node], "before")
        else:
            uses |= of_item(item)
    for node in asked[-1].parts if asked else ():
        folded = node.folded
        if node.starts_line and not node.series and adds(folded) and is_request(folded):  # 此外，建议… below the list
            uses |= whole([node], "new")
    return uses


def _is_group(item: Node) -> bool:
    """Whether an item only names what its sub-items have in common (市级层面)."""
    heading = item.folded.strip()
    if not item.items or len(heading) > _MAX_GROUP_LENGTH or re.search("[，。；！？].", heading):
        return False
    if item.items[0].kind in IN_PROSE and not item.items[0].starts_line:
        return False
    asked = sum(is_demand(sub.folded) for sub in item.items)
    return not is_demand(heading) and (names_group(heading) or 2 * asked > len(item.items))


def of_item(item: Node) -> Uses:
    """The point of an item: its heading, if that asks by itself, else its whole first line; the rest explains."""
    first, below = _first_line(item)
    line = "".join(node.mark + node.text for node in first)[len(item.mark) :]
    explanation = "\n".join(node.text for node in below)
    cut = len(item.text) if _heads_sublist(item) else _heading_end(line, followed=bool(below))
    if cut and cut <= len(item.text) and _asks_alone(line[:cut], line[cut:] + explanation):
        rest = [Slice(cut, len(item.text), "context")] if cut < len(item.text) else []
        return whole([*first, *below], "context") | {item: [Slice(0, cut, "new"), *rest]}
    uses = whole(first, "new")
    for node in below:
        asked = cut == len(line) and not node.series and holds_request(node.folded)
        uses |= whole([node], "more" if asked else "context")
    return uses


def _heads_sublist(item: Node) -> bool:
    """Whether the item's own text is a heading with numbered sub-items in the same line."""
    text = item.folded.rstrip()
    if not item.items or not 0 < len(text) <= _MAX_HEADING_LENGTH or re.search("[。；！？]|，$", text):
        return False
    return item.items[0].kind not in IN_PROSE


def _first_line(item: Node) -> tuple[list[Node], list[Node]]:
    """The nodes of the item's first line with text, and the nodes below it."""
    nodes = list(item.walk())
    seen = ""
    for i, node in enumerate(nodes):
        if i and node.starts_line and seen.strip():
            return nodes[:i], nodes[i:]
        seen += node.text
    return nodes, []


def _heading_end(line: str, *, followed: bool) -> int | None:
    """The end of a line's heading: its first full stop, colon or gap.

    None if the line has no heading, or is all heading with nothing below it.
    """
    folded = fold(line)
    end = _after("[。！？]", folded) or len(line)
    colon = _after("：", folded[:end])
    if 0 < colon <= _MAX_RUN_IN_LENGTH and "，" not in folded[:colon]:
        end = colon
    elif gap := _GAP.match(folded, 0, end):
        end = gap.end()
    if not folded[end:].strip():
        return len(line) if followed else None
    return end if end <= _MAX_HEADING_LENGTH else None


def _after(pattern: str, text: str) -> int:
    """The end of the first match outside brackets; 0 for none."""
    for match in re.finditer(pattern, text):
        if text.count("（", 0, match.start()) <= text.count("）", 0, match.start()):
            return match.end()
    return 0


def _asks_alone(heading: str, explanation: str) -> bool:
    """Whether a heading is an ask without its explanation; a bureau's name before a colon only tells who is asked."""
    folded = fold(heading)
    if names_problem(folded) or is_bureau(compact(folded).rstrip("：")):
        return False
    return is_demand(folded) or holds_request(folded) or not holds_request(fold(explanation))


# Paragraphs without numbers


def of_paragraphs(region: Node) -> Uses:
    """The points below a heading: bare headings with their paragraphs, else paragraphs, or sentences of a sole one."""
    lines = _lines(region)
    if len(lines) == 1:
        return of_sentences(lines[0], every_demand=True)
    headings = [line for line in lines if is_bare_heading(line)]
    if len(headings) >= 2 and len(headings) < len(lines):
        return _under_bare_headings(lines)
    uses: Uses = {}
    for line in lines:
        if uses and explains(line[0].folded):
            uses |= whole(line, "context")
        else:
            uses |= of_sentences(line, every_demand=False) or (
                of_item(line[0]) if len(line) == 1 else whole(line, "new")
            )
    return uses


def _under_bare_headings(lines: Sequence[Sequence[Node]]) -> Uses:
    uses: Uses = {}
    for line in lines:
        if is_bare_heading(line):
            uses |= whole(line, "new")
        elif uses:
            uses |= whole(line, "context")
    return uses


def is_bare_heading(line: Sequence[Node]) -> bool:
    """Whether a line is short and ends without punctuation."""
    text = "".join(node.folded for node in line).strip()
    return 0 < len(text) <= _MAX_HEADING_LENGTH and text[-1] not in "。；！？，："


def _lines(region: Node) -> list[list[Node]]:
    lines: list[list[Node]] = []
    for node in region.walk():
        if node is region or not node.text.strip():
            continue
        if node.starts_line or not lines:
            lines.append([])
        lines[-1].append(node)
    return lines


# Sentences


def of_sentences(line: Sequence[Node], *, every_demand: bool) -> Uses:
    """The sentences of a line that ask, each followed by those that explain it.

    With `every_demand`, imperatives ask too, and a line in which nothing asks is one ask. Without it, a line with
    fewer than two requests has no points of its own.
    """
    uses: Uses = {}
    found = 0
    for node in line:
        slices: list[Slice] = []
        for start, end in clauses(node.folded):
            sentence = node.folded[start:end]
            asked = (
                is_request(sentence)
                or (every_demand and not found)
                or ((found or every_demand) and is_demand(sentence))
            )
            found += bool(asked)
            slices.append(Slice(start, end, "new" if asked else "context" if found else "around"))
        uses[node] = slices
    return uses if every_demand or found >= 2 else {}


def of_prose(nodes: Iterable[tuple[Node, bool]], asks: Callable[[str], bool]) -> Uses:
    """The sentences of a whole proposal that ask, each followed by those in its line that explain it.

    `nodes` are in reading order; the flag marks background, where only a paragraph's first sentence can ask.
    """
    uses: Uses = {}
    going = False  # a point has begun in this line
    for node, background in nodes:
        going = going and not node.starts_line
        slices: list[Slice] = []
        for start, end in clauses(node.folded):
            sentence = node.folded[start:end]
            asked = asks(sentence) and (not background or (node.starts_line and start == 0))
            asked = asked or (going and is_demand(sentence))
            going = going or asked
            slices.append(Slice(start, end, "new" if asked else "context" if going else "around"))
        uses[node] = slices
    return uses


def clauses(folded: str) -> Iterator[tuple[int, int]]:
    """Yields [start, end) of each sentence, and of each ask in a sentence with several (建议…，同时希望…)."""
    for start, end in sentence_spans(folded):
        sentence = folded[start:end]
        cuts = [start, *(start + at for at in asks_again(sentence)), end]
        yield from pairwise(cuts)
