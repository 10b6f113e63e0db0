"""Differences between variants, clusters of unexplained answers, choices, what comes first."""

from __future__ import annotations

import numpy as np
import pytest

from quizsvc.model import Likenesses
from quizsvc.results.analysis.attention import KINDS, findings, in_order
from quizsvc.results.analysis.choices import taken
from quizsvc.results.analysis.clusters import at_least, by_likeness, by_text
from quizsvc.results.analysis.differences import Differences, differences, fisher, holm
from quizsvc.results.analysis.figures import Figure


@pytest.mark.parametrize(
    ("cells", "p"),
    [
        ((1, 10, 9, 10), 0.001093333910671372),
        ((3, 8, 20, 22), 0.006660772178013558),
        ((0, 5, 12, 12), 0.0001616031027795734),
        ((7, 15, 7, 15), 1.0),
        ((2, 40, 30, 90), 0.0003219095407674343),
        ((10, 10, 0, 10), 1.082508822446903e-05),
    ],
)
def test_the_exact_test_is_that_of_scipy(cells: tuple[int, int, int, int], p: float) -> None:
    """The p-values are those of scipy.stats.fisher_exact, two-sided."""
    assert fisher(*cells) == pytest.approx(p, rel=1e-9)


def test_the_correction_is_that_of_statsmodels() -> None:
    """The numbers are those of statsmodels.stats.multitest.multipletests, method holm."""
    assert holm([0.01, 0.04, 0.03, 0.005, 0.2]) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.2])
    assert holm([]) == []


def test_the_binomial_tail_is_that_of_scipy() -> None:
    """The numbers are those of scipy.stats.binom.sf, at one less."""
    assert at_least(4, 20, 0.07) == pytest.approx(0.047132941432056326)
    assert at_least(2, 3, 0.02) == pytest.approx(0.0011840000000000002)


def test_a_harder_variant_is_flagged_and_the_others_are_not_called_harder() -> None:
    variant = np.repeat([0, 1, 2], 10)
    score = np.where(variant == 1, 0.0, 1.0)
    score[[0, 12]] = 0, 1
    found = differences(score, variant, {})
    assert (found.kind, found.variants) == ("variants", 3)
    assert [(each.variant, each.harder) for each in found.groups] == [
        (1, True),
        (0, False),
        (2, False),
    ]
    assert found.groups[0].facility.value == pytest.approx(0.1)
    assert found.groups[0].others.value == pytest.approx(0.95)


def test_two_variants_that_are_all_there_are_make_one_comparison() -> None:
    variant = np.repeat([0, 1], 10)
    score = np.repeat([1.0, 0.0], 10)
    score[[8, 9, 19]] = 0, 0, 1
    first, second = differences(score, variant, {}).groups
    assert first.p == second.p == pytest.approx(fisher(8, 10, 1, 10))


@pytest.mark.parametrize("kind", ["variants", "parameters"])
def test_without_a_harder_variant_no_more_than_one_in_twenty_items_is_flagged(kind: str) -> None:
    rng, flagged = np.random.default_rng(11), 0
    for _ in range(400):
        score = (rng.random(60) < 0.6).astype(float)
        numbers = rng.integers(4, size=60) if kind == "variants" else np.arange(60)
        drawn = {
            each: {"x": float(rng.integers(9)), "W": rng.integers(-3, 4, (2, 2)).tolist()}
            for each in set(numbers.tolist())
        }
        found = differences(score, numbers, drawn)
        assert found.kind == kind
        flagged += any(each.differs for each in found.groups)
    assert flagged <= 400 * 0.05  # Fisher's test keeps below its level


def test_unique_variants_are_split_at_the_median_of_each_drawn_number() -> None:
    rng = np.random.default_rng(5)
    x = rng.integers(-5, 6, size=40).astype(float)
    drawn = {each: {"x": x[each], "v": [1.0, each / 10]} for each in range(40)}
    score = (x <= 0).astype(float)
    found = differences(score, np.arange(40), drawn)
    hardest = found.groups[0]
    assert found.kind == "parameters"
    assert hardest.name.startswith("x ")
    assert hardest.harder
    assert not any(each.name == "v, entry 1" for each in found.groups)  # it never varies


@pytest.mark.parametrize(
    ("score", "variant", "why"),
    [
        ([1.0] * 20, [0] * 20, "all had the same variant"),
        ([], [], "all had the same variant"),
        ([1.0] * 6, range(6), "too few answers (6; at least 15)"),
        ([1.0] * 20, [0] * 16 + [1] * 4, "no two groups of variants have enough answers"),
    ],
)
def test_variants_that_cannot_be_compared_are_not(
    score: list[float], variant: list[int], why: str
) -> None:
    found = differences(np.array(score), np.array(variant, dtype=int), {0: {}, 1: {}})
    assert (found.why, found.groups) == (why, ())


def test_an_answer_goes_to_the_value_that_most_answers_equal() -> None:
    equal = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 1, 0], [0, 1, 1, 1, 0]], dtype=bool)
    found = by_likeness(Likenesses(("few", "most", "as many"), equal, np.zeros(3)))
    assert [(each.says, each.members) for each in found] == [("most", (1, 2, 3))]


def test_what_answers_equal_by_chance_alone_is_no_cluster() -> None:
    rng = np.random.default_rng(8)
    equal = rng.random((40, 60)) < 0.1
    assert by_likeness(Likenesses(tuple(map(str, range(40))), equal, np.full(40, 0.1))) == ()
    equal[7, :25] = True
    (found,) = by_likeness(Likenesses(tuple(map(str, range(40))), equal, np.full(40, 0.1)))
    assert found.says == "7"


def test_what_is_typed_alike_is_put_together_unless_it_has_its_place() -> None:
    found = by_text(["3", "4", "3", "3", "4", "5"], frozenset({0}))
    assert [(each.says, each.members) for each in found] == [("4", (1, 4)), ("3", (2, 3))]


def test_choices_are_counted_with_those_that_nobody_took() -> None:
    chosen = [[("", "a")]] * 8 + [[("", "b"), ("", "a")]] * 6 + [[]] * 4
    (rows,) = taken(chosen, np.arange(18.0), {"": ["a", "b", "c"]}).values()
    assert [(each.id, each.count) for each in rows] == [("a", 14), ("b", 6), ("c", 0)]
    assert rows[0].share == pytest.approx(14 / 18)
    assert rows[0].lower == 1
    assert rows[0].upper == pytest.approx(2 / 6)


def test_with_few_answers_nobody_is_told_what_a_third_chose() -> None:
    (rows,) = taken([[("", "a")]] * 14, np.arange(14.0), {}).values()
    assert (rows[0].upper, rows[0].lower) == (None, None)


def test_what_may_be_wrong_with_an_item_comes_before_what_is_good_to_know() -> None:
    none = Differences(1, "")
    found = in_order(
        [
            *findings(0, Figure(value=0.12), Figure(value=0.05), none, ()),
            *findings(1, Figure(value=0.99), Figure(value=-0.2), none, ()),
            *findings(2, Figure(why="too few"), Figure(value=-0.4), none, ()),
            *findings(3, Figure(value=0.5), Figure(value=0.4), none, ()),
        ]
    )
    assert [(each.kind, each.item) for each in found] == [
        ("against", 2),
        ("against", 1),
        ("hard", 0),
        ("weak", 0),
        ("easy", 1),
    ]
    assert {each.kind for each in found} <= set(KINDS)
