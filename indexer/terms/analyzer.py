"""What are the terms of a text? Words, bigrams of characters, characters and concepts, alike for documents and queries.

Everything works on normalised text (normalisation.py); words are cut by words.py, concepts come from thesaurus.py.

Not for: fields, stop words, weights. Those belong to the lexical index and the encoder.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

from corpus.tables import CELL_SEPARATOR
from indexer.terms import thesaurus
from indexer.terms.analysis import BREAK, ENDS, Analysis, Sentence, joined
from indexer.terms.dictionary import NO_WORDS, Dictionary
from indexer.terms.normalisation import HAN, normalise, normalise_with_offsets, original_span
from indexer.terms.words import WordCutter

__all__ = [
    "ANALYZER_VERSION",
    "BREAK",
    "DEFAULT",
    "Analysis",
    "Analyzer",
    "bigrams",
    "characters",
    "concepts",
    "joined",
    "normalise",
    "normalise_with_offsets",
    "original_span",
    "terms",
    "words",
]

MAX_REMEMBERED = 4096
"""Sentences whose terms are kept, for the stock ones stand in every document: some 30 MB."""

_SENTENCE = re.compile(f"[^{ENDS}]+[{ENDS}]*|[{ENDS}]+")
_RUN = re.compile(rf"(?P<han>[{HAN}]+(?:[^\S\t]+[{HAN}]+)*)|[^\W_{HAN}]+")
_CHARACTER = re.compile(rf"[{HAN}]")
_SPACE = re.compile(r"[^\S\t]+")


@dataclass(frozen=True)
class Analyzer:
    """Finds the terms of texts; a bureau's own words are known where it has a dictionary. Safe from any thread."""

    dictionary: Dictionary = NO_WORDS

    @property
    def version(self) -> str:
        """Part of every index's manifest: where two are the same, every text has the same terms.

        Change the 4 when any text's terms change.
        """
        return "-".join(filter(None, ("4", thesaurus.VERSION, self.dictionary.version)))

    def analyse(self, text: str) -> Analysis:
        """All the terms of a text at once."""
        return Analysis(self, tuple(map(self.sentence, sentences(text))))

    @cached_property
    def sentence(self) -> Callable[[str], Sentence]:
        """The function from one of `sentences` to its terms; it remembers the last ones.

        Made when it is first asked for, because it loads the segmenter.
        """
        return _sentence_function(self.dictionary)

    def words(self, text: str) -> list[str]:
        """The words of the text in search mode, in reading order, without punctuation.

        Search mode adds the dictionary words inside a long word: 养老服务 gives 养老, 服务 and nothing joined, 中华人民
        gives 中华, 华人, 人民 and 中华人民.
        """
        of_sentence = _words_function(self.dictionary)
        return [word for sentence in sentences(text) for word in of_sentence(sentence)]

    def bigrams(self, text: str, breaks: bool = False) -> list[str]:
        """Bigrams of each run of Chinese characters, and every other run of letters and digits whole.

        A run of one Chinese character gives that character. With `breaks`, BREAK stands between two runs that have
        punctuation between them: bigrams("学校、医院 5g", breaks=True) is ["学校", BREAK, "医院", "5g"]. White space is
        no boundary: copied documents have it anywhere, so 福 田区 is one run, and 5g 网络 has the same terms as 5g网络;
        but for a tab, between the cells of a table.
        Nor is the point of a decimal: 2.5 is the phrase "2", "5", for the 1.2023 of 1.2023年 is item 1 and a year.
        """
        found = self.analyse(text)
        return found.phrases if breaks else found.bigrams

    def characters(self, text: str) -> list[str]:
        """Each Chinese character of the normalised text, in reading order."""
        return _CHARACTER.findall(normalise(text))

    def concepts(self, text: str) -> list[str]:
        """The concepts of the thesaurus that the text names, in reading order, each written ≈ and its first word."""
        return self.analyse(text).concepts

    def terms(self, text: str) -> list[str]:
        """Words, bigrams, concepts: what the encoder sees. A two-character word stands in both, and counts twice."""
        found = self.analyse(text)
        return found.words + found.bigrams + found.concepts


def sentences(text: str) -> list[str]:
    """The published text cut after its full stops; nothing is left out, and no term reaches over a cut."""
    return _SENTENCE.findall(text)


@lru_cache(maxsize=4)
def _sentence_function(dictionary: Dictionary) -> Callable[[str], Sentence]:
    """One for a dictionary, so that a generation and its encoder share the segmenter."""
    return lru_cache(maxsize=MAX_REMEMBERED)(partial(_analysed, _cutter(dictionary)))


@lru_cache(maxsize=4)
def _words_function(dictionary: Dictionary) -> Callable[[str], tuple[str, ...]]:
    cutter = _cutter(dictionary)
    return lru_cache(maxsize=MAX_REMEMBERED)(lambda sentence: tuple(cutter.words(normalise(sentence))))


@lru_cache(maxsize=4)
def _cutter(dictionary: Dictionary) -> WordCutter:
    return WordCutter(dictionary)


def _analysed(cutter: WordCutter, published: str) -> Sentence:
    text = normalise(published)
    return Sentence(
        text=published,
        words=tuple(cutter.words(text)),
        bigrams=tuple(_bigrams(text)),
        characters=tuple(_CHARACTER.findall(text)),
        concepts=tuple(thesaurus.concepts(_SPACE.sub("", text))),
    )


def _bigrams(sentence: str) -> list[str]:
    terms: list[str] = []
    end = 0
    for run in _RUN.finditer(sentence):
        if terms and not _adjacent(sentence, end, run.start()):
            terms.append(BREAK)
        end = run.end()
        if run["han"] is None:
            terms.append(run[0])
        else:
            terms += _pairs(_SPACE.sub("", run[0]))
    return terms


def _adjacent(text: str, end: int, start: int) -> bool:
    """True when a phrase may go on from the run that ends at `end` to the one that starts at `start`."""
    gap = text[end:start]
    return (
        not gap
        or (gap.isspace() and CELL_SEPARATOR not in gap)
        or (gap == "." and text[end - 1].isdigit() and text[start].isdigit())
    )


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


def dictionary_in(version: str) -> str:
    """The dictionary's part of an analyzer's version; empty where it has none."""
    return "-".join(version.split("-")[2:])


DEFAULT = Analyzer()
"""Knows no words of a bureau's own."""

ANALYZER_VERSION = DEFAULT.version

# For whoever asks about text that is in no index with a dictionary.
words, bigrams, characters = DEFAULT.words, DEFAULT.bigrams, DEFAULT.characters
concepts, terms = DEFAULT.concepts, DEFAULT.terms
