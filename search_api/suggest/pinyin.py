"""Which characters are read as given letters: as the archive's own words read them.

行 is hang where the archive has 银行, and heng never. Letters are read as themselves: appshiyong is APP使用.

Owner of pypinyin, which takes a second to load and is imported when it is first used.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.terms import analyzer
from search_api.suggest.texts import Pattern

_MAX_SYLLABLE = 6  # zhuang
_INITIALS = {"zh", "ch", "sh", *"abcdefghijklmnopqrstuvwxyz"}
_MAX_WAYS = 32  # of reading one word
_LETTERS = re.compile(r"[a-z][a-z'’\s]*")


def syllables(text: str) -> list[str]:
    """One for each character; one that has no reading stands for itself."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # its stubs do not know of lists


def stretches_read_as(text: str, letters: str) -> Iterator[str]:
    """The stretches of a text whose syllables, finished all, are these letters.

    >>> list(stretches_read_as("关于加装电梯的提案", "dianti"))
    ['电梯']
    """
    read = [syllable.replace("ve", "ue") for syllable in syllables(text)]
    sought = letters.replace("ve", "ue")
    for start in range(len(read)):
        ends = accumulate(read[start : start + len(letters)])
        end = next((at for at, spelling in enumerate(ends, start + 1) if len(spelling) >= len(sought)), start)
        if "".join(read[start:end]) == sought:
            yield text[start:end]


def by_reading(words: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The words by their letters: changhuxian to 长护险. A word that pypinyin does not know is read in every way that
    its characters are: 长 is zhang and chang."""
    from pypinyin import Style, pinyin

    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        read = pinyin(word, style=Style.NORMAL, heteronym=True)
        for syllables_read in islice(product(*read), _MAX_WAYS):
            found["".join(syllables_read).replace("ve", "ue")].append(word)
    return found


def _syllables_of_each(texts: Sequence[str]) -> list[list[str]]:
    """`syllables` of each text read alone, in one call, which is much faster than one for each."""
    read = syllables("|".join(texts))
    ends = accumulate(len(text) + 1 for text in texts)
    return [read[end - 1 - len(text) : end - 1] for text, end in zip(texts, ends, strict=True)]


class Shown(NamedTuple):
    """What the documents of one scope label show: words of their titles and agencies, and all their characters."""

    words: Collection[str]
    characters: Collection[str]


class Pinyin:
    """The readings of an archive's characters, and which of them each scope label shows.

    A reading is a character with one of its syllables. The words of a label show how they are read; a character that
    stands in none of its words is read as it is alone.
    """

    def __init__(self, shown: Sequence[Shown]) -> None:
        pieces = sorted(set().union(*(part for label in shown for part in label)))
        numbers: dict[tuple[str, str], int] = {}
        self.read_as = dict(zip(pieces, _syllables_of_each(pieces), strict=True))
        """The syllables of each word, read alone."""
        readings = {
            piece: [numbers.setdefault(reading, len(numbers)) for reading in zip(piece, read, strict=True)]
            for piece, read in self.read_as.items()
        }
        self._characters = [character for character, _ in numbers]
        places = {character: place for place, character in enumerate(dict.fromkeys(self._characters))}
        self._place = np.array([places[character] for character in self._characters], dtype=np.int64)
        self._in_words, self._alone = np.zeros((2, len(shown), len(numbers)), dtype=bool)
        for label, (words, characters) in enumerate(shown):
            self._in_words[label, [reading for word in words for reading in readings[word]]] = True
            self._alone[label, [readings[character][0] for character in characters]] = True
        self._read, self._begun = _by_spelling(numbers)

    def readings_seen_by(self, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which readings count for a user who may see documents of these labels."""
        in_words = self._in_words[labels].any(axis=0)
        has_word = np.zeros(len(self._characters), dtype=bool)
        has_word[self._place[in_words]] = True
        return in_words | (self._alone[labels].any(axis=0) & ~has_word[self._place])

    def pattern(self, typed: str, seen: NDArray[np.bool_]) -> Pattern:
        """Every way to cut letters into syllables and initials, the last syllable finished or not; [] without letters.

        yangl is yang l…, ya n g l…, y an g l… and y a n g l…. No syllable reaches over a space or an apostrophe. `seen`
        comes from `readings_seen_by`.
        """
        plain = analyzer.normalise(typed).strip()
        if not _LETTERS.fullmatch(plain):
            return []
        parts = re.split(r"['’\s]+", plain)
        letters, borders = "".join(parts), list(accumulate(map(len, parts)))
        pattern: list[list[tuple[int, Collection[str]]]] = [[] for _ in letters]
        for at in reversed(range(len(letters))):  # from the end, to leave out what leads nowhere
            furthest = min(at + _MAX_SYLLABLE, next(border for border in borders if border > at))
            for end in range(at + 1, furthest + 1):
                piece, is_last = letters[at:end], end == len(letters)
                characters = self._read_so(piece, is_last or piece in _INITIALS, seen)
                if characters and (is_last or pattern[end]):
                    pattern[at].append((end, characters))
        return pattern

    def _read_so(self, piece: str, is_beginning: bool, seen: NDArray[np.bool_]) -> set[str]:
        """The characters whose syllable is the piece, or begins with it."""
        readings = (self._begun if is_beginning else self._read).get(piece, ())
        return {self._characters[reading] for reading in readings if seen[reading]}


def _by_spelling(
    readings: Iterable[tuple[str, str]],
) -> tuple[Mapping[str, Sequence[int]], Mapping[str, Sequence[int]]]:
    """The numbers of readings by whole syllable, and by every beginning of one."""
    whole: defaultdict[str, list[int]] = defaultdict(list)
    begun: defaultdict[str, list[int]] = defaultdict(list)
    for number, (_, syllable) in enumerate(readings):
        for spelling in {syllable, syllable.replace("ve", "ue")}:  # 略 is lve by the book, lue for many
            whole[spelling].append(number)
            for end in range(1, len(spelling) + 1):
                begun[spelling[:end]].append(number)
    return whole, begun
