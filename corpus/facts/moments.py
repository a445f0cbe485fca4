"""When each quantity of a sentence is so: the time named before it, or what an earlier sentence said of the same value.

What a change leaves behind (由3元调减为2元) has no period unless its own words give one.
"""

import re
from collections.abc import Sequence
from datetime import date

from corpus.facts.periods import Time, times
from corpus.facts.quantities import Quantity

_CHANGE = r"(?:调整|提高|增加|恢复|扩大|下降|降|缩|减|调减|上升|升|压|增|改|变)"
_LEFT = re.compile(
    r"(?:由|从|原来的?|把[^，；]{0,10}?过去[^，；]{0,8}?)(?P<inside>[^，；。、由从\d]{0,6}(?:\d{4}\s?年[^，；。、\d]{0,6})?)$"
)
_TO_ANOTHER = re.compile(rf"[^，；。\d]{{0,12}}?{_CHANGE}")
_COMPARED = re.compile(r"(?:比|较|与|同)\s?$")
_DIFFERENCE = re.compile(r"(?:提高|增加|上升|下降|减少|增长|多|少|高|低|降低|慢|快|晚|短|减)了?\s?$")
_NEAR = 60  # characters that the words before a quantity or a time may have
_CLAUSE = re.compile("[，；：。,;:]")


class Moments:
    """The periods of a document's quantities, sentence by sentence."""

    def __init__(self, written: date | None) -> None:
        self.written = written
        self._said: dict[tuple[float, str], str | None] = {}
        self._year: int | None = None

    def new_paragraph(self) -> None:
        self._year = None

    def periods(self, sentence: str, counted: Sequence[Quantity]) -> list[str | None]:
        """The period of each of a sentence's quantities."""
        named = list(times(sentence, self.written, self._year))
        inherited = self._repeated(sentence, counted, named)
        found: list[str | None] = []
        for position, quantity in enumerate(counted):
            found.append(self._period(sentence, counted, position, named, inherited))
            if found[-1] is not None:
                self._said[quantity.value, quantity.unit] = found[-1]
        years = [int(time.period[-4:] if "/" in time.period and len(time.period) == 9 else time.period[:4])
                 for time in named if time.period and not time.now]  # fmt: skip
        if years:
            self._year = years[-1]
        return _in_turn(sentence, counted, named, found)

    def _period(
        self, text: str, counted: Sequence[Quantity], position: int, named: Sequence[Time], inherited: str | None
    ) -> str | None:
        quantity = counted[position]
        before = [time for time in named if time.end <= quantity.at]
        if left := _left(text, quantity):
            inside = [time for time in before if time.start >= left.start("inside")]
            return inside[-1].period if inside else None
        changes = [(left.start("inside"), q.start) for q in counted[:position] if (left := _left(text, q))]
        before = [
            time
            for time in before
            if _reaches(text, time, counted, position) and not any(s <= time.start < e for s, e in changes)
        ]
        return before[-1].period if before else inherited

    def _repeated(self, text: str, counted: Sequence[Quantity], named: Sequence[Time]) -> str | None:
        """The period of a value that the sentence opens with and an earlier one stated: 23家当中，街道自办的7家."""
        if not counted or any(time.end <= counted[0].start for time in named):
            return None
        first = counted[0]
        opens = re.match(
            r"\s?[^，。；]{0,14}?[中里]|[^，。；]{0,8}(?:当中|之中|中，)", text[first.end : first.end + 16]
        )
        return self._said.get((first.value, first.unit)) if opens else None


def _in_turn(
    text: str, counted: Sequence[Quantity], named: Sequence[Time], found: list[str | None]
) -> list[str | None]:
    """With a year each, where 分别 stands between two years and two values: 2016年、2017年分别为3.9万和4.1万."""
    for time in named:
        said = text.find("分别", time.end, time.end + 30)
        after = [position for position, quantity in enumerate(counted) if quantity.start >= said]
        if time.period and "/" in time.period and "、" in text[time.start : time.end] and said >= 0 and len(after) > 1:
            found[after[0]], found[after[1]] = time.period.split("/")
    return found


def _left(text: str, quantity: Quantity) -> re.Match[str] | None:
    """Where a change leaves this quantity behind: the words from 由 to it."""
    found = _LEFT.search(text, max(0, quantity.start - _NEAR), quantity.start)
    return found if found and _TO_ANOTHER.match(text, quantity.end) else None


def _reaches(text: str, time: Time, counted: Sequence[Quantity], position: int) -> bool:
    """Whether a time reaches a quantity: what is only compared with (比2019年的40家多1家) reaches one in its clause."""
    if not _COMPARED.search(text, max(0, time.start - _NEAR), time.start):
        return True
    quantity = counted[position]
    between = [q for q in counted if time.end <= q.start < quantity.start]
    clause_ends = _CLAUSE.search(text, time.end, quantity.start)
    return (
        not between and not clause_ends and not _DIFFERENCE.search(text, max(0, quantity.start - _NEAR), quantity.start)
    )
