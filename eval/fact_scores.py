"""How often a reading of facts is right: counts, precision, recall and F1, with 95 % intervals of Wilson's."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

_Z = 1.959963984540054  # of the 95 % interval
Interval = tuple[float, float]


class Counted:
    """The shares that follow from `right` of `found` readings and of `judged` facts."""

    right: int
    found: int
    judged: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.judged if self.judged else 0.0

    @property
    def f1(self) -> float:
        together = self.precision + self.recall
        return 2 * self.precision * self.recall / together if together else 0.0


@dataclass(frozen=True)
class Score(Counted):
    """One thing measured on one part of a split."""

    what: str
    part: str
    right: int
    found: int
    judged: int

    def to_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "part": self.part,
            "right": self.right,
            "found": self.found,
            "judged": self.judged,
            "precision": self.precision,
            "precision_interval": interval(self.right, self.found),
            "recall": self.recall,
            "recall_interval": interval(self.right, self.judged),
            "f1": self.f1,
        }


@dataclass(frozen=True)
class Fault:
    """A fact that is not read as judged, or a reading that is none."""

    what: str
    part: str
    where: str
    expected: str
    found: str


@dataclass(frozen=True)
class Mean:
    """A mean of a measure over `queries` on one part of a split."""

    what: str
    part: str
    value: float
    queries: int


@dataclass(frozen=True)
class Measured:
    """The scores of a part, every fault, and means of what is no share."""

    scores: tuple[Score, ...]
    faults: tuple[Fault, ...]
    means: tuple[Mean, ...] = ()


def interval(right: int, of: int) -> Interval:
    """The 95 % interval of a share by Wilson (1927); (0, 1) where nothing was counted.

    >>> [round(end, 3) for end in interval(9, 10)]
    [0.596, 0.982]
    """
    if not of:
        return 0.0, 1.0
    share, square = right / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)
