"""What the stretches of an outline are used for: the values that the rules for points pass to each other."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from corpus.proposals.outline import Node

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


def whole(nodes: Iterable[Node], use: Use) -> Uses:
    """All of every node for one use; with `new`, the first node begins a point and the others continue it."""
    uses: Uses = {}
    for node in nodes:
        uses[node] = [Slice(0, len(node.text), "more" if use == "new" and uses else use)]
    return uses
