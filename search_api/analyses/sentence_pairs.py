"""Which sentences of an earlier and a later answer are the same word for word, and which say another thing of the same?

Not for: whether the two documents are about one matter (see lineage), or which of two sentences is valid.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.facts.deadlines import find_deadlines
from corpus.facts.quantities import quantities
from corpus.language.sentences import says_only_courtesy, sentence_spans
from corpus.types import Document
from indexer.engine.protocol import PassageEntry
from search_api.analyses.succession import SharedWords, figures_of, says_change, words_of_change

_SHORTEST = 10  # characters, signs not counted: what is shorter says the same by chance
_LEAST_LIKENESS = 2.0  # of the passages: of 122 judged pairs of the dev threads the farthest are at 2.3
_MOST, _MOST_OF_ONE = 12, 3
"""Changed pairs of two documents, and of one sentence. With 12 dev recall is 0.65, with 8 it is 0.57, with 16 0.68; the
pairs after the twelfth are mostly of two neighbouring things."""
_LEAST = -4.0
"""Log odds; below, hardly a pair is one."""
_SIGNS = re.compile(r"[\W_]+")
_LEADS = re.compile(
    r"(?:如下|[？?])[：:]?$|^(?:（[一二三四五六七八九十]+）|[一二三四五六七八九十]+、)[^，。]{0,24}。?$"
)
"""What only leads to an answer: 现答复如下, and headings."""

Pair = tuple[str, str]
"""A sentence of the earlier document and one of the later."""
Span = tuple[int, int]
Marks = tuple[tuple[Span, ...], tuple[Span, ...]]


class Sentence(NamedTuple):
    """A sentence as it stands in a document, and the place of its passage among the document's."""

    text: str
    passage: int
    start: int

    @property
    def words(self) -> str:
        """Without white space and signs."""
        return _SIGNS.sub("", self.text)


class Change(NamedTuple):
    """Two sentences on one thing, and where in each stands what the other does not say."""

    earlier: Sentence
    later: Sentence
    marks: Marks

    @property
    def pair(self) -> Pair:
        return self.earlier.text, self.later.text


def sentences_of(document: Document, passages: Sequence[PassageEntry]) -> list[Sentence]:
    """The sentences of a document's passages that say something; each is literally in the text."""
    found = []
    for place, passage in enumerate(passages):
        text = document.text[passage.start : passage.end]
        for start, end in sentence_spans(text):
            said = text[start:end].strip()
            offset = passage.start + text.index(said, start)
            if len(_SIGNS.sub("", said)) >= _SHORTEST and not _LEADS.search(said) and not says_only_courtesy(said):
                found.append(Sentence(said, place, offset))
    return found


def carried_over(earlier: Sequence[Sentence], later: Sequence[Sentence]) -> list[Pair]:
    """The sentences that both have, but for white space and signs, in the order of the later."""
    known: dict[str, str] = {}
    for sentence in earlier:
        known.setdefault(sentence.words, sentence.text)
    again = {sentence.words: sentence.text for sentence in reversed(later) if sentence.words in known}
    return [(known[words], text) for words, text in reversed(again.items())]


def changes(earlier: Sequence[Sentence], later: Sequence[Sentence], likeness: NDArray[np.float64]) -> list[Change]:
    """The pairs on one thing with another value, date or verdict, the most telling first.

    `likeness` is that of the passages, by their places in the earlier and in the later document.
    """
    same = {sentence.words for sentence in earlier} & {sentence.words for sentence in later}
    old = [sentence for sentence in earlier if sentence.words not in same]
    new = [sentence for sentence in later if sentence.words not in same]
    scored = sorted(_scored(old, new, likeness), key=lambda pair: (-pair[0], pair[1], pair[2]))
    used: Counter[tuple[str, int]] = Counter()
    chosen: list[Change] = []
    for _, i, j in scored:
        if len(chosen) < _MOST and used["old", i] < _MOST_OF_ONE and used["new", j] < _MOST_OF_ONE:
            used.update([("old", i), ("new", j)])
            chosen.append(Change(old[i], new[j], marks(old[i].text, new[j].text)))
    return chosen


def _scored(
    old: Sequence[Sentence], new: Sequence[Sentence], likeness: NDArray[np.float64]
) -> Iterator[tuple[float, int, int]]:
    shared = SharedWords([sentence.text for sentence in (*old, *new)])
    for i, before in enumerate(old):
        for j, after in enumerate(new):
            like = float(likeness[before.passage, after.passage])
            if like >= _LEAST_LIKENESS:
                score = evidence(before.text, after.text, shared.of(i, len(old) + j), like)
                if score >= _LEAST:
                    yield score, i, j


_NONE, _SHARED, _LIKE, _UNIT, _FIGURE, _SAYS_CHANGE = -10.0, 7.8, 0.56, 0.8, 2.6, 0.8
"""A logistic regression on the judged pairs of the dev threads of eval/sample/lineage.jsonl; leaving out each thread in
turn, recall is the same to 0.01."""


def evidence(earlier: str, later: str, shared: float, likeness: float) -> float:
    """The log odds that two sentences tell of one thing, of which something changed.

    `shared` is what they share of their rarer words, 0 to 1, `likeness` that of their passages in deviations.
    """
    before, after = figures_of(earlier), figures_of(later)
    units = {unit for _, unit in before} & {unit for _, unit in after}
    return math.fsum(
        (
            _NONE,
            _SHARED * math.sqrt(shared),
            _LIKE * max(likeness, 0.0),
            _UNIT * bool(units),
            _FIGURE * bool(before & after),
            _SAYS_CHANGE * (says_change(later) or bool(after - before)),
        )
    )


def marks(earlier: str, later: str) -> Marks:
    """Where in each of two sentences stand the figures and dates that the other does not have, and in the later one the
    words that say a change; of the earlier one also the figures that those words change.

    >>> marks("每台补助15万元。", "每台补助由15万元提高到20万元。")
    (((4, 8),), ((4, 11), (12, 16)))
    """
    words = words_of_change(later)
    left = {figure for start, end in words for figure in figures_of(later[start:end])}
    before, after = figures_of(earlier), figures_of(later)
    gone = [(q.start, q.end) for q in quantities(earlier) if (q.value, q.unit) not in after - left]
    come = [(q.start, q.end) for q in quantities(later) if (q.value, q.unit) not in before]
    return _joined([*gone, *_dates(earlier, later)]), _joined([*come, *_dates(later, earlier), *words])


def _dates(text: str, other: str) -> list[Span]:
    """The times that a sentence names and the other does not."""
    return [(d.start, d.end) for d in find_deadlines(text, None) if text[d.start : d.end] not in other]


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """In order, those that touch or overlap made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(joined.pop()[1], end)
        joined.append((start, end))
    return tuple(joined)
