"""The weight that the vectors get, by hand; chance, and the closeness that answers have."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.build.calibration import WEIGHTS, Answer, chance, chosen_weight, closeness_curve
from indexer.build.known_items import KnownItem
from indexer.build.manifest import Calibration
from indexer.engine.ranking import Candidates

Gains = NDArray[np.float64]


# The weight


def _gains(lexical: Sequence[float], hybrid: Sequence[float]) -> dict[float, Gains]:
    """As by weight 0, and as by every other weight."""
    return {w: np.array(lexical if w == 0 else hybrid, dtype=np.float64) for w in WEIGHTS}


WELL, BADLY = [1.0] * 40, [0.5, 0.3] * 20


@pytest.mark.parametrize(
    ("good", "chosen"),
    [
        (WEIGHTS, 1.0),  # all the same: the usual one
        (WEIGHTS[1:], 1.0),
        ((2.0, 3.0), 2.0),
        ((0.25, 0.5), 0.5),
        ((0.5, 1.25), 1.25),
        ((3.0,), 3.0),
    ],
)
def test_of_the_weights_as_good_as_the_best_the_one_nearest_the_usual(good: Sequence[float], chosen: float) -> None:
    gains = {w: np.array(WELL if w in good else BADLY) for w in WEIGHTS}
    assert chosen_weight(gains, np.array(WELL), by_chance=0.05) == chosen


@pytest.mark.parametrize(("loss", "chosen"), [(0.03, 1.0), (0.06, 3.0)])
def test_a_loss_within_its_standard_error_is_no_loss(loss: float, chosen: float) -> None:
    # Of 100 pairs half lose 0.4 more and half 0.4 less than the mean loss: a standard error of 0.4 / 10 = 0.04.
    best, swing = np.full(100, 0.6), np.array([0.4, -0.4] * 50)
    gains = {w: best - 0.5 for w in WEIGHTS} | {1.0: best - loss + swing, 3.0: best}
    assert chosen_weight(gains, best, by_chance=0.05) == chosen


def test_vectors_that_hurt_get_none() -> None:
    assert chosen_weight(_gains(WELL, BADLY), np.array(BADLY), by_chance=0.05) == 0.0


@pytest.mark.parametrize(
    ("vector", "used"),
    [
        ([0.05] * 100, False),  # chance itself
        ([0.0] * 95 + [1.0] * 5, False),
        ([0.0] * 92 + [1.0] * 8, False),  # 0.08 with a standard error of 0.027: less than two above chance
        ([0.0] * 80 + [1.0] * 20, True),
        ([0.3] * 100, True),
    ],
)
def test_vectors_that_know_no_more_than_chance_get_none(vector: list[float], used: bool) -> None:
    gains = _gains([0.2] * 100, [0.9] * 100)
    assert (chosen_weight(gains, np.array(vector), by_chance=0.05) > 0) is used


@pytest.mark.parametrize("pairs", [0, 1, 4])
def test_too_few_pairs_leave_the_weight_at_one(pairs: int) -> None:
    assert chosen_weight(_gains([1.0] * pairs, [0.0] * pairs), np.zeros(pairs), by_chance=0.5) == 1.0


def test_chance_by_hand() -> None:
    # One relevant letter at each of the ranks with the same chance: 1/log2(2) = 1, 1/log2(3), 1/log2(4) = 0.5
    assert chance(1) == 1.0
    assert chance(3) == pytest.approx((1 + 1 / np.log2(3) + 0.5) / 3)
    top_ten = sum(1 / np.log2(rank + 1) for rank in range(1, 11))
    assert chance(10) == pytest.approx(top_ten / 10)
    assert chance(1000) == pytest.approx(top_ten / 1000)  # below the tenth, nothing
    assert chance(0) == 0.0


# The closeness that answers have


def _answer(own: float, others: Iterable[float]) -> Answer:
    """A known letter and its neighbours by coverage and cosine, which add up to their closeness."""
    closeness = np.array([own, *others])
    found = Candidates(
        np.arange(len(closeness)), closeness, closeness / 2, np.zeros(len(closeness)), closeness / 2, 1.0, 1.0
    )
    return Answer(KnownItem("title", "", ""), found, 0, 0)


def test_the_curve_is_even_between_answers_and_their_neighbours() -> None:
    rng = np.random.default_rng(1)
    near = [_answer(1.2 + 0.2 * rng.standard_normal(), 0.6 + 0.2 * rng.standard_normal(9)) for _ in range(200)]
    even, slope = closeness_curve(near, 1.0)
    assert 0.8 < even < 1.0
    # Two normal distributions of one width s, d apart: slope d / s² in theory, 0.6 / 0.04 = 15 but for the selection.
    assert 8 < slope < 30
    curve = Calibration(documents=1, pairs={}, figures={}, vector_weight=1, even=even, slope=slope)
    assert curve.chance(np.array([even])).tolist() == [0.5]
    assert (np.diff(curve.chance(np.linspace(0, 2, 50))) > 0).all()


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [_answer(1.2, [0.6, 0.5])] * 4,  # too few
        [_answer(1.2, [])] * 40,  # no neighbours
        [_answer(0.7, [0.7, 0.7, 0.7])] * 40,  # as close as their neighbours
        [_answer(0.3, [0.9, 0.8, 0.7])] * 40,  # further than their neighbours
    ],
    ids=["none", "few", "alone", "alike", "inverted"],
)
def test_where_answers_cannot_be_told_apart_the_usual_curve_holds(answers: list[Answer]) -> None:
    assert closeness_curve(answers, 1.0) == (0.70, 4.6)


def test_the_first_neighbour_may_well_answer_too() -> None:
    """A twin of each known letter, as close as itself, does not move the curve."""
    alone = [_answer(1.2 + i / 1000, [0.9 - i / 1000, 0.6, 0.5, 0.5 + i / 500, 0.4]) for i in range(60)]
    twins = [_answer(1.2 + i / 1000, [1.2 + i / 1000, 0.6, 0.5, 0.5 + i / 500, 0.4]) for i in range(60)]
    assert closeness_curve(alone, 1.0) == closeness_curve(twins, 1.0)
