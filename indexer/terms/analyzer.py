"""What are the terms of a text? Words, character bigrams, characters and concepts, the same for documents and queries.

Owner of jieba (as rjieba: its Rust implementation, the same words thirteen times as fast) and OpenCC. Everything works
on normalised text: per character NFKC, lower case, simplified. Because that is done strictly character by character,
every offset maps back to the published text.

Not for: fields, stop words, weights. Those belong to the lexical index and the encoder.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import opencc
import rjieba

from indexer.terms import thesaurus

ANALYZER_VERSION = f"3-{thesaurus.VERSION}"
"""Part of every index's manifest: change it when any text's terms change."""

BREAK = "␟"
"""Stands between two bigrams that no phrase may join. It is no letter or digit, so it never is a term itself."""

_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_HAN = "々〇" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _HAN_RANGES)
_RUN = re.compile(rf"(?P<han>[{_HAN}]+(?:\s+[{_HAN}]+)*)|[^\W_{_HAN}]+")
_CHARACTER = re.compile(rf"[{_HAN}]")
_SPACE = re.compile(r"\s+")
_SENTENCE = re.compile(r"[^。!?;]+[。!?;]*|[。!?;]+")  # NFKC has made ！ a !
# 2.5% whole, and of 0755-2345 the two numbers. Python's own tables lag behind the newest Chinese characters.
_ALPHANUMERIC = re.compile(rf"[a-z0-9]+(?:\.\d+)?%?|(?:[^\W_]|[{_HAN}])+")


def normalise(text: str) -> str:
    """The text in NFKC, lower case and simplified characters, each character on its own; idempotent."""
    return text.translate(_FOLDS)


def normalise_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """`normalise(text)`, and for each of its characters the offset in `text` of the character it came from.

    The offsets ascend and end with one more, `len(text)`: normalise_with_offsets("㎡A") is ("m2a", [0, 0, 1, 2]).
    """
    normalised = normalise(text)
    if len(normalised) == len(text):  # no character folds to nothing, so each folded to exactly one
        return normalised, range(len(text) + 1)
    offsets = [offset for offset, character in enumerate(text) for _ in _FOLDS[ord(character)]]
    return normalised, [*offsets, len(text)]


def original_span(offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The stretch of the original text that normalised[start:end] came from; a character is never cut in two."""
    if start >= end:
        return offsets[start], offsets[start]
    return offsets[start], offsets[end - 1] + 1


def words(text: str) -> list[str]:
    """jieba's search-mode words of the normalised text, in reading order, without punctuation.

    Search mode adds the dictionary words inside a long word: 养老服务 gives 养老, 服务 and nothing joined, 中华人民
    gives 中华, 华人, 人民 and 中华人民.
    """
    return [word for sentence in sentences(text) for word in analysed(sentence).words]


def bigrams(text: str, breaks: bool = False) -> list[str]:
    """Bigrams of each run of Chinese characters, and every other run of letters and digits whole, in reading order.

    A run of one Chinese character gives that character. With `breaks`, BREAK stands between two runs that have
    punctuation between them: bigrams("学校、医院 5g", breaks=True) is ["学校", BREAK, "医院", "5g"]. White space is no
    boundary: copied letters have it anywhere, so 福 田区 is one run, and 5g 网络 has the same terms as 5g网络. Nor is
    the point of a decimal: 2.5 is the phrase "2", "5", for the 1.2023 of 1.2023年 is item 1 and a year.
    """
    found: list[str] = []
    for sentence in sentences(text):
        terms = analysed(sentence).bigrams
        if found and terms:
            found.append(BREAK)
        found += terms
    return found if breaks else [term for term in found if term != BREAK]


def characters(text: str) -> list[str]:
    """Each Chinese character of the normalised text, in reading order."""
    return [character for sentence in sentences(text) for character in _CHARACTER.findall(sentence)]


def concepts(text: str) -> list[str]:
    """The concepts of the thesaurus that the text names, in reading order, each written ≈ and its first word."""
    return [concept for sentence in sentences(text) for concept in analysed(sentence).concepts]


def terms(text: str) -> list[str]:
    """Words, bigrams, concepts: what the encoder sees. A two-character word stands in both, and so counts twice."""
    return words(text) + bigrams(text) + concepts(text)


class Analysed(NamedTuple):
    """The terms of one sentence; BREAK stands among the bigrams."""

    words: tuple[str, ...]
    bigrams: tuple[str, ...]
    concepts: tuple[str, ...]


@lru_cache(maxsize=64)
def sentences(text: str) -> tuple[str, ...]:
    """The normalised text cut after its full stops. No term reaches over one, so a text's terms are its sentences'.

    Each kind of term asks for them again; the texts of a letter are 64 at most, mostly.
    """
    return tuple(_SENTENCE.findall(normalise(text)))


@lru_cache(maxsize=4096)
def analysed(sentence: str) -> Analysed:
    """Of one of `sentences`. A build meets each several times (in its letter, its passage, the encoder's texts) and the
    stock ones in every letter; 4,096 are some fifty letters and 30 MB."""
    # Half of a pair, of which no text is made but some are damaged to, cannot reach the segmenter.
    found = _segmenter().cut_for_search(sentence.encode("utf-8", "replace").decode())
    words = tuple(run for word in found for run in ((word,) if word.isalnum() else _ALPHANUMERIC.findall(word)))
    return Analysed(words, tuple(_bigrams(sentence)), tuple(thesaurus.concepts("".join(sentence.split()))))


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


class _Folds(dict[int, str]):
    """Code point to its normalised form, filled as characters are met: str.translate asks once for each of them."""

    def __missing__(self, code: int) -> str:
        simplified = _simplified()
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = "".join(simplified.get(character, character) for character in folded)
        return self[code]


_FOLDS = _Folds()


@cache
def _simplified() -> dict[str, str]:
    """Traditional characters to simplified ones, as OpenCC maps each of them alone: 5,119 pairs in OpenCC 1.4."""
    characters = [chr(code) for first, last in _HAN_RANGES for code in range(first, last + 1)]
    # A line for each character: a phrase rule never reaches over the end of a line.
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    table = {old: new for old, new in zip(characters, converted, strict=True) if old != new and len(new) == 1}
    # 薴 becomes 苧, which itself becomes 苎: follow such chains to their end, or normalising twice would differ.
    return {old: table.get(new, new) for old, new in table.items()}


def _adjacent(text: str, end: int, start: int) -> bool:
    """True when a phrase may go on from the run that ends at `end` to the one that starts at `start`."""
    gap = text[end:start]
    return not gap or gap.isspace() or (gap == "." and text[end - 1].isdigit() and text[start].isdigit())


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]


@cache
def _segmenter() -> rjieba.Jieba:
    """The one segmenter of this process, its dictionary loaded (a tenth of a second). Ours alone: nobody else's user
    dictionary changes our terms."""
    return rjieba.Jieba()
