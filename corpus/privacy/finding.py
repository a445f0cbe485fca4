"""Finds all personal data of a text, of every kind, in order."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from corpus.privacy import accounts, homes, names, papers, phones
from corpus.privacy.folding import Folded, fold

Span = tuple[int, int]


class PersonalData(NamedTuple):
    """A span of personal data, `start` and `end` in characters."""

    start: int
    end: int
    kind: str


OFFICE_LINE = "office line"
"""The kind of a landline that is an office's: a way to reach it, and nobody's personal data."""

_FINDERS: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("email", accounts.emails), ("identity", papers.identities), ("card", papers.cards), ("plate", papers.plates),
    ("account", accounts.accounts), ("home", homes.homes), ("paper", papers.papers), ("name", names.names),
)  # fmt: skip
_OF_DIGITS = ("identity", "card", "account", "paper")


class Scan:
    """What a text holds by itself, looked for once. `names`: those that it gives away, written plainly."""

    def __init__(self, text: str) -> None:
        self._folded = fold(text)
        self._found = list(_candidates(self._folded))
        given = {self._folded.text[item.start : item.end] for item in self._found if item.kind == "name"}
        self.names = frozenset(filter(names.may_be_known, given))

    def contacts(self, known: Collection[str] = ()) -> list[PersonalData]:
        """Personal data, and the landlines of offices. `known`: names that are personal wherever they stand."""
        mentioned = names.mentions(self._folded.text, {*self.names, *known})
        return list(_apart([*self._found, *(PersonalData(*span, "name") for span in mentioned)], self._folded))

    def personal_data(self, known: Collection[str] = ()) -> list[PersonalData]:
        """Personal data in order, not overlapping. `known`: names that are personal wherever they stand."""
        return [item for item in self.contacts(known) if item.kind != OFFICE_LINE]


def find_personal_data(text: str, known: Collection[str] = ()) -> list[PersonalData]:
    """Numbers, accounts, addresses and names by which people can be found, in order, not overlapping.

    `known`: names that are personal wherever they stand, such as those that a title gave away.
    """
    return Scan(text).personal_data(known)


def find_contacts(text: str) -> list[PersonalData]:
    """Personal data, and the landlines of offices."""
    return Scan(text).contacts()


def _apart(found: list[PersonalData], folded: Folded) -> Iterator[PersonalData]:
    """In order, without what overlaps an earlier or longer one, at the positions of the original text."""
    taken = 0
    for start, end, kind in sorted(found, key=lambda item: (item.start, -item.end)):
        if start >= taken:
            yield PersonalData(*folded.span(start, end), kind)
            taken = end


def _candidates(folded: Folded) -> Iterator[PersonalData]:
    text, digits = folded.text, folded.digits()
    for kind, find in _FINDERS:
        yield from (PersonalData(*span, kind) for span in find(text))
        if digits and kind in _OF_DIGITS:
            yield from (PersonalData(*span, kind) for span in find(digits))
    for reading in filter(None, (text, digits)):
        for number in (*phones.mobiles(reading), *phones.landlines(reading)):
            yield PersonalData(number.start, number.end, OFFICE_LINE if number.office else "phone")
            if number.mobile:
                beside = names.names_beside(text, number.start, number.end)
                yield from (PersonalData(*span, "name") for span in beside)
    for start, end in papers.identities(text):
        yield from (PersonalData(*span, "name") for span in names.names_beside(text, start, end))
