"""Proposals with their asks labelled, and how many of them the splitter finds.

`data/asks` has proposals as several imagined hands write them. ‹A› begins an ask, ‹-› ends it, ‹o› begins what may
belong to the ask beside it or not. Those in `seen` train the labeller (tools/splitting/train.py). Those in `kept_apart`
were written together with those of the same hand and are only measured. Of the 61 asks of 02 to 24 the rules before the
labeller found 8, the labeller 38. Two other hands wrote 201 to 232 and 301 to 332; of all 262 asks that are kept apart
it then found 132 among 276 points, and, taught their other half, 145 among 257, with what sentences mean 151 among 259.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.proposals import Meaning, stretches_of
from tests.codebase import ROOT

FOLDER = ROOT / "tests" / "data" / "asks"
_LABEL = re.compile("‹([-Ao])›")
_SENTENCE = re.compile(r"[^。！？；\n\t|]+[。！？；]?[”」]?")
_AGREE = 0.8

Places = set[int]


class Asking(NamedTuple):
    """A pasted text, the places of each ask's characters in it, and the places that count neither way."""

    text: str
    asks: list[Places]
    free: Places


class Found(NamedTuple):
    """The asks of a proposal, those of them that were found, and the points that were given."""

    asks: int
    found: int
    given: int

    @property
    def exact(self) -> bool:
        return self.asks == self.found == self.given


def read(path: Path) -> Asking:
    """A labelled proposal. In a sentence with an ask, the words around it may belong to it or not."""
    parts = _LABEL.split(path.read_text(encoding="utf-8"))
    text, asks, free = parts[0], [], set()
    for label, part in zip(parts[1::2], parts[2::2], strict=True):
        places = _solid(text + part, len(text), len(text + part))
        if label == "A":
            asks.append(places)
        elif label == "o":
            free |= places
        text += part
    asked: Places = set().union(*asks)
    for sentence in _SENTENCE.finditer(text):
        if (places := _solid(text, *sentence.span())) & asked:
            free |= places - asked
    return Asking(text, asks, free)


def found_in(asking: Asking, meaning: Meaning | None = None) -> Found:
    """An ask is found by a point with at least four fifths of the ask's characters, that are four fifths of its own."""
    points = points_of(asking.text, meaning)
    left = [point - asking.free for point in points]
    found = 0
    for ask in asking.asks:
        hit = next((point for point in left if len(point & ask) >= _AGREE * max(len(point), len(ask))), None)
        if hit is not None:
            left.remove(hit)
            found += 1
    return Found(len(asking.asks), found, len(points))


def points_of(text: str, meaning: Meaning | None = None) -> Sequence[Places]:
    """The places of each point's text."""
    places: dict[int, Places] = {}
    for start, end, role, point in stretches_of(text, meaning):
        if role == "ask":
            places.setdefault(point, set()).update(_solid(text, start, end))
    return list(places.values())


def _solid(text: str, start: int, end: int) -> Places:
    return {place for place in range(start, end) if not text[place].isspace()}
