"""Bags of terms: what they hold, and which terms make the vocabulary."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.encoders.bags import Bags, Lexicon, spectral_matrix
from indexer.terms.analyzer import terms


@settings(deadline=None)  # the processors are shared
@given(st.lists(st.text("福田区养老服务5g，", max_size=12), max_size=8))
def test_bags_hold_the_terms_of_each_text(texts: list[str]) -> None:
    lexicon = Lexicon()
    bags = lexicon.bags(texts)
    vocabulary, new = lexicon.most_frequent(bags, size=5)
    kept = bags.renumbered(new)
    expected = [sorted(term for term in terms(text) if term in vocabulary) for text in texts]
    assert unpacked(kept, vocabulary) == expected
    assert unpacked(lexicon.bags(texts).renumbered(new), vocabulary) == expected
    rows = list(range(len(texts)))[::-1]
    assert unpacked(kept.take(rows), vocabulary) == expected[::-1]


def unpacked(bags: Bags, vocabulary: list[str]) -> list[list[str]]:
    return [
        sorted(vocabulary[number] for number in bags.numbers[start:end])
        for start, end in zip(bags.starts[:-1], bags.starts[1:], strict=True)
    ]


def test_the_vocabulary_is_what_stands_in_the_most_texts() -> None:
    texts = ["a a a b", "b c", "c d", "b d"]  # b stands in three texts, c and d in two, a in one but three times
    lexicon = Lexicon()
    bags = lexicon.bags(texts)
    lexicon.bags(["e", "e d"])  # met, but not in the texts that were asked about
    assert lexicon.most_frequent(bags, size=3)[0] == ["b", "c", "d"]
    assert lexicon.most_frequent(bags, size=9)[0] == ["b", "c", "d", "a"]


def test_repeated_texts_add_no_direction() -> None:
    matrix = spectral_matrix(Lexicon().bags(["a b", "c d", "a b", "c d"]), 4, 256, seed=0)
    assert matrix.shape == (4, 2)
    assert np.linalg.norm(matrix, axis=1).mean() == pytest.approx(1)
