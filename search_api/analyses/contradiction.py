"""What a contradiction is: two documents of different bodies whose statements cannot both be right.

Not for: finding them (conflicting_figures, conflicting_rules), or for what a user sees of them (conflicts).
"""

import re
from typing import NamedTuple

from corpus.language.agencies import without_place
from indexer.engine.protocol import DocumentEntry
from search_api.analyses.matter import OF_NO_MATTER, pairs_left

_NO_MATTER = re.compile(f"我区|我县|{OF_NO_MATTER}")


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
    return frozenset(pairs_left(_NO_MATTER, title or ""))
