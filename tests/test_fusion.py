"""Fusion and highlighting against values worked by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engine.parameters import RankingParameters
from indexer.engine.ranking import Candidates, fused, standardised
from indexer.terms import analyzer
from search_api.highlight import highlights


def test_standardised_by_hand() -> None:
    # mean 2, deviations -1, 0, 1, variance 2/3
    assert standardised(np.array([1.0, 2.0, 3.0])).tolist() == pytest.approx([-(1.5**0.5), 0.0, 1.5**0.5])
    assert standardised(np.array([4.0, 4.0])).tolist() == [0.0, 0.0]
    assert standardised(np.empty(0)).tolist() == []


def test_fused_by_hand() -> None:
    lexical, vector = np.array([0.0, 2.0]), np.array([1.0, 0.0])  # both standardise to -1 and 1, 1 and -1
    assert fused(lexical, vector, 0.5).tolist() == pytest.approx([-1 + 0.5, 1 - 0.5])


def test_one_leg_alone_keeps_its_own_scores() -> None:
    lexical, vector, nothing = np.array([0.0, 2.0]), np.array([1.0, 0.0]), np.full(2, np.nan)
    assert fused(lexical, vector, 0.0).tolist() == [0.0, 2.0]
    assert fused(lexical, nothing, 0.5).tolist() == [0.0, 2.0]
    assert fused(nothing, vector, 0.5).tolist() == [1.0, 0.0]
    assert fused(nothing, nothing, 0.5).tolist() == [0.0, 0.0]


def test_of_two_letters_as_near_the_shorter_comes_first() -> None:
    lexical, vector = np.array([2.0, 2.0, 0.0]), np.array([0.5, 0.5, 0.0])
    lengths = np.array([1.0, -1.0, 0.0])
    found = Candidates(np.arange(3), lexical, vector, lengths, lexical, 1.0, 1.0)
    long, short, far = found.fused(RankingParameters(vector_weight=1.0))
    assert short > long > far
    assert (
        found.fused(RankingParameters(vector_weight=0.0)).tolist() == lexical.tolist()
    )  # where vectors do not help, BM25 alone ranks


def candidates(lexical: list[float], vector: list[float], coverage: list[float]) -> Candidates:
    """All of the mean length, for a query whose words are all known and whose vectors count in full."""
    places = np.arange(len(lexical))
    return Candidates(places, np.array(lexical), np.array(vector), np.zeros(len(places)), np.array(coverage), 1.0, 1.0)


RANKING = RankingParameters(vector_weight=2.0)
LEGS = ("documents", "lexical", "vector", "lengths", "coverage")


def test_closeness_of_an_encoder_that_knows_ordinary_language_by_hand() -> None:
    """Both legs standardise to -1 and 1, so the scores are -3 and 3, and the second stands 6 above the last."""
    found = candidates([0.0, 2.0], [0.1, 0.3], [0.25, 0.5])
    expected = [2.506 * 0.25 - 1.203, 2.506 * 0.5 + 1.203 + 0.114 * 6]
    assert found.closeness(RANKING, found, is_general=True).tolist() == pytest.approx(expected)


def test_one_leg_alone_stands_out_as_far_as_both() -> None:
    found = candidates([0.0, 20.0], [0.1, 0.3], [0.25, 0.5]).by_words_alone()
    expected = [2.506 * 0.25, 2.506 * 0.5 + 0.114 * 3 * 2]
    assert found.closeness(RANKING, found, is_general=True).tolist() == pytest.approx(expected)


def test_a_filter_brings_no_document_nearer() -> None:
    rng = np.random.default_rng(0)
    whole = candidates(*(rng.random((3, 30)).tolist()))
    chosen = np.array([3, 8, 21])
    part = replace(whole, **{leg: getattr(whole, leg)[chosen] for leg in LEGS})
    nearness = whole.closeness(RANKING, whole, is_general=True)
    assert part.closeness(RANKING, whole, is_general=True).tolist() == pytest.approx(nearness[chosen].tolist())


@pytest.mark.parametrize(
    ("text", "words", "phrases", "marked"),
    [
        ("新建长者食堂十二家", ["长者", "食堂"], [], ["长者食堂"]),
        ("食堂与电梯", ["食堂", "电梯"], [], ["食堂", "电梯"]),
        ("的的的", ["的"], [], []),
        ("长 者\n食堂", [], ["长者食堂"], ["长 者\n食堂"]),
        ("ＡＰＰ上线", ["app"], [], ["ＡＰＰ"]),
        ("長者食堂", ["长者食堂"], [], ["長者食堂"]),
        ("面积3㎡，5G", ["5g", "m2"], [], ["㎡", "5G"]),
        ("没有", ["食堂"], ["电梯"], []),
        ("智慧+养老", [], ["智慧+养老"], ["智慧+养老"]),
    ],
)
def test_highlights(text: str, words: list[str], phrases: list[str], marked: list[str]) -> None:
    spans = highlights(text, words, phrases)
    assert [text[start:end] for start, end in spans] == marked


@given(
    st.text(alphabet="长者食堂長Ａ㎡5 \n，", max_size=40),
    st.lists(st.sampled_from(["长者", "食堂", "a", "m2", "5"]), max_size=3),
)
def test_every_highlight_holds_a_word_and_none_overlap(text: str, words: list[str]) -> None:
    spans = highlights(text, words)
    assert spans == sorted(spans)
    for (_, end), (start, _) in pairwise(spans):
        assert end < start
    for start, end in spans:
        assert any(word in analyzer.normalise(text[start:end]) for word in words)
