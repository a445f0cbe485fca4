"""How likely does a later passage take the place of an earlier one, for an ask that both are near?

A logistic regression of few signals. Not for: the order of passages, or what is shown (see current).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from corpus.facts.quantities import quantities

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
_COMMON = re.compile(r"[\W_0-9]|[的了在和与及将为由到年月日底前后内我局委市区县个家处吗呢么有没是不]")
_LEAST_WEIGHT = 0.1  # of a pair that stands in every text
_NAMES_A_RULE = re.compile("[《〔]")
_CLAUSE_END = re.compile("[，。；：！？,;:\n]")
_LONGEST_CLAUSE = 36  # characters: what fits beside a date and an agency in one line
_LEAST_SHARED = 3  # pairs of characters; two of fewer speak of different things as often as not
_FIGURE = re.compile(r"[0-9][0-9.]*\s*[万亿]?(?![年月日0-9.])[\u4e00-\u9fff%]")


class Signals(NamedTuple):
    """What speaks for a later passage in the place of an earlier one.

    `likeness` of the two, in deviations above the archive's usual closeness; `shared`, what they share of their rarer
    words, 0 to 1; `behind`, how far the later one is behind the passage nearest to the ask: 0 for not at all, 1 for as
    far as half of all passages are; `is_own` whether the body may speak for the earlier one's, `is_elsewhere` whether
    it speaks for another place; `says_change`, 0 to 2: words of change, and a figure that both state; `years` between
    the two, 5 at most.
    """

    likeness: float
    shared: float
    behind: float
    is_own: bool
    is_elsewhere: bool
    says_change: int
    years: int


_WEIGHTS = (0.591, 18.89, -4.639, 0.691, -1.821, 0.346, 0.447)
_NONE = -5.078
"""Fitted on the asks of the dev parts of eval/sample and tests/data/threads by eval/succession.py."""


def evidence(signals: Signals) -> float:
    """The log odds that the later passage takes the place of the earlier one."""
    return _NONE + math.fsum(weight * signal for weight, signal in zip(_WEIGHTS, signals, strict=True))


@lru_cache(maxsize=4096)
def says_change(text: str) -> bool:
    return bool(_CHANGES.search(text) or _LOOKS_BACK.search(text))


def words_of_change(text: str) -> list[tuple[int, int]]:
    """Where in a text stand the words with which it changes what was said before, in order."""
    return [found.span() for found in _CHANGES.finditer(text)]


def change_of(earlier: str, later: str) -> str:
    """The clause of `later` that says a change and shares most with `earlier`, cut short; empty for none.

    >>> change_of("首小时4元，夜间不收。", "今年起安装地锁。首小时由4元调整为5元，夜间每次5元。")
    '首小时由4元调整为5元'
    """
    known = _pairs(earlier)
    clauses = [c.strip() for c in _CLAUSE_END.split(later) if says_change(c) and not _NAMES_A_RULE.search(c)]
    shared = [len(known & _pairs(clause)) for clause in clauses]
    if max(shared, default=0) < _LEAST_SHARED:
        return ""
    clause = clauses[shared.index(max(shared))]
    return clause if len(clause) <= _LONGEST_CLAUSE else clause[: _LONGEST_CLAUSE - 1] + "…"


class SharedWords:
    """How much of the weight of their pairs of characters two of these texts share: the fewer of the texts a pair
    stands in, the more it weighs."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._pairs = [_pairs(_COMMON.sub(" ", text)) for text in texts]
        counts = Counter(pair for pairs in self._pairs for pair in pairs)
        self._weights = {
            pair: math.log((1 + len(texts)) / (1 + count)) + _LEAST_WEIGHT for pair, count in counts.items()
        }
        self._wholes = [self._weight(pairs) for pairs in self._pairs]

    def of(self, one: int, other: int) -> float:
        """0 to 1, by the texts' places."""
        whole = math.sqrt(self._wholes[one] * self._wholes[other])
        return self._weight(self._pairs[one] & self._pairs[other]) / whole if whole else 0.0

    def _weight(self, pairs: Set[str]) -> float:
        return math.fsum(map(self._weights.__getitem__, pairs))


def _pairs(text: str) -> set[str]:
    return {run[at : at + 2] for run in text.split() for at in range(len(run) - 1)}


@lru_cache(maxsize=4096)
def figures_of(text: str) -> frozenset[tuple[float, str]]:
    """The values of a text with their units.

    >>> sorted(figures_of("今年起每台补助由八百元提高到1.2万元"))
    [(800, '元'), (12000, '元')]
    """
    return frozenset((quantity.value, quantity.unit) for quantity in quantities(text))
