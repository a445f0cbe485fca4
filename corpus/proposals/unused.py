"""Finds the sentences of a proposal that may ask for something, though no point has them.

Not for: what states facts, which the preamble uses, nor names, dates and courtesies.
"""

from collections.abc import Iterator, Sequence

from corpus.language.sentences import sentence_spans
from corpus.proposals import labeller
from corpus.proposals.folding import fold
from corpus.proposals.labels import is_personal
from corpus.proposals.model import Piece, Sentence
from corpus.proposals.places import places_of

_MAY_ASK = {"preamble": 0.0, "left_out": 1.0}
"""The log odds from which a sentence may ask: even in the preamble, five to two in what is left out."""
_SHORTEST = 6
"""Characters. What is shorter is a number, a name or a heading."""


def unused_of(text: str, pieces: Sequence[Piece]) -> Iterator[Sentence]:
    """Yields the unused sentences of a pasted text in reading order, given its pieces."""
    for piece, places in zip(pieces, places_of(text, pieces), strict=True):
        if piece.role not in _MAY_ASK or is_personal(piece.text):
            continue
        folded = fold(piece.text)
        for start, end in sentence_spans(folded):
            sentence = folded[start:end].strip()
            first, length = _length(piece.text[:start]), _length(sentence)
            if length < _SHORTEST or sentence.endswith("：") or labeller.alone(sentence) <= _MAY_ASK[piece.role]:
                continue
            at, last = places[first], places[first + length - 1] + 1
            yield Sentence(text=text[at:last], start=at, end=last)


def _length(text: str) -> int:
    return len("".join(text.split()))
