"""Cuts a normalised sentence into words: common Chinese characters by a segmenter, everything else by rules of our own.

jieba and rjieba differ on mail addresses, hyphens and rare characters. The rules here give what rjieba 0.2.2 gives for
a whole sentence, and with both segmenters the same; only 江南style, the one word of their dictionary that ends in Latin
letters, is no longer a word.
"""

import re
from collections.abc import Iterator

from indexer.terms.dictionary import Dictionary
from indexer.terms.normalisation import HAN
from indexer.terms.segmenter import COMMON_HAN, Segmenter, segmenter

_RARE_HAN = "\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a700-\U0002ebef\U0002f800-\U0002fa1f"
_LATIN = r"a-z0-9+#&._%\-"

# Python's own tables lag behind the newest Chinese characters, so [^\W_] does not know them all.
_RUN = re.compile(rf"(?P<common>[{COMMON_HAN}]+)|(?P<latin>[{_LATIN}]+)|[{_RARE_HAN}]+|[^\W_]|[{HAN}]")
_BESIDE = re.compile(rf"[{_LATIN}{_RARE_HAN}]")
_COMPOUND = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*%?")
_CONNECTOR = re.compile(r"[._-]")
_NUMBER = re.compile(r"[a-z0-9]+(?:\.\d+)?%?")  # 2.5% whole, and of 0755-2345 the two numbers

_STAND_IN = "0"
_KNOWN_MIXED = ("4s店", "1号店")  # of jieba's dictionary, as they are in normalised text


class WordCutter:
    """Words in search mode, with a bureau's own among them. Safe from any thread."""

    def __init__(self, dictionary: Dictionary, segmenting: Segmenter | None = None) -> None:
        """`segmenting` is for tests, which compare the two."""
        self._segmenter = segmenting or segmenter(dictionary.han)
        self._own = frozenset(dictionary.mixed)
        # The longest first: where several begin, that one is the word.
        mixed = sorted({*_KNOWN_MIXED, *self._own}, key=lambda word: (-len(word), word))
        self._mixed = re.compile("|".join(map(_whole, mixed)))

    def words(self, sentence: str) -> Iterator[str]:
        """The words of a normalised sentence in reading order, without punctuation."""
        at = 0
        for found in self._mixed.finditer(sentence):
            yield from self._plain(sentence[at : found.start()])
            if found[0] in self._own:
                yield from self._plain(found[0])
            yield found[0]
            at = found.end()
        yield from self._plain(sentence[at:])

    def _plain(self, text: str) -> Iterator[str]:
        for run in _RUN.finditer(text):
            if run["common"]:
                yield from self._segmented(text, run.start(), run.end())
            elif run["latin"]:
                yield from _latin_words(run[0])
            else:
                yield run[0]

    def _segmented(self, text: str, start: int, end: int) -> list[str]:
        """The words of a run. What stands beside it is told to the segmenter as a digit: 已于 is two words by itself,
        and one before 2020年, because a segmenter joins single characters that have a number among them."""
        before = _STAND_IN if start and _BESIDE.match(text[start - 1]) else ""
        after = _STAND_IN if end < len(text) and _BESIDE.match(text[end]) else ""
        found = self._segmenter.words(f"{before}{text[start:end]}{after}")
        return [word for word in found if word != _STAND_IN] if before or after else found


def _latin_words(run: str) -> Iterator[str]:
    """Words of Latin letters and digits. The parts of a compound are words if they have a letter and are no single one;
    then come its pieces, so that the parts of an address count twice: qq.com gives qq, com, qq, com."""
    for compound in _COMPOUND.findall(run):
        if compound.isalnum():
            yield compound
            continue
        for part in _CONNECTOR.split(compound) if _CONNECTOR.search(compound) else ():
            if len(part) > 1 and not part.rstrip("%").isdigit():
                yield from _NUMBER.findall(part)
        yield from _NUMBER.findall(compound)


def _whole(word: str) -> str:
    """A pattern of the word that does not begin or end within a Latin word or a number."""
    known = word in _KNOWN_MIXED
    before = r"(?<![a-z0-9])" if word[0].isascii() and not known else ""
    after = r"(?![a-z0-9])" if word[-1].isascii() else ""
    return f"{before}{re.escape(word)}{after}"
