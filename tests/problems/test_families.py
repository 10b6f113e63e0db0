"""Draws, misconceptions and solutions on examples small enough to do by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quizsvc.errors import ExpressionError, NoVariantError
from quizsvc.expr.parser import parse
from quizsvc.problems.building import FamilyBuilder
from quizsvc.problems.draw import Given, mix, shuffled, states_of, uniform
from quizsvc.problems.tolerance import DEFAULT, EXACT, Tolerance
from quizsvc.render.templates import compile_template

if TYPE_CHECKING:
    from quizsvc.model import Draw

SAYS = compile_template("Because.", formula=str)


def family(
    lets: dict[str, str], key: str, *beliefs: str, fixed: dict[str, Any] | None = None
) -> Draw:
    builder = FamilyBuilder()
    for name, value in (fixed or {}).items():
        builder.given(Given(name, np.shape(value), fixed=value))
    for name, text in lets.items():
        builder.let(name, parse(text))
    builder.key("answer", parse(key), DEFAULT)
    for belief in beliefs:
        builder.named_belief(belief, belief, SAYS, listed=True)
    return builder.build().draw(0)


def predicted(drawn: Draw) -> dict[str, Any]:
    return {each.id: each.value for each in drawn.predicted}


BLOCK: dict[str, Any] = {"x": [1, -2], "W": [[1, 2], [3, 1]], "V": [[1, 1], [0, 2]]}


def test_named_misconceptions_answer_as_computed_by_hand() -> None:
    # a = W x = (-3, 1), so J = V diag(0, 1) W = [[3, 1], [6, 2]].
    drawn = family(
        {"a": "W * x", "y": "x + V * relu(a)"}, "jacobian(y, x)",
        "drop-skip", "skip-only", "ignore-activation", fixed=BLOCK,
    )  # fmt: skip

    assert drawn.keys["answer"] == [[4, 1], [6, 3]]
    assert predicted(drawn) == {
        "drop-skip": [[3, 1], [6, 2]],
        "skip-only": [[1, 0], [0, 1]],
        "ignore-activation": [[5, 3], [6, 3]],
    }


def test_overwriting_keeps_the_later_of_two_gradients_that_meet() -> None:
    drawn = family(
        {"u": "3 * x", "f": "5 * x + u * u"}, "grad(f, x)", "overwrite-instead-of-add",
        fixed={"x": 2},
    )  # fmt: skip

    assert drawn.keys["answer"] == 5 + 18 * 2
    # At u the second factor replaces the first, 6; at x what came through u replaces the 5.
    assert predicted(drawn)["overwrite-instead-of-add"] == 3 * 6


@pytest.mark.parametrize(
    ("lets", "skips"),
    [
        ({"y": "x + V * relu(W * x)"}, ["x into y"]),
        ({"y": "V * relu(W * x) + x"}, ["x into y"]),
        ({"y": "V * x + W * x"}, []),
        ({"y": "skip(V * x) + W * x"}, ["skip into y"]),
        ({"h": "x + W * x", "y": "h + V * relu(h)"}, ["x into h", "h into y"]),
        ({"y": "x + W * x + V * (W * x)"}, ["x into add", "matmul into add"]),
    ],
)
def test_skip_connections_are_found_in_the_graph(lets: dict[str, str], skips: list[str]) -> None:
    builder = FamilyBuilder()
    for name, value in BLOCK.items():
        builder.given(Given(name, np.shape(value), fixed=value))
    for name, text in lets.items():
        builder.let(name, parse(text))
    builder.key("answer", parse("jacobian(y, x)"), DEFAULT)

    assert sorted(builder.build().skips_in_words()) == sorted(skips)


def test_a_misconception_without_a_place_to_act_is_refused() -> None:
    with pytest.raises(ExpressionError, match="no place to act"):
        family({"y": "W * x"}, "jacobian(y, x)", "drop-skip", fixed=BLOCK)
    with pytest.raises(ExpressionError, match="no place to act"):
        family({"y": "x + W * x"}, "y", "drop-skip", fixed=BLOCK)


def test_a_kink_that_is_too_near_leaves_no_variant() -> None:
    # Only at x = (3, 4) is some unit off, and 4 - 3.999 is too near to the kink.
    with pytest.raises(NoVariantError, match="a kink"):
        family({"y": "x + relu(x - 3.999)"}, "jacobian(y, x)", fixed={"x": [3, 4]})


def test_conditions_that_nothing_meets_are_given_up_on() -> None:
    builder = FamilyBuilder()
    builder.given(Given("x", (), (1.0, 2.0, 3.0)))
    builder.where(parse("x > 3"))
    builder.key("answer", parse("x"), DEFAULT)

    with pytest.raises(NoVariantError, match="4096"):
        builder.build().draw(0)


def test_the_steps_of_a_solution_end_at_the_key() -> None:
    builder = FamilyBuilder()
    for name, value in {"x": 3, "y": -4}.items():
        builder.given(Given(name, (), fixed=value))
    builder.let("u", parse("x * y"))
    builder.let("f", parse("u + u * x"))
    builder.key("answer", parse("grad(f, x)"), EXACT)
    built = builder.build()
    drawn = built.draw(0)
    steps = built.solution(drawn.parameters)

    # f = xy + x²y, so ∂f/∂x = y + 2xy = -28, of which -12 comes directly and -16 through u.
    assert drawn.keys["answer"] == -28
    assert steps[-1].result.endswith("= -28")
    assert sorted(steps[-1].result.replace("(", "").replace(")", "").split("=")[1].split("+")) == [
        " -12 ", " -16 ",
    ]  # fmt: skip


def test_numbers_are_drawn_by_the_published_hash() -> None:
    # The first outputs of SplitMix64 seeded with 0, as its authors' code prints them.
    gamma = 0x9E3779B97F4A7C15
    states = np.array([gamma, 2 * gamma % 2**64, 3 * gamma % 2**64], dtype=np.uint64)

    assert [hex(int(z)) for z in mix(states)] == [
        "0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4", "0x6c45d188009454f",
    ]  # fmt: skip


def test_a_draw_depends_on_seed_candidate_and_slot_alone() -> None:
    candidates = np.arange(50, dtype=np.uint64)
    states = states_of([2**100 + 7])
    together = uniform(states, candidates, 6)
    alone = np.concatenate([uniform(states, candidates[i : i + 1], 6) for i in range(50)])

    assert (together == alone).all()
    assert (uniform(states_of([2**100 + 8]), candidates, 6) != together).all()
    assert 0.4 < together.mean() < 0.6
    assert sorted(shuffled(5, 6)) == list(range(6))


@pytest.mark.parametrize(
    ("tolerance", "response", "accepted"),
    [
        (DEFAULT, 100.5, True), (DEFAULT, 100.51, False), (EXACT, 100, True),
        (EXACT, 100.001, False), (Tolerance(0, 0.5), 99.5, True), (Tolerance(0, 0.5), 99.4, False),
    ],
)  # fmt: skip
def test_the_larger_bound_counts_and_is_inside(
    tolerance: Tolerance, response: float, accepted: bool
) -> None:
    assert bool(tolerance.accepts(np.array(response), np.array(100.0))) is accepted


def test_a_belief_without_a_finite_answer_answers_nothing() -> None:
    # A plain network computes 0 here, whose norm has no gradient.
    drawn = family(
        {"h": "x + 0 * x", "f": "norm(h)"}, "grad(f, x)", "drop-skip", fixed={"x": [3, 4]}
    )  # fmt: skip
    builder = FamilyBuilder()
    builder.given(Given("x", (2,), fixed=[3, 4]))
    builder.let("h", parse("x + 0 * x"))
    builder.let("f", parse("norm(h)"))
    builder.key("answer", parse("grad(f, x)"), DEFAULT)
    builder.named_belief("plain-network", "", SAYS, listed=False)

    assert drawn.keys["answer"] == [0.6, 0.8]
    assert builder.build().draw(0).predicted == ()


def test_what_has_no_value_in_some_draws_is_drawn_from_the_others() -> None:
    builder = FamilyBuilder()
    builder.given(Given("x", (), (-1.0, 0.0, 1.0, 4.0)))
    builder.key("answer", parse("sqrt(x) / x"), DEFAULT)
    built = builder.build()

    assert {built.draw(seed).keys["answer"] for seed in range(40)} == {1, 0.5}


def test_a_solution_writes_the_gradient_of_a_sum() -> None:
    builder = FamilyBuilder()
    builder.given(Given("x", (2,), fixed=[1, 2]))
    builder.let("f", parse("sum(x .* x)"))
    builder.key("answer", parse("grad(f, x)"), EXACT)

    formulas = [step.formula for step in builder.build().solution({"x": [1, 2]})]

    assert any("\\mathbf 1" in formula for formula in formulas)


def test_a_key_that_a_later_key_uses_has_its_place_in_the_solution() -> None:
    builder = FamilyBuilder()
    builder.given(Given("x", (), fixed=3.0))
    builder.key("double", parse("2 * x"), DEFAULT)
    builder.key("square", parse("double^2"), DEFAULT)
    built = builder.build()

    told = [step.result for step in built.solution(built.draw(0).parameters)]

    assert told[-1].endswith("36")
    assert len(told) == 2


def test_a_number_that_is_used_twice_is_no_skip_connection() -> None:
    builder = FamilyBuilder()
    builder.given(Given("x", (), fixed=3.0))
    builder.key("answer", parse("1 + exp(x + 1)"), DEFAULT)

    assert not builder.skips().skips
