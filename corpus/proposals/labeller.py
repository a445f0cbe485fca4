"""Tells how likely a sentence asks for something, and whether a clause of it begins another ask.

Linear models over the features in `features`; their weights are in `labeller.json`, which `tools/splitting/train.py`
writes. Where somebody knows what a sentence means, that counts too. Reads folded text. Not for: numbering, headings
and tables, whose form says what they are.
"""

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from corpus.proposals.features import clause_spans, of_boundary, of_sentence
from corpus.proposals.requests import asks_for, is_request

_LIMIT = 4.0
"""Log odds that a neighbour can have at most: how sure is sure makes no difference to the sentence beside it."""
BEGINS = 0.5
"""The chance from which a clause begins another ask; measured with tools/splitting/train.py."""
_SHORT = 4
"""Sentences of a text so short that the place of one in it says little: asks stand at 0.6 of the way then."""
_NEAR = 2
"""Sentences before and behind, in its line, that tell something about a sentence."""
_WHO_ONLY = re.compile("(?:牵头|出面|带头|配合)，$")
"""The end of a clause that says who is asked; the next says for what."""
_CERTAIN = 1.0
_LEADS = -0.4
"""The log odds of a clause up to which it only leads to an ask, or gives its reason."""
_MAX_LENGTH = 400
"""Characters of a sentence that are read. Longer ones are no sentences."""


Meaning = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""A vector of length 1 for each text, by the encoder that the weights were trained with: `general`, as queries."""


class Placed(NamedTuple):
    """A sentence in its proposal: `line` counts the lines, `told` is True under a heading of background."""

    text: str
    line: int
    told: bool


class Linear(NamedTuple):
    """A logistic regression."""

    bias: float
    weights: Mapping[str, float]
    vector: Sequence[float] = ()

    def log_odds(self, features: Iterable[str], vector: Sequence[float] = ()) -> float:
        """Of binary features that hold, and of what is meant; unknown features count nothing. The sum does not depend
        on their order."""
        by_words = math.fsum(self.weights.get(name, 0.0) for name in features)
        return self.bias + by_words + math.fsum(map(operator.mul, self.vector, vector))


@lru_cache(1)
def _models() -> dict[str, Linear]:
    read = json.loads(Path(__file__).with_name("labeller.json").read_text(encoding="utf-8"))
    return {name: Linear(**model) for name, model in read.items()}


@lru_cache(4096)
def alone(sentence: str) -> float:
    """The log odds that a sentence asks, read without its neighbours."""
    return _models()["asks"].log_odds(of_sentence(sentence[:_MAX_LENGTH]))


def asks(sentence: str) -> bool:
    """Whether a sentence or heading asks, read without its neighbours.

    >>> asks("给独居老人家里装上烟感报警器。"), asks("去年全市装了三千个烟感报警器。")
    (True, False)
    """
    return alone(sentence) > 0


def chances(sentences: Sequence[Placed], meaning: Meaning | None = None) -> list[float]:
    """The chance of each sentence of a proposal to ask, in the light of those around it, and of what they mean."""
    by = "" if meaning is None else " by meaning"
    odds = [alone(sentence.text) for sentence in sentences] if meaning is None else _by_meaning(sentences, meaning)
    model = _models()[f"in place{by}"]
    return [
        _chance(model.bias + math.fsum(model.weights[name] * value for name, value in values.items()))
        for values in in_place(sentences, odds)
    ]


def _by_meaning(sentences: Sequence[Placed], meaning: Meaning) -> list[float]:
    model = _models()["asks by meaning"]
    texts = [sentence.text[:_MAX_LENGTH] for sentence in sentences]
    return [model.log_odds(of_sentence(text), vector) for text, vector in zip(texts, meaning(texts), strict=True)]


def in_place(sentences: Sequence[Placed], odds: Sequence[float]) -> list[dict[str, float]]:
    """What the place of each sentence says, given the log odds of all: the features of the model `in place`."""
    bounded = [max(-_LIMIT, min(_LIMIT, one)) for one in odds]
    lines: dict[int, list[int]] = {}
    for i, sentence in enumerate(sentences):
        lines.setdefault(sentence.line, []).append(i)
    found = []
    best = -_LIMIT
    for i, sentence in enumerate(sentences):
        line = lines[sentence.line]
        found.append(
            {
                "own": bounded[i],
                "before": bounded[i - 1] if i and sentences[i - 1].line == sentence.line else 0.0,
                "after": bounded[i + 1] if i + 1 < len(odds) and sentences[i + 1].line == sentence.line else 0.0,
                "best of line": max((bounded[j] for j in line if abs(j - i) <= _NEAR and j != i), default=0.0),
                "best so far": best,
                "told": float(sentence.told),
                "told request": float(sentence.told and is_request(sentence.text)),
                "place": (i + 1 + 0.6 * _SHORT) / (len(sentences) + 1 + _SHORT),
                "closing": float(i + 1 == len(sentences)),
                "closing line": float(sentence.line == sentences[-1].line > sentences[0].line and len(line) < 3),
                "question": float("？" in sentence.text),
            }
        )
        best = max(best, bounded[i])
    return found


def certainly_asks(sentence: str) -> bool:
    """Whether nothing but the sentence itself is needed to see that it asks."""
    return alone(sentence) > (0 if is_request(sentence) else _CERTAIN)


def asks_in(sentence: str) -> list[int]:
    """The offsets in a sentence that asks at which its asks begin; what is before the first leads to it.

    >>> asks_in("为此，建议市教育局增加学位，请市交通局加开校车。")
    [3, 14]
    """
    spans = list(clause_spans(sentence[:_MAX_LENGTH]))
    clauses = [sentence[start:end] for start, end in spans]
    begun = next((at for at, clause in enumerate(clauses) if alone(clause) > _LEADS), 0)
    found = [spans[begun][0]]
    for at in range(begun + 1, len(clauses)):
        if _WHO_ONLY.search(clauses[at - 1]):
            continue
        chance = _chance(_models()["begins"].log_odds(of_boundary(clauses, at, begun, alone)))
        if chance >= BEGINS or (asks_for(clauses[at]) and is_request("".join(clauses[begun:at]))):
            found.append(spans[at][0])
            begun = at
    return found


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
