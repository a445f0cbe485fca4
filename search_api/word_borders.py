"""Where do the words of a text begin and end? As the segmenter cuts them, and not wherever the same characters stand.

人机 is no word of 无人机, 20 none of 2025, and 养老 is one of 养老服务 even where that is in a dictionary as one.
"""

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from indexer.terms.analyzer import DEFAULT, Analyzer, sentences
from indexer.terms.normalisation import HAN, normalise

Span = tuple[int, int]

_HAN_RUN = re.compile(f"[{HAN}]+")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"\d+(?:[.,]\d+)+|[a-z0-9]+")
_MAX_WORD = 16  # characters
_MAX_REMEMBERED = 8192  # sentences: a page shows thirty passages, and each is looked at for marks and shared words
_LONG = 500  # characters of a pasted text, of whose words the rarest are marked: their parts are seldom among them
_MAX_PARTS = 24  # words that search mode adds for one long word, before it


def words_in(text: str, words: Sequence[str]) -> list[Span]:
    """Spans of the whole words of a normalised text; `words` are the analyzer's of it, in search mode.

    >>> text = "无人机2025年"
    >>> [text[start:end] for start, end in words_in(text, DEFAULT.words(text))]
    ['无人机', '2025', '年']
    """
    han = [word for word in words if _HAN_RUN.fullmatch(word)]
    spans = [match.span() for match in _LATIN.finditer(text)]
    used = 0
    for run in _HAN_RUN.finditer(text):
        at = run.start()
        while at < run.end():
            end, used = _word_at(text, at, run.end(), han, used)
            spans.append((at, end))
            at = end
    return sorted(spans)


def _word_at(text: str, at: int, run_end: int, words: Sequence[str], used: int) -> tuple[int, int]:
    """Where the word ends that begins at `at`, and how many of the words are used up.

    The parts of a long word, of two or three characters, stand before it; so a word of one character, or of more than
    three, is the last that it can be.
    """
    while used < len(words) and text.find(words[used], at, at + _MAX_WORD) < 0:
        used += 1  # nothing that stands here: the next words may
    best = None
    for place in range(used, min(used + _MAX_PARTS, len(words))):
        word = words[place]
        if text.startswith(word, at) and at + len(word) <= run_end and _are_parts(words[used:place], word):
            best = place
        if not 2 <= len(word) <= 3:
            break
    return (at + len(words[best]), best + 1) if best is not None else (at + 1, used)


def _are_parts(words: Sequence[str], whole: str) -> bool:
    return all(part in whole and len(part) < len(whole) for part in words)


class Borders:
    """The places in a normalised text where a word may begin or end."""

    def __init__(self, text: str, analyzer: Analyzer) -> None:
        self._analyzer, self._text = analyzer, text
        self._sentences = list(sentences(text))
        self._starts = [0, *accumulate(map(len, self._sentences))]

    def occurrences(self, word: str) -> Iterator[Span]:
        """Where the word stands as a word, or as several side by side. No word reaches over the end of a sentence, and
        only the sentences that hold it are cut into words."""
        at = self._text.find(word) if word else -1
        while at >= 0:
            place = bisect(self._starts, at) - 1
            first = at - self._starts[place]
            inside = _places_inside(self._sentences[place], self._analyzer)
            if first + len(word) < len(inside) and not inside[first] and not inside[first + len(word)]:
                yield at, at + len(word)
            at = self._text.find(word, at + 1)


@lru_cache(maxsize=_MAX_REMEMBERED)
def _places_inside(text: str, analyzer: Analyzer) -> bytes:
    """For each place in a text, and its end, whether no word begins or ends there."""
    inside = bytearray(len(text) + 1)
    for start, end in words_in(text, analyzer.words(text)):
        if end - start > 1:
            for at in _unbreakable(text, start, end):
                inside[at] = 1
    return bytes(inside)


def _unbreakable(text: str, start: int, end: int) -> Iterable[int]:
    """Places inside a word at which none begins or ends: of a Chinese one those that would leave a single character, of
    any other all but those between a number and its unit (20kg)."""
    if not _HAN_CHARACTER.match(text[start]):
        return (at for at in range(start + 1, end) if not (text[at - 1].isdigit() and text[at].isalpha()))
    return {start + 1, end - 1}


def whole_words(text: str, analyzer: Analyzer = DEFAULT) -> list[str]:
    """The words of two characters or more of a text, each once: whole ones, and those parts of long ones that are words
    by themselves; of a long text all, which saves the time.

    >>> whole_words("无人机和住房公积金")
    ['无人机', '住房', '公积金']
    """
    words = [word for word in dict.fromkeys(analyzer.words(text)) if len(word) > 1]
    if len(text) > _LONG:
        return words
    borders = Borders(normalise(text), analyzer)
    return [word for word in words if next(borders.occurrences(word), None)]
