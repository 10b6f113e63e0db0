"""Statistics of items and assessments, against numbers from scipy, statsmodels and pingouin.

`SCORES` were drawn once, 24 sittings of five items, the last with partial scores. The golden
numbers beside them were computed from this very matrix with scipy 1.17.1, statsmodels 0.15.0,
pandas 3.1.1 and pingouin 0.7.0 in an environment of their own; the function stands beside each.
"""

from __future__ import annotations

import numpy as np
import pytest

from quizsvc.results.analysis.items import (
    curve,
    discrimination,
    facility,
    groups,
    quartiles,
    share_in,
    time_spent,
    upper_lower,
)
from quizsvc.results.analysis.reliability import cronbach, histogram, reliability

from .columns import table

SCORES = np.array(
    [
        [1, 1, 0, 1, 0.25], [1, 0, 1, 1, 0.75], [0, 0, 0, 0, 0.25], [1, 1, 1, 1, 1],
        [1, 1, 1, 0, 0.75], [1, 1, 1, 0, 0.5], [1, 1, 0, 0, 0.25], [1, 0, 0, 0, 0.5],
        [0, 1, 0, 0, 0.5], [1, 0, 0, 1, 0.25], [1, 1, 1, 0, 0.75], [1, 1, 0, 1, 0.5],
        [1, 0, 0, 0, 0.5], [1, 1, 0, 0, 0.25], [1, 1, 0, 0, 0.5], [0, 0, 0, 0, 0.5],
        [1, 1, 0, 0, 0.5], [1, 1, 0, 1, 1], [1, 1, 0, 1, 0.5], [1, 1, 0, 0, 0],
        [1, 1, 0, 1, 0.75], [1, 0, 0, 1, 0.5], [1, 1, 1, 1, 0.5], [0, 1, 0, 0, 0.5],
    ]
)  # fmt: skip

ALPHA = 0.5311396589287058
"""pingouin.cronbach_alpha"""

CORRELATIONS = (
    0.4261699094885534,
    0.1603661186573953,
    0.33578434673354723,
    0.2579173594854319,
    0.4458148303160452,
)
"""scipy.stats.pointbiserialr of each item with the sum of the others; pearsonr for the last"""

INTERVALS = (
    (0.6414692935030094, 0.9332132367136706),
    (0.5083230633550336, 0.8508535180303914),
    (0.11999366228595007, 0.4489944400515401),
    (0.24467602609811764, 0.6116533413477125),
    (0.41494006942081585, 0.6058932639125174),
)
"""statsmodels.stats.proportion.proportion_confint(method="wilson"); for the last
scipy.stats.norm.interval of mean and standard error"""


@pytest.mark.parametrize("item", range(5))
def test_facility_and_its_interval_are_those_of_statsmodels(item: int) -> None:
    found = facility(SCORES[:, item])
    assert found.value == pytest.approx(SCORES[:, item].mean())
    assert (found.low, found.high) == pytest.approx(INTERVALS[item], rel=1e-9)


@pytest.mark.parametrize("item", range(5))
def test_discrimination_is_the_point_biserial_of_scipy_with_the_rest(item: int) -> None:
    scores = table(SCORES.tolist()).of(item)
    assert discrimination(scores.score, scores.rest).value == pytest.approx(
        CORRELATIONS[item], rel=1e-9
    )


def test_alpha_is_that_of_pingouin() -> None:
    found = reliability(table(SCORES.tolist()))
    assert found.alpha.value == pytest.approx(ALPHA, rel=1e-9)
    assert (found.parts, found.by_item, found.left_out) == (5, True, 0)
    total = SCORES.sum(axis=1)
    assert found.measurement.value == pytest.approx(total.std(ddof=1) * np.sqrt(1 - ALPHA))


def test_the_error_of_alpha_is_what_the_delta_method_gives() -> None:
    """Alpha is a function of the covariance matrix V, of whose estimate from normal scores the
    covariance is known: the variance of alpha is 2 tr(G V G V) / n, with its gradient G by V.
    """
    v = np.cov(SCORES, rowvar=False)
    k, step = len(v), 1e-6

    def alpha(matrix: np.ndarray) -> float:
        return float(k / (k - 1) * (1 - np.trace(matrix) / matrix.sum()))

    unit = np.eye(k * k).reshape(k * k, k, k)
    slopes = [(alpha(v + step * e) - alpha(v - step * e)) / (2 * step) for e in unit]
    g = np.array(slopes).reshape(k, k)
    expected = np.sqrt(2 * np.trace(g @ v @ g @ v) / len(SCORES))
    assert cronbach(SCORES)[0].error == pytest.approx(expected, rel=1e-6)


def test_alpha_by_hand_of_two_items_that_agree_or_not() -> None:
    agreeing = np.array([[0.0, 0.0]] * 8 + [[1.0, 1.0]] * 8)
    alpha, measurement = cronbach(agreeing)
    assert alpha.value == pytest.approx(1)
    assert alpha.error == pytest.approx(0, abs=1e-6)
    assert measurement.value == pytest.approx(0, abs=1e-6)
    opposed = np.array([[0.0, 1.0]] * 8 + [[1.0, 0.0]] * 7 + [[1.0, 1.0]])
    alpha, measurement = cronbach(opposed)
    assert alpha.value is not None
    assert alpha.value < 0
    assert measurement.why == "alpha is negative"


def test_what_cannot_be_computed_is_a_sentence_and_no_number() -> None:
    many = np.ones(20)
    spread = np.linspace(0, 1, 20)
    assert facility(np.ones(4)).why == "too few answers (4; at least 5)"
    assert facility(np.ones(0)).why == "too few answers (0; at least 5)"
    assert discrimination(many, spread).why == "all had the same score"
    assert discrimination(spread, many).why == "all did equally well on the rest"
    assert discrimination(spread, np.full(20, np.nan)).why == "too few answers (0; at least 15)"
    assert upper_lower(spread, many).why == "all did equally well"
    assert upper_lower(spread[:14], spread[:14]).why == "too few answers (14; at least 15)"
    assert curve(spread, many) == []
    assert quartiles(np.full(9, np.nan)).why == "too few answers (0; at least 5)"
    assert cronbach(np.ones((20, 3)))[0].why == "all have the same total"
    assert cronbach(np.ones((20, 1)))[0].why == "it takes two graded questions at least"
    assert cronbach(np.ones((3, 3)))[0].why == "too few complete sittings (3; at least 15)"


def test_all_right_and_all_half_right_have_a_mean_with_what_interval_there_is() -> None:
    right, half = facility(np.ones(20)), facility(np.full(20, 0.5))
    assert (right.value, right.high) == (1, 1)
    assert right.low == pytest.approx(0.8388748419471806)  # proportion_confint(20, 20)
    assert (half.value, half.low, half.high) == (0.5, None, None)


def test_upper_and_lower_by_hand() -> None:
    score = np.array([0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1], dtype=float)
    # 27 % of 20 are 5.4: five whole learners, and 0.4 of the next, at both ends.
    found = upper_lower(score, np.arange(20.0))
    assert found.value == pytest.approx((4 + 0.4 * 1) / 5.4 - (0 + 1 + 0.4 * 1) / 5.4)


def test_who_ties_at_the_edge_shares_the_last_places_whatever_the_order() -> None:
    total = np.array([1.0, 2, 2, 2, 2, 3])
    assert share_in(total, 0, 0.5).tolist() == [1, 0.5, 0.5, 0.5, 0.5, 0]
    score, total = np.arange(20) % 3 / 2, np.arange(20) // 5 / 4
    again = np.random.default_rng(1).permutation(20)
    one, other = upper_lower(score, total).value, upper_lower(score[again], total[again]).value
    assert one == pytest.approx(other)


def test_groups_have_equal_size_and_leave_nobody_out() -> None:
    weights = groups(np.array([0.1 + 0.2, 0.3, 0.3, 0.5, 0.9, 1.0, 0.0]), 3)
    assert weights.sum(axis=1) == pytest.approx([7 / 3] * 3)
    assert weights.sum(axis=0) == pytest.approx(np.ones(7))
    assert weights[:, 0].tolist() == weights[:, 1].tolist()  # equal but for rounding


def test_a_curve_rises_where_the_good_do_better() -> None:
    total = np.linspace(0, 1, 60)
    points = curve((total > 0.5).astype(float), total)
    assert len(points) == 5
    assert [y for _, y in points] == pytest.approx([0, 0, 0.5, 1, 1])
    assert len(curve((total > 0.5).astype(float)[:30], total[:30])) == 3


def test_time_is_from_the_save_before_in_the_order_of_saving() -> None:
    sitting = np.array([0, 0, 0, 1, 1])
    saved = np.array([100.0, 40, np.nan, 1070, 1010])
    spent = time_spent(sitting, saved, np.array([0.0, 1000]))
    assert spent.tolist()[:2] == [60, 40]
    assert np.isnan(spent[2])
    assert spent.tolist()[3:] == [60, 10]


def test_quartiles_are_those_of_pandas() -> None:
    found = quartiles(np.array([12.0, 30, 31, np.nan, 45, 80, 200, 33]))
    assert (found.low, found.value, found.high) == (30.5, 33, 62.5)  # Series.quantile


def test_the_histogram_counts_everybody_once() -> None:
    assert histogram(np.array([0, 0.1, 0.1 + 0.2, 0.999, 1])) == [1, 1, 0, 1, 0, 0, 0, 0, 0, 2]
    assert histogram(np.empty(0)) == [0] * 10


def test_a_blank_place_scores_0_and_what_is_not_judged_has_no_score() -> None:
    made = table([[1, 1, 1], [1, None, 0]], blank=[(0, 1)])
    assert made.of(1).score.tolist() == [0]
    assert made.waiting == 1
    assert made.totals.tolist() == pytest.approx([2 / 3, 1 / 2])
    assert made.of(0).rest.tolist() == pytest.approx([1 / 2, 0])


def test_what_no_machine_grades_is_no_part_of_any_share() -> None:
    made = table([[1, None], [0, None]], blank=[(0, 1)])
    made.graded[1] = False
    assert made.totals.tolist() == [1, 0]
    assert np.isnan(made.of(0).rest).all()
    assert not len(made.of(1).score)


def test_only_the_first_sitting_of_a_learner_counts_unless_all_are_asked_for() -> None:
    scores = [[0], [1], [1]]
    assert table(scores, learners=[0, 0, 1]).of(0).score.tolist() == [0, 1]
    assert table(scores, learners=[0, 0, 1], every=True).of(0).score.tolist() == [0, 1, 1]


def test_points_weigh_in_the_total_and_in_alpha() -> None:
    made = table([[1, 0], [0, 1]], points=[3, 1])
    assert made.totals.tolist() == [0.75, 0.25]
    assert made.matrix(by_item=True).tolist() == [[3, 0], [0, 1]]


def test_where_items_are_drawn_alpha_is_over_places() -> None:
    rng = np.random.default_rng(3)
    items = [[int(rng.integers(2)), 2 + int(rng.integers(2))] for _ in range(24)]
    drawn = table(SCORES[:, :2].tolist(), items=items)
    assert not drawn.same_items
    found = reliability(drawn)
    assert not found.by_item
    assert found.alpha.value == pytest.approx(cronbach(SCORES[:, :2])[0].value)


def test_where_the_same_items_are_shuffled_alpha_is_over_items() -> None:
    orders = [list(np.random.default_rng(row).permutation(5)) for row in range(24)]
    shuffled = [SCORES[row, order].tolist() for row, order in enumerate(orders)]
    made = table(shuffled, items=orders)
    assert made.same_items
    assert not made.in_place
    assert reliability(made).alpha.value == pytest.approx(ALPHA)


def test_a_sitting_with_a_place_without_a_score_is_left_out_of_alpha() -> None:
    scores = SCORES.tolist()
    scores[3][2] = None
    found = reliability(table(scores))
    assert found.left_out == 1
    assert found.alpha.value == pytest.approx(cronbach(np.delete(SCORES, 3, axis=0))[0].value)
