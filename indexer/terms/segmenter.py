"""Cuts a run of common Chinese characters into words: by rjieba where its wheel can be imported, by jieba elsewhere.

Owner of both. They are one algorithm over one dictionary, and rjieba (in Rust) is thirteen times as fast; on runs of
U+4E00 to U+9FD5 their words are the same. They differ on everything else (mail addresses, hyphens, decimals, rarer
characters), so the analyzer cuts that itself and it never comes here.

Not for: a bureau's file of words (dictionary.py), and text as it was published (analyzer.py).
"""

import logging
import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple, Protocol

COMMON_HAN = "\u4e00-\u9fd5"
"""The characters that jieba segments, for a class of a regular expression."""


class WordEntry(NamedTuple):
    """A word to add, and how often it stands in a text of 60 million words; None: often enough to be found whole."""

    word: str
    frequency: int | None


class Segmenter(Protocol):
    """Safe from any thread. It has a dictionary of its own: nobody else's words change our terms."""

    def words(self, run: str) -> list[str]:
        """The run's words in search mode, in reading order: 中华人民 gives 中华, 华人, 人民 and 中华人民."""
        ...


def segmenter(added: Sequence[WordEntry] = ()) -> Segmenter:
    """A segmenter that knows the added words too, its dictionary loaded: 0.1 s with rjieba, 0.7 s with jieba."""
    try:
        return RustSegmenter(added)
    except ImportError:
        return PythonSegmenter(added)


class RustSegmenter:
    """jieba's algorithm in Rust. Raises ImportError where no wheel of rjieba fits the machine."""

    def __init__(self, added: Sequence[WordEntry] = ()) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        for word, frequency in added:
            self._jieba.add_word(word, frequency, None)

    def words(self, run: str) -> list[str]:
        return self._jieba.cut_for_search(run)


class PythonSegmenter:
    """jieba itself, without the cache file that it shares with every program of the machine, and without its log."""

    def __init__(self, added: Sequence[WordEntry] = ()) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its source has escapes that Python 3.11 warns of
            import jieba  # type: ignore[import-untyped]  # no stubs
        jieba.setLogLevel(logging.WARNING)
        self._jieba = jieba.Tokenizer()
        self._jieba.FREQ, self._jieba.total = self._jieba.gen_pfdict(self._jieba.get_dict_file())
        self._jieba.initialized = True
        for word, frequency in added:
            self._add(word, self._sufficient(word) if frequency is None else frequency)

    def words(self, run: str) -> list[str]:
        return list(self._jieba.cut_for_search(run))

    def _add(self, word: str, frequency: int) -> None:
        """Adds a word as Tokenizer.add_word does, but counts a known one once in the total, as rjieba does."""
        known = self._jieba.FREQ
        self._jieba.total += frequency - known.get(word, 0)
        known[word] = frequency
        for end in range(1, len(word)):
            known.setdefault(word[:end], 0)

    def _sufficient(self, word: str) -> int:
        """The frequency at which the word is likelier than its pieces; computed as rjieba does, to the same integer."""
        known, log_total = self._jieba.FREQ, math.log(self._jieba.total)
        likelihood = 0.0
        for piece in self._jieba.cut(word, HMM=False):
            likelihood += math.log(known.get(piece) or 1) - log_total
        return max(int(math.exp(likelihood + log_total)) + 1, known.get(word) or 1)
