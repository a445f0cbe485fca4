"""The material of synthetic documents: sentences of the sample archive with slots, and words to put into them.

The words follow Zipf's law: the sample's own in order of frequency, then made-up ones, so that an archive of any size
goes on meeting new words as real ones do.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

import corpus
from corpus.documents import read_documents
from corpus.errors import ReadError
from corpus.language.formulas import is_formula
from corpus.language.numbering import item_starts, numbering
from corpus.language.sentences import sentence_spans
from corpus.sources import find_files
from corpus.types import Document, Section
from indexer.terms import analyzer

SAMPLE = Path(corpus.__file__).parent / "sample" / "letters"

WORDS = 300_000
"""Distinct words to draw from; an archive of 100,000 passages meets most of them."""

# Words in more of the sample's 78 documents are the genre's own (我们, 有关, 进行) and stay where they are.
_MAX_DOCUMENTS = 10
_MIN_LENGTH, _MAX_LENGTH = 12, 150  # characters of a sentence or heading that is taken over
_MIN_HEADING_LENGTH = 5
_CONTENT_WORD = re.compile(r"[\u4e00-\u9fff]{2,4}")

Template = tuple[str, ...]
"""Pieces of a sentence in order. Every second one, from the second on, is a slot: a word, or digits."""


class Sample(NamedTuple):
    """Sentences, and headings without numbering, by the role of their section; content words and their counts."""

    sentences: Mapping[str, Sequence[Template]]
    headings: Mapping[str, Sequence[Template]]
    words: Mapping[str, int]


def read_sample(folder: Path = SAMPLE) -> Sample:
    """The sample archive taken apart; the same on every machine."""
    documents = [
        outcome
        for file in find_files([folder]).files
        for outcome in read_documents(file.path, file.relative)
        if not isinstance(outcome, ReadError)
    ]
    words, common = _content_words(documents)
    slot = _slot_pattern(words.keys() - common)
    sentences: dict[str, list[Template]] = {}
    headings: dict[str, list[Template]] = {}
    for document in documents:
        for section in document.sections:
            sentences.setdefault(section.role, []).extend(
                _template(text, slot) for text in _sentences(document.text, section)
            )
            heading = _plain_heading(section.heading or "")
            if len(heading) >= _MIN_HEADING_LENGTH:
                headings.setdefault(section.role, []).append(_template(heading, slot))
    return Sample(sentences, headings, {word: n for word, n in words.items() if word not in common})


def _content_words(documents: Sequence[Document]) -> tuple[Counter[str], set[str]]:
    """Words of two to four Chinese characters with their counts, and those of them that stand in most documents."""
    found = [[w for w in analyzer.words(d.text) if _CONTENT_WORD.fullmatch(w)] for d in documents]
    counts = Counter(word for words in found for word in words)
    in_documents = Counter(word for words in found for word in set(words))
    return counts, {word for word, n in in_documents.items() if n > _MAX_DOCUMENTS}


def _slot_pattern(words: set[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(\d+|{'|'.join(longest_first)})")


def _template(text: str, slot: re.Pattern[str]) -> Template:
    return tuple(slot.split(text))


def _sentences(text: str, section: Section) -> list[str]:
    """Whole sentences of a section that could stand in any document: no headings, items of a list or formulas."""
    found = []
    for start, end in sentence_spans(text[section.start : section.end]):
        sentence = re.sub(r"\s+", "", text[section.start + start : section.start + end])
        usable = _MIN_LENGTH <= len(sentence) <= _MAX_LENGTH and sentence.endswith("。") and not _is_part(sentence)
        if usable and not sentence.startswith(section.heading or "\n"):
            found.append(sentence)
    return found


def _is_part(sentence: str) -> bool:
    unbalanced = any(sentence.count(opening) != sentence.count(closing) for opening, closing in ("《》", "“”", "（）"))
    return bool(unbalanced or numbering(sentence) or item_starts(sentence) or is_formula(sentence))


def _plain_heading(heading: str) -> str:
    mark = numbering(heading)
    plain = re.sub(r"\s+", "", heading[mark.end if mark else 0 :]).strip("、。：:")
    return "" if len(plain) > _MAX_LENGTH or _is_part(plain) else plain


class Words:
    """The vocabulary: `draw` gives the word of rank r with a probability in proportion to 1 / (r + 2.7)."""

    def __init__(self, sample: Sample, rng: Random, size: int = WORDS) -> None:
        own = sorted(sample.words, key=lambda word: (-sample.words[word], word))
        self._words = own + _made_up(own, size - len(own), rng)
        # Mandelbrot's shift: without it the first ten words of a language would be far too frequent.
        self._cumulative = list(accumulate(1 / (rank + 2.7) for rank in range(1, len(self._words) + 1)))

    def __len__(self) -> int:
        return len(self._words)

    def draw(self, rng: Random) -> str:
        return self._words[bisect(self._cumulative, rng.random() * self._cumulative[-1], hi=len(self._words) - 1)]


def _made_up(own: Sequence[str], count: int, rng: Random) -> list[str]:
    """Words that do not exist, of first and last characters of words that do: mostly two characters, some four."""
    firsts, lasts = [word[0] for word in own], [word[-1] for word in own]
    known = set(own)
    found: list[str] = []
    while len(found) < count:
        word = "".join(rng.choice(firsts) + rng.choice(lasts) for _ in range(2 if rng.random() < 0.2 else 1))
        if word not in known:
            known.add(word)
            found.append(word)
    return found
