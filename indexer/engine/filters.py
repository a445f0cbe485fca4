"""What a query demands besides its words. Both legs obey the same filter."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Filter:
    """Conditions that all hold; within one, any of its values does. Empty means no condition.

    `agencies` match by containment (民政局 finds 福田区民政局); `years` and `dates` (of the reply) are inclusive;
    `numbers` and `doc_numbers` are compared by their look-up keys; `phrases` stand in the passage (or its title or
    headings) character for character; a document with one of `excluded` anywhere in it is out.
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

    def __bool__(self) -> bool:
        return self != Filter()
