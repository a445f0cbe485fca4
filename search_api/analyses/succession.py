"""How likely does a later passage take the place of an earlier one, for an ask that both are near?

A logistic regression of few signals. Not for: the order of passages, or what is shown (see current).
"""

import math
import re
from typing import NamedTuple

_CHANGES = re.compile(
    r"不再|取消|停止|停发|停用|废止|修订|放弃|改正|已经采纳|调整为|改为|调为|重新|原定|原来|过去|仍"
    r"|[由从][^，。；]{1,16}(?:调整|提高|降低|增加|改|降|升|扩大|恢复|压)"
    r"|自[^，。；]{2,14}起|[今本]年[^，。；]{0,6}起"
)
"""Words with which an answer changes, revokes or repeats what was said before."""

_LOOKS_BACK = re.compile(
    r"(?:[12][0-9]{3}年|[两三四五]年前|去年|前年|当时|此前|原先|以前)[^。；]{0,24}"
    r"(?:答复|提出|承诺|表示|确定|定的|公布|核定|试排|改造后|计划|安排|目标|应当)|按照原来"
)
_CLAUSE_END = re.compile("[，。；：！？,;:\n]")
_LONGEST_CLAUSE = 36  # characters: what fits beside a date and an agency in one line
_FIGURE = re.compile(r"[0-9][0-9.]*\s*[万亿]?(?![年月日0-9.])[\u4e00-\u9fff%]")


class Signals(NamedTuple):
    """What speaks for a later passage in the place of an earlier one.

    `likeness` of the two, in deviations above the archive's usual closeness; `behind`, how far the later one is behind
    the passage nearest to the ask: 0 for none, 1 for as far as half of all passages are; `is_own` whether the body may
    speak for the earlier one's, `is_elsewhere` whether it speaks for another place; `says_change`, 0 to 2: words of
    change, and a figure that both state.
    """

    likeness: float
    behind: float
    is_own: bool
    is_elsewhere: bool
    says_change: int


_WEIGHTS = Signals(0.726, -5.38, 1.30, -0.83, 0.55)  # type: ignore[arg-type]
_NONE = -4.01


def evidence(signals: Signals) -> float:
    """The log odds that the later passage takes the place of the earlier one."""
    return _NONE + math.fsum(weight * signal for weight, signal in zip(_WEIGHTS, signals, strict=True))


def says_change(text: str) -> bool:
    return bool(_CHANGES.search(text) or _LOOKS_BACK.search(text))


def change_of(earlier: str, later: str) -> str:
    """The clause of `later` that says a change and shares most with `earlier`, cut short; empty for none.

    >>> change_of("首小时4元。", "今年起安装地锁。首小时由4元调整为5元，夜间每次5元。")
    '首小时由4元调整为5元'
    """
    known = _pairs(earlier)
    clauses = [clause.strip() for clause in _CLAUSE_END.split(later) if says_change(clause)]
    shared = [len(known & _pairs(clause)) for clause in clauses]
    if not any(shared):
        return ""
    clause = clauses[shared.index(max(shared))]
    return clause if len(clause) <= _LONGEST_CLAUSE else clause[: _LONGEST_CLAUSE - 1] + "…"


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def figures_of(text: str) -> frozenset[str]:
    """The numbers of a text with the first character of their unit, but for those of dates.

    >>> sorted(figures_of("自2025年1月起，每台补助由15万元提高到20 万元"))
    ['15万元', '20万元']
    """
    return frozenset("".join(figure.split()) for figure in _FIGURE.findall(text))
