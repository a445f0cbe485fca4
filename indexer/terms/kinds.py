"""The kinds of term that are counted, and how often each term of a text stands there."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, get_args

from indexer.terms.analysis import Analysis
from indexer.terms.analyzer import DEFAULT, Analyzer

Kind = Literal["words", "bigrams", "characters", "concepts"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Terms = Mapping[Kind, Mapping[str, int]]
"""The distinct terms of each kind, and the count of each."""


def terms_of(text: str, analyzer: Analyzer = DEFAULT) -> Terms:
    """Every term of a text, as often as it stands there; a kind without any is absent, so that no terms are false."""
    return counted(analyzer.analyse(text))


def counted(analysis: Analysis) -> Terms:
    """`terms_of` the text that was analysed."""
    found: dict[Kind, Counter[str]] = {
        "words": Counter(analysis.words),
        "bigrams": Counter(analysis.bigrams),
        "characters": Counter(analysis.characters),
        "concepts": Counter(analysis.concepts),
    }
    return {kind: counts for kind, counts in found.items() if counts}
