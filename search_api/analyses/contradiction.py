"""What a contradiction is: two documents of different bodies whose statements cannot both be right.

Not for: finding them (conflicting_figures, conflicting_rules), or for what a user sees of them (conflicts).
"""

import re
from typing import NamedTuple

from corpus.language.agencies import without_place
from indexer.engine.protocol import DocumentEntry

_OF_NO_MATTER = re.compile(
    "关于|加强|推进|建设|进一步|完善|我市|我区|我县|提案|建议|答复|问题|工作|加快|办理|情况|复函|规范|管理|政策|提升|提高|发展|治理|服务|城市|社区|实施|落实|支持|推动"
    r"|优化|解决|工程|机制|体系|市民|居民|群众|公共|力度|促进|深化|全面|切实|重点|难题|改革|全市|扩大|建立|健全|缓解|[^\u4e00-\u9fff]|[的和与及在为对]"
)


class Statement(NamedTuple):
    """What a document says at `start`: the sentence, literally, and the value that it states, if it is a figure's."""

    entry: DocumentEntry
    start: int
    quote: str
    value: float | None = None


class Contradiction(NamedTuple):
    """Two statements on one thing, the earlier document's first. `score` is about the chance that they conflict."""

    what: str
    a: Statement
    b: Statement
    score: float


def in_order(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    """The earlier document's statement first."""
    first, second = sorted((one, other), key=lambda s: (s.entry.replied_on or str(s.entry.year or ""), s.entry.doc_id))
    return first, second


def is_same_body(one: DocumentEntry, other: DocumentEntry) -> bool:
    """Whether one body signed both, or nobody is known to have: it corrects itself, which is no contradiction."""
    a, b = one.agency, other.agency
    if not a or not b or a == b:
        return True
    (place, bureau), (other_place, other_bureau) = without_place(a), without_place(b)
    return bureau == other_bureau and "" in (place, other_place)


def matter(title: str | None) -> frozenset[str]:
    """The pairs of neighbouring characters of what a title is about.

    >>> sorted(matter("关于加快建设长者食堂的建议"))
    ['者食', '长者', '食堂']
    """
    pieces = _OF_NO_MATTER.sub(" ", title or "").split()
    return frozenset(piece[at : at + 2] for piece in pieces for at in range(len(piece) - 1))
