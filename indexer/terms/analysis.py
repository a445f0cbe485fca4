"""The terms of one text, found once: whoever counts, indexes or encodes takes them from here.

An analysis is made of sentences, and no term reaches over the end of one. So the analysis of a passage can be cut out
of that of its document, and that of a title and a passage joined: only the sentences at the seams are analysed again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple, Protocol

BREAK = "␟"
"""Stands between two bigrams that no phrase may join. It is no letter or digit, so it never is a term itself."""

ENDS = "。｡︒!！︕﹗?？︖﹖;；︔﹔\u037e‼⁇⁈⁉"
"""The characters that end a sentence: all that are written 。 ! ? or ; in normalised text, alone or as a pair of
them."""


class Sentence(NamedTuple):
    """A sentence as published, and its terms of each kind in reading order; BREAK stands among the bigrams."""

    text: str
    words: tuple[str, ...]
    bigrams: tuple[str, ...]
    characters: tuple[str, ...]
    concepts: tuple[str, ...]


class SentenceAnalyzer(Protocol):
    """Analyses the sentences at the seams of an analysis."""

    @property
    def version(self) -> str: ...

    def analyse(self, text: str) -> "Analysis": ...


@dataclass(frozen=True)
class Analysis:
    """A text as its sentences; their texts, one after the other, are the text."""

    analyzer: SentenceAnalyzer
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return "".join(sentence.text for sentence in self.sentences)

    @property
    def words(self) -> list[str]:
        return list(chain.from_iterable(sentence.words for sentence in self.sentences))

    @property
    def phrases(self) -> list[str]:
        """The bigrams, with BREAK between two that have punctuation between them."""
        found: list[str] = []
        for sentence in self.sentences:
            if found and sentence.bigrams:
                found.append(BREAK)
            found += sentence.bigrams
        return found

    @property
    def bigrams(self) -> list[str]:
        return [term for sentence in self.sentences for term in sentence.bigrams if term != BREAK]

    @property
    def characters(self) -> list[str]:
        return list(chain.from_iterable(sentence.characters for sentence in self.sentences))

    @property
    def concepts(self) -> list[str]:
        return list(chain.from_iterable(sentence.concepts for sentence in self.sentences))

    def part(self, start: int, end: int) -> "Analysis":
        """The analysis of text[start:end]; only a sentence that is cut in two is analysed again."""
        return Analysis(self.analyzer, tuple(self._part(start, end)))

    def _part(self, start: int, end: int) -> Iterator[Sentence]:
        at = 0
        for sentence in self.sentences:
            first, last = max(start - at, 0), min(end - at, len(sentence.text))
            if (first, last) == (0, len(sentence.text)):
                yield sentence
            elif first < last:
                yield from self.analyzer.analyse(sentence.text[first:last]).sentences
            at += len(sentence.text)


def joined(parts: Sequence[Analysis]) -> Analysis:
    """The analysis of the texts of one or more parts, a line each: of "\\n".join(part.text for part in parts)."""
    analyzer, whole = parts[0].analyzer, list(parts[0].sentences)
    for part in parts[1:]:
        before = [] if not whole or whole[-1].text[-1] in ENDS else [whole.pop()]
        first, rest = part.sentences[:1], part.sentences[1:]
        seam = "".join(sentence.text for sentence in before) + "\n" + "".join(sentence.text for sentence in first)
        if before or not first:
            whole += analyzer.analyse(seam).sentences
        else:  # white space before a sentence changes no term of it
            whole.append(first[0]._replace(text=seam))
        whole += rest
    return Analysis(analyzer, tuple(whole))
