"""Finds a pattern in all texts of a kind at once.

The texts lie end to end in one array of characters. What is typed becomes a Pattern, a small graph of what each next
character may be: 养老 is 养, then 老; yanglao is any character read yang, then any read lao (among other ways to cut it
up). One walk over the array finds a pattern everywhere.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.terms import analyzer
from search_api.suggest.counts import Seen

Pattern = Sequence[Sequence[tuple[int, Collection[str]]]]
"""For each step the ways on: to which later step, over which characters. A pattern ends at step len(pattern)."""

_AT_START, _AT_WORD, _INSIDE, _NOWHERE = range(4)  # where a match begins, better places first
_STRIDE = 1024  # more characters than a pattern ever has: 40 are typed, and NFKC makes up to 18 of one
_NONE = np.empty(0, np.int64)
_PUNCTUATION = re.compile(r"[\W_]+")


class Match(NamedTuple):
    """A text that holds the pattern. `place` is 0 where it begins with it, 1 where one of its words does, else 2."""

    place: int
    text: str
    documents: int


class Texts:
    """The texts of a kind, searchable. `words` gives those of a text at which a match had better begin."""

    def __init__(self, texts: Sequence[str], words: Callable[[str], Iterable[str]]) -> None:
        self._texts = texts
        keys = [key_of(text) + "\0" for text in texts]
        sizes = np.array([len(key) for key in keys], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        inside: list[int] = []
        for start, key, text in zip(starts.tolist(), keys, texts, strict=True):
            inside += [start + at for at in map(key.find, words(text)) if at >= 0]
        self._codes = np.frombuffer("".join(keys).encode("utf-32-le"), np.uint32)
        self._text = np.repeat(np.arange(len(keys)), sizes)
        self._place = np.full(len(self._codes), _INSIDE, np.int8)
        self._place[inside] = _AT_WORD
        self._place[starts] = _AT_START
        self._by_code = np.argsort(self._codes, kind="stable")
        self._first = np.searchsorted(self._codes[self._by_code], np.arange(self._codes.max(initial=0) + 2))

    def find(self, pattern: Pattern, seen: Seen, k: int) -> list[Match]:
        """The best k visible texts that hold the pattern: better places first, then as `Seen` sorts them.

        The empty pattern is held by every text.
        """
        places = self._places(pattern)
        found = np.flatnonzero((places < _NOWHERE) & (seen.documents > 0))
        keys = (places[found].astype(np.int64) << 60) - seen.sort_keys(found)
        if len(found) > k > 0:
            best = np.argpartition(keys, k - 1)[:k]
            found, keys = found[best], keys[best]
        ordered = found[np.argsort(keys)][: max(k, 0)]
        return [Match(int(places[i]), self._texts[i], int(seen.documents[i])) for i in ordered]

    def _places(self, pattern: Pattern) -> NDArray[np.int8]:
        """For each text the best place at which the pattern begins in it."""
        begins = self._begins(pattern)
        texts, places = self._text[begins], self._place[begins]
        best = np.full(len(self._texts), _NOWHERE, np.int8)
        for place in (_INSIDE, _AT_WORD, _AT_START):
            best[texts[places == place]] = place
        return best

    def _begins(self, pattern: Pattern) -> NDArray[np.int64]:
        """Where the pattern begins. The walk keeps of each way where it began and how far it got, as one number."""
        reached = [[_NONE] for _ in range(len(pattern) + 1)]
        for step, ways in enumerate(pattern):
            here = np.concatenate(reached[step])
            codes = self._codes[here // _STRIDE + here % _STRIDE]
            for end, characters in ways:
                accepted = np.zeros(len(self._first), dtype=bool)
                accepted[[code for code in map(ord, characters) if code < len(accepted)]] = True
                on = here[accepted[codes]] if step else self._standing(accepted) * _STRIDE
                reached[end].append(on + 1)
        return np.concatenate(reached[-1]) // _STRIDE if pattern else np.arange(len(self._codes))

    def _standing(self, accepted: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Where any of the characters stands."""
        codes = np.flatnonzero(accepted[:-1])
        return np.concatenate([_NONE, *(self._by_code[self._first[c] : self._first[c + 1]] for c in codes)])


def spelt(text: str) -> Pattern:
    """The pattern of exactly these characters."""
    return [[(end, character)] for end, character in enumerate(key_of(text), 1)]


def key_of(text: str) -> str:
    """What is compared: letters, digits and Chinese characters. 福民函[2020]4 begins 福民函〔2020〕43号."""
    return _PUNCTUATION.sub("", analyzer.normalise(text))
