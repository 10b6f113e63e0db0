"""Wrong responses are found to be other values of the graph, whatever their variant's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from quizsvc import variants
from quizsvc.problems.family import CompiledFamily
from quizsvc.results.analysis.clusters import by_likeness

from ..course import shipped_bank

MATRIX = "block-jacobian"
NUMBER = "two-block-gradient"


def found(item: str, part: str, wrong: list[object], seeds: range) -> dict[str, int]:
    family = shipped_bank().items[item].family
    drawn = [variants.draw(shipped_bank().items[item], seed).parameters for seed in seeds]
    clusters = by_likeness(family.likenesses(drawn, part, wrong))
    return {each.says: len(each.members) for each in clusters}


@pytest.mark.parametrize(
    ("slip", "says"),
    [
        (lambda key: -key, "the right answer with the opposite sign"),
        (lambda key: 2 * key, "twice the right answer"),
        (lambda key: key / 2, "half of the right answer"),
        (lambda key: 1 / key, "1 divided by the right answer"),
    ],
)
def test_a_slip_in_a_number_is_one_cluster_over_all_variants(slip: object, says: str) -> None:
    item, seeds = shipped_bank().items[NUMBER], range(20)
    keys = [np.asarray(variants.draw(item, seed).key["total"]) for seed in seeds]
    wrong = [slip(key).tolist() for key in keys]  # type: ignore[operator] # a lambda
    (count,) = (n for name, n in found(NUMBER, "total", wrong, seeds).items() if name == says)
    assert count >= 18


def test_a_transposed_matrix_is_recognised() -> None:
    item, seeds = shipped_bank().items[MATRIX], range(12)
    wrong = [np.asarray(variants.draw(item, seed).key["answer"]).T.tolist() for seed in seeds]
    assert found(MATRIX, "answer", wrong, seeds)["the right answer, transposed"] >= 10


def test_the_answer_to_another_part_is_recognised() -> None:
    item, seeds = shipped_bank().items[NUMBER], range(12)
    wrong = [variants.draw(item, seed).key["second"] for seed in seeds]
    assert found(NUMBER, "total", wrong, seeds) == {
        "the right answer to another part, “second”": 12
    }


def test_a_gradient_that_is_no_part_of_the_key_is_recognised() -> None:
    item, seeds = shipped_bank().items[MATRIX], range(20)
    family = item.family
    assert isinstance(family, CompiledFamily)
    drawn = [variants.draw(item, seed).parameters for seed in seeds]
    wrong = [np.asarray(each["W1"]).tolist() for each in drawn]
    assert max(found(MATRIX, "answer", list(wrong), seeds).values()) == 20


def test_what_could_be_anything_is_like_nothing() -> None:
    family = shipped_bank().items[MATRIX].family
    drawn = [variants.draw(shipped_bank().items[MATRIX], seed).parameters for seed in range(5)]
    wrong = [[[1.0, 0.0], [0.0, -1.0]]] * 5
    assert not family.likenesses(drawn, "answer", wrong).equal.any()


def test_chance_is_how_often_numbers_of_other_variants_are_met() -> None:
    """Guesses among few whole numbers equal some value now and then, and make no cluster."""
    item = shipped_bank().items["graph-with-residual-family"]
    rng, seeds = np.random.default_rng(1), range(40)
    drawn = [variants.draw(item, seed).parameters for seed in seeds]
    wrong = [float(each) for each in rng.integers(-12, 13, size=40)]
    likenesses = item.family.likenesses(drawn, "gradient-x", wrong)
    assert likenesses.equal.sum(axis=1).max() >= 3
    assert by_likeness(likenesses) == ()
