"""What a query demands of a document besides its words. Every kind of retrieval obeys the same filter."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Filter:
    """Conditions that all hold; within one, any of its values does. Empty means no condition.

    `agencies` match by containment (民政局 finds 福田区民政局); `years` and `dates` (of the reply) are inclusive;
    `numbers` and `doc_numbers` are compared by their look-up keys; `phrases` stand in the passage (or its title or
    headings) character for character; a document with one of `excluded` anywhere in it is out. `scopes` are those that
    the user may see, None for all: a document of another scope is neither found nor counted, as if it did not exist.
    """

    agencies: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    dates: tuple[tuple[date, date], ...] = ()
    numbers: tuple[str, ...] = ()
    doc_numbers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    scopes: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return self != Filter()
