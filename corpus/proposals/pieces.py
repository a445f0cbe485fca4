"""Cuts the whole pasted text into pieces with roles, in reading order; `split_proposal` puts them together."""

from collections.abc import Iterator

from corpus.proposals.asks import find_asks, with_background
from corpus.proposals.head import take_head
from corpus.proposals.labeller import Meaning
from corpus.proposals.labels import is_personal, split_labels
from corpus.proposals.model import Piece
from corpus.proposals.outline import Node, outline
from corpus.proposals.paragraphs import lines_of, paragraphs_of
from corpus.proposals.tail import take_tail
from corpus.proposals.uses import Slice, Uses


def pieces_of(text: str, meaning: Meaning | None = None) -> list[Piece]:
    """The pieces of the text, which hold all of its words in order, without page furniture and Markdown marks."""
    head, root, tail = parts_of(text)
    if not any(node.text.strip() for node in root.walk()):  # nothing, or numbering without words
        return [Piece("ask", line.strip(), point=1) for line in split_labels(lines_of(text)) if line.strip()]
    return [*head, *_with_roles(root, find_asks(root, meaning)), *tail]


def parts_of(text: str) -> tuple[list[Piece], Node, list[Piece]]:
    """The pieces of the head, the outline of the body, and the pieces of the tail."""
    lines = split_labels(lines_of(text))
    head, rest = take_head(lines)
    body, tail = take_tail(rest)
    paragraphs = paragraphs_of(body)
    if not paragraphs:  # nothing but a title or a courtesy: then that is the ask
        head, tail, paragraphs = [], [], [line.strip() for line in lines if line.strip()]
    return head, outline(paragraphs), tail


def _with_roles(root: Node, uses: Uses) -> Iterator[Piece]:
    """Yields the stretches of the outline with their roles.

    A stretch that belongs to no point is preamble before the first point, and after the last if it is background;
    between points it is context of the next.
    """
    nodes = [(node, told) for node, told in with_background(root) if node is not root]
    first, last = _first_and_last([node for node, _ in nodes], uses)
    enclosing = _enclosing_item(root, nodes[first][0])
    point = 0
    waiting = False  # the point has context but no text yet
    led = False  # inside the item that holds the first point
    worded = True  # the point has words, not only its number
    for i, (node, told) in enumerate(nodes):
        led = led or node is enclosing
        if worded and first != i != last and not node.series and is_personal(node.text):
            yield Piece("left_out", node.text)
            continue
        for part in uses.get(node) or [Slice(0, len(node.text), "around")]:
            use = part.use
            if use == "around":
                if (not point and not led) or (i > last and told):
                    yield _piece(node, part, 0)
                    continue
                use = "before" if i < last else "context"
            if use in ("new", "before") and not waiting:
                point += 1
            waiting = use == "before" or (waiting and use != "new")
            worded = bool(node.text[part.start : part.end].strip()) or (worded and use != "new")
            if use == "new" and part.start == 0 and node.mark:
                yield Piece("left_out", node.mark, node.starts_line)
            yield _piece(node, part._replace(use=use), point)


def _piece(node: Node, part: Slice, point: int) -> Piece:
    text = node.text[part.start : part.end]
    if part.start == 0 and part.use != "new":
        text = node.mark + text
    starts_line = node.starts_line and part.start == 0
    if not point:
        return Piece("preamble", text, starts_line)
    return Piece("ask" if part.use in ("new", "more") else "context", text, starts_line, point)


def _first_and_last(nodes: list[Node], uses: Uses) -> tuple[int, int]:
    """The positions of the nodes that begin the first point and the last one."""
    asked = [i for i, node in enumerate(nodes) if any(part.use == "new" for part in uses.get(node, ()))]
    return asked[0], asked[-1]


def _enclosing_item(root: Node, first: Node) -> Node | None:
    """The numbered item around the first point, if other items have points too (一、停车难 … 建议：…)."""
    node = root
    while node is not first:
        parts = node.parts
        node = next(part for part in parts if any(below is first for below in part.walk()))
        alike = [part for part in parts if part.series == node.series and any(p.part == "asks" for p in part.parts)]
        if node.series and node in alike and len(alike) > 1:
            return node
    return None
