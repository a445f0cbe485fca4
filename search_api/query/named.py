"""What a query names (a bureau, a district, a time, a session, a kind, a member), and what documents have it."""

from dataclasses import dataclass, field
from typing import Literal

from indexer.engine.protocol import Keys

NamedKind = Literal["agency", "district", "year", "date", "session", "kind", "member"]


@dataclass(frozen=True)
class Named:
    """A stretch [start, end) of the query, as typed, and what it names.

    `values` are those of the documents: agencies in full, an ISO date or month, 10-2 for 十届二次. `stays`: its words
    are also looked for in the text. `documents` are the keys of those that have a value, ascending; never none.
    """

    kind: NamedKind
    text: str
    values: tuple[str, ...]
    start: int
    end: int
    documents: Keys = field(compare=False, repr=False)
    stays: bool = False


def without_overlaps(found: list[Named]) -> list[Named]:
    """In reading order, of those that overlap the longest; of equally long ones the first found."""
    chosen: list[Named] = []
    for named in sorted(found, key=lambda n: n.start - n.end):
        if all(named.end <= other.start or other.end <= named.start for other in chosen):
            chosen.append(named)
    return sorted(chosen, key=lambda n: n.start)
