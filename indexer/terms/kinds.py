"""A text as the lexical leg sees it: its distinct terms of each kind, and how often each stands there."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from indexer.terms import analyzer

Kind = Literal["words", "bigrams", "characters", "concepts"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Terms = Mapping[Kind, Mapping[str, int]]
"""Of each kind each distinct term and its count."""

_ANALYSE: dict[Kind, Callable[[str], list[str]]] = {
    "words": analyzer.words,
    "bigrams": analyzer.bigrams,
    "characters": analyzer.characters,
    "concepts": analyzer.concepts,
}


def terms_of(text: str) -> Terms:
    """Every term of a text, as often as it stands there; a kind without any is absent, so that no terms are false."""
    found = {kind: Counter(_ANALYSE[kind](text)) for kind in KINDS}
    return {kind: counts for kind, counts in found.items() if counts}
