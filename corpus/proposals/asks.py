"""Finds the asks in an outline: first by form, then in running text.

1. In tables, the cells of the column of asks.
2. Under headings and announcements of asks (三、建议; 为此，建议：): the items there, or the paragraphs, or the
   sentences.
3. Without such a heading: the items of a list that ask for something. Items headed 现状, 问题, … are background.
4. Without such a list: short lines that tell what to do, with the paragraphs under them.
5. Everywhere else, the sentences that ask, as `labeller` reads them: more of them where no form says where the asks
   are. A short message with a single such sentence is one point as a whole.
6. Without any of these: the items of any list that is no background; else the whole text.
"""

from collections.abc import Iterator, Sequence

from corpus.language.sentences import sentence_spans
from corpus.proposals import labeller
from corpus.proposals.headings import may_head_asks
from corpus.proposals.items import MAY_HEAD, first_line, is_bare_heading, of_items, of_paragraphs
from corpus.proposals.labeller import Meaning
from corpus.proposals.outline import Node
from corpus.proposals.prose import Limits, of_prose
from corpus.proposals.requests import is_question
from corpus.proposals.tables import in_tables
from corpus.proposals.uses import Uses, whole

_ALONE = Limits(chance=0.45, told=0.3, plain=True)
_BESIDE = Limits(chance=0.6, told=0.9, plain=False)
"""Without asks of another form, and beside some: most proposals that list their asks have no other."""
_SHORT_MESSAGE = 120
"""Characters. A message of two or three sentences is one ask, including its reason."""


def find_asks(root: Node, meaning: Meaning | None = None) -> Uses:
    """The use of every stretch of a proposal's outline; at least one begins a point."""
    formed = in_tables(root)
    for rule in (_under_headings, _in_asking_lists, _under_bare_headings):
        if _count(uses := rule(root)):
            formed |= {} if formed.keys() & uses.keys() else uses
            break
    uses = _in_sentences(root, formed, meaning) | formed
    if _count(uses):
        return uses
    uses = _in_lists(root)
    return uses if _count(uses) else whole(_texts(root), "new")


def with_background(root: Node) -> Iterator[tuple[Node, bool]]:
    """Yields every node in reading order, and whether it stands under a heading of background."""
    waiting = [(root, False)]
    while waiting:
        node, told = waiting.pop()
        told = told or node.part == "background"
        yield node, told
        waiting += reversed([(part, told) for part in node.parts])


def heads(node: Node) -> bool:
    """Whether a node without a number only heads or announces what stands below it."""
    return node.part is not None and not node.kind


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
        first = "".join(node.folded for node in first_line(item))
        asks = any(labeller.alone(first[start:end]) > MAY_HEAD for start, end in sentence_spans(first)) or is_question(
            first
        )
        asks = asks or any(labeller.asks(node.folded) for node in item.items)
        asked += asks or item.kind == "asked" or may_head_asks(item.folded)
    return 2 * asked >= len(items)


def _under_bare_headings(root: Node) -> Uses:
    headings = [node for node in root.parts if node.starts_line and not node.part and is_bare_heading([node])]
    asked = sum(labeller.asks(node.folded) for node in headings)
    return of_paragraphs(root) if len(headings) >= 2 and asked == len(headings) else {}


def _in_sentences(root: Node, formed: Uses, meaning: Meaning | None) -> Uses:
    nodes = [(node, told) for node, told in with_background(root) if not heads(node)]
    if formed:
        # Before the asks, what has no heading introduces them.
        first = next(i for i, (node, _) in enumerate(nodes) if any(part.use == "new" for part in formed.get(node, ())))
        nodes = [(node, told) for i, (node, told) in enumerate(nodes) if node not in formed and (told or i > first)]
        return of_prose(nodes, _BESIDE, meaning)
    uses = of_prose(nodes, _ALONE, meaning)
    return whole(_texts(root), "new") if _count(uses) and _is_message(root) else uses


def _is_message(root: Node) -> bool:
    """Whether the text is a short message with a single ask and its reason."""
    texts = [node.folded for node in _texts(root)]
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
    asked = [len(labeller.asks_in(sentence)) for sentence in sentences if labeller.certainly_asks(sentence)]
    return sum(map(len, texts)) <= _SHORT_MESSAGE and sum(asked) <= 1
