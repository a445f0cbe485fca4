"""Finds the asks in an outline: the rules for the points of a proposal, in the order in which they are tried.

1. Under headings and announcements of asks (三、建议; 为此，建议：): the items there, or the paragraphs, or the
   sentences.
2. Without such a heading: the items of a list that ask for something. Items headed 现状, 问题, … are background.
3. Without such a list: short lines that tell what to do, with the paragraphs under them.
4. Without such lines: the sentences that ask (建议…；此外，希望…；能否…？); then those that say 应当 or 必须; then any
   question. A short message with a single such sentence is one point as a whole.
5. Without such a sentence: the items of any list that is no background; else the whole text.
"""

from collections.abc import Iterator, Sequence

from corpus.language.sentences import sentence_spans
from corpus.proposals.headings import may_head_asks
from corpus.proposals.items import Uses, is_bare_heading, of_items, of_paragraphs, of_prose, whole
from corpus.proposals.outline import Node
from corpus.proposals.requests import holds_request, is_demand, is_duty, is_question, is_request

_SHORT_MESSAGE = 120
"""Characters. A message of two or three sentences is one ask, including its reason."""


def find_asks(root: Node) -> Uses:
    """The use of every stretch of a proposal's outline; at least one begins a point."""
    for rule in (_under_headings, _in_asking_lists, _under_bare_headings, _in_sentences, _in_lists):
        uses = rule(root)
        if _count(uses):
            return uses
    return whole(_texts(root), "new")


def with_background(root: Node) -> Iterator[tuple[Node, bool]]:
    """Yields every node in reading order, and whether it stands under a heading of background."""
    waiting = [(root, False)]
    while waiting:
        node, told = waiting.pop()
        told = told or node.part == "background"
        yield node, told
        waiting += reversed([(part, told) for part in node.parts])


def _count(uses: Uses) -> int:
    return sum(part.use == "new" for slices in uses.values() for part in slices)


def _texts(root: Node) -> list[Node]:
    return [node for node in root.walk() if node.text.strip()]


def _under_headings(root: Node) -> Uses:
    uses: Uses = {}
    for region in _regions(root):
        uses |= of_items(region.items) if region.items else of_paragraphs(region)
    return uses


def _regions(root: Node) -> Iterator[Node]:
    """Yields the innermost nodes that head asks: if 三、问题与建议 has a 建议 under it, only the latter counts."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.part == "asks" and not any(part.part == "asks" for part in node.parts):
            yield node
        else:
            waiting += reversed(node.parts)


def _in_asking_lists(root: Node) -> Uses:
    return _in_lists(root, asking=True)


def _in_lists(root: Node, *, asking: bool = False) -> Uses:
    lists: dict[int, list[Node]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for item in node.items:
            if item.part != "background":
                lists.setdefault(item.series, []).append(item)
        waiting += reversed([part for part in node.parts if part.part != "background"])
    uses: Uses = {}
    for items in lists.values():
        if items[0] not in uses and (_mostly_ask(items) if asking else len(items) > 1):
            uses |= of_items(items)
    return uses


def _mostly_ask(items: Sequence[Node]) -> bool:
    asked = 0
    for item in items:
        text = "".join(node.folded for node in item.walk())
        first = text[: next((end for _, end in sentence_spans(text)), len(text))]
        asks = is_demand(first) or holds_request(text) or is_question(text) or any(map(_is_demanded, item.items))
        asked += asks or item.kind == "asked" or may_head_asks(item.folded)
    return 2 * asked >= len(items)


def _is_demanded(item: Node) -> bool:
    return is_demand(item.folded)


def _under_bare_headings(root: Node) -> Uses:
    headings = [node for node in root.parts if node.starts_line and not node.part and is_bare_heading([node])]
    asked = sum(is_demand(node.folded) for node in headings)
    return of_paragraphs(root) if len(headings) >= 2 and asked == len(headings) else {}


def _in_sentences(root: Node) -> Uses:
    for asks in (is_request, is_duty, is_question):
        uses = of_prose(with_background(root), asks)
        if found := _count(uses):
            message = found == 1 and sum(len(node.text) for node in _texts(root)) <= _SHORT_MESSAGE
            return whole(_texts(root), "new") if message else uses
    return {}
