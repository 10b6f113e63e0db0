"""What each named misconception answers, beside what it answers by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quizsvc.autodiff import Program
from quizsvc.autodiff.stacked import StackedSweeps, can_stack
from quizsvc.expr.parser import parse
from quizsvc.problems.building import FamilyBuilder
from quizsvc.problems.changes import Places
from quizsvc.problems.draw import Given
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.tolerance import Tolerance
from quizsvc.render.templates import compile_template

if TYPE_CHECKING:
    from quizsvc.problems.family import CompiledFamily

X, G = np.array([1.0, -2.0]), np.array([3.0, 5.0])
W, U = np.array([[1.0, 2.0], [3.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 2.0]])
I2 = np.eye(2)
GIVEN: dict[str, Any] = {"x": X, "g": G, "W": W, "U": U, "p": 3.0, "q": -2.0, "r": 5.0, "eta": 0.5}

TANH = W @ X / 4
"""Of the block y = x + U tanh(W x / 4)."""
SLOPE = np.diag(1 - np.tanh(TANH) ** 2)
BLOCK = {"a": "W * x / 4", "y": "x + U * tanh(a)"}
RELU = {"a": "W * x", "y": "x + U * relu(a)"}
"""At a = (-3, 1) the first unit is off."""
ON = np.diag([0.0, 1.0])
TWO = {"h": "x + W * x", "y": "h + U * h"}
GATES = {"u": "p * q", "m": "max(u, r)", "f": "m * r + p"}
"""u = -6, m = r = 5, f = 28."""

CASES: list[tuple[str, dict[str, str], str, Any]] = [
    ("drop-skip", RELU, "jacobian(y, x)", U @ ON @ W),
    ("drop-skip", TWO, "jacobian(y, x)", U @ (I2 + W)),
    ("plain-network", TWO, "jacobian(y, x)", U @ W),
    ("plain-network", {"h": "x + tanh(W * x)", "y": "h + U * tanh(h)"}, "y",
     U @ np.tanh(np.tanh(W @ X))),
    ("skip-only", RELU, "jacobian(y, x)", I2),
    ("ignore-activation", RELU, "jacobian(y, x)", I2 + U @ W),
    ("ignore-activation", BLOCK, "vjp(y, x, g)", (I2 + U @ W / 4).T @ G),
    ("gate-skip", RELU, "jacobian(y, x)", np.diag((X + U @ [0, 1] > 0) * 1.0) + U @ ON @ W),
    ("derivative-at-output", BLOCK, "jacobian(y, x)",
     I2 + U @ np.diag(1 - np.tanh(np.tanh(TANH)) ** 2) @ W / 4),
    ("missing-transpose", RELU, "vjp(y, x, g)", (I2 + U @ ON @ W) @ G),
    ("missing-transpose", {"a": "W * x", "f": "dot(g, U * tanh(a))"}, "grad(f, x)",
     W @ ((1 - np.tanh(W @ X) ** 2) * (U @ G))),
    ("reversed-product", RELU, "jacobian(y, x)", I2 + W @ ON @ U),
    ("reversed-product", TWO, "vjp(y, x, g)", ((I2 + W) @ (I2 + U)).T @ G),
    ("reversed-product", {}, "U * W", W @ U),
    ("elementwise-product", {}, "U * W", U * W),
    ("overwrite-instead-of-add", {"u": "3 * p", "f": "5 * p + u * u"}, "grad(f, p)", 3 * 9.0),
    ("add-gate-multiplies", {"s": "p + q", "f": "r * s"}, "grad(f, p)", 5.0 * -2.0),
    ("multiply-gate-not-swapped", {"u": "p * q", "f": "r + u"}, "grad(f, p)", 3.0),
    ("max-gate-to-both", GATES, "grad(f, p)", 5.0 * -2.0 + 1),
    ("local-derivative-only", {"u": "p * q", "f": "r * u"}, "grad(f, p)", -2.0),
    ("sign-of-step", {"f": "p * p"}, "p - eta * grad(f, p)", 3 + 0.5 * 6),
]  # fmt: skip


def build(lets: dict[str, str], key: str, *ids: str, listed: bool = True) -> CompiledFamily:
    builder = FamilyBuilder()
    for name, value in GIVEN.items():
        builder.given(Given(name, np.shape(value), fixed=np.asarray(value).tolist()))
    for name, text in lets.items():
        builder.let(name, parse(text))
    builder.key("answer", parse(key), Tolerance(1e-6, 1e-6))
    for each in ids:
        says = compile_template(f"Of {each}.", formula=str)
        builder.named_belief(each, f"title of {each}", says, listed=listed)
    return builder.build(any_size=True)


@pytest.mark.parametrize(("rule", "lets", "key", "expected"), CASES)
def test_a_misconception_answers_as_computed_by_hand(
    rule: str, lets: dict[str, str], key: str, expected: Any
) -> None:
    (predicted,) = build(lets, key, rule).restore(0, GIVEN).predicted

    assert predicted.id == rule
    assert predicted.value == pytest.approx(np.asarray(expected), rel=1e-12)


def test_every_misconception_of_the_table_has_a_case() -> None:
    assert {rule for rule, *_ in CASES} == MAL_RULES.keys()


def test_what_a_structure_makes_one_is_one_class_under_the_more_basic_name() -> None:
    single = build(RELU, "jacobian(y, x)", *reversed(list(MAL_RULES)), listed=False)
    names = [each.name for each in single.classes]

    assert "drop-skip = plain-network = overwrite-instead-of-add" in names
    # For ReLU the slope at the output is the slope, so that this belief answers the key.
    assert not any("derivative-at-output" in name for name in names)
    feedback = single.classes[0].feedback({})
    assert feedback.startswith("Of drop-skip.")
    assert "title of plain-network; title of overwrite-instead-of-add" in feedback


def test_two_beliefs_that_agree_in_one_part_only_are_one_only_there() -> None:
    builder = FamilyBuilder()
    for name, value in GIVEN.items():
        builder.given(Given(name, np.shape(value), fixed=np.asarray(value).tolist()))
    for name, text in TWO.items():
        builder.let(name, parse(text))
    builder.key("last", parse("jacobian(y, h)"), Tolerance(1e-6, 1e-6))
    builder.key("both", parse("jacobian(y, x)"), Tolerance(1e-6, 1e-6))
    for rule in ("drop-skip", "plain-network"):
        builder.named_belief(rule, rule, compile_template("No.", formula=str), listed=True)

    names = [(each.key.part, each.name) for each in builder.build(any_size=True).classes]

    assert names == [
        ("last", "drop-skip = plain-network"), ("both", "drop-skip"), ("both", "plain-network"),
    ]  # fmt: skip


def test_in_the_graph_with_the_residual_three_beliefs_meet_at_one_node() -> None:
    lets = {"u": "p * q", "s": "u + r", "t": "u + s", "f": "2 * t"}
    built = build(lets, "grad(f, u)", *MAL_RULES, listed=False)

    (name,) = [each.name for each in built.classes if "drop-skip" in each.name]
    assert name.startswith("drop-skip = skip-only")
    assert "overwrite-instead-of-add" in name


@pytest.mark.parametrize(
    ("lets", "key"),
    [
        (BLOCK, "jacobian(y, x)"), (RELU, "vjp(y, x, g)"), (TWO, "jacobian(y, x) * g"),
        (GATES, "p - eta * grad(f, p)"), ({"a": "W * x", "f": "dot(g, relu(a))"}, "grad(f, W)"),
    ],
)  # fmt: skip
def test_beliefs_run_together_answer_as_each_does_alone(lets: dict[str, str], key: str) -> None:
    builder = FamilyBuilder()
    for name, value in GIVEN.items():
        builder.given(Given(name, np.shape(value), fixed=np.asarray(value).tolist()))
    for name, text in lets.items():
        builder.let(name, parse(text))
    builder.key("answer", parse(key), Tolerance())
    graph = builder.graph
    output = graph.parts["answer"]
    places = Places(graph, tuple(graph.ancestors([output])), builder.skips())
    rules = [made for each in MAL_RULES.values() if (made := each.rules(places))]
    stackable = [each for each in rules if can_stack(graph, [output], each)]
    # Two inputs at once, of which the second is another one.
    inputs = {
        name: np.stack([np.reshape(value, (len(np.atleast_1d(value)), -1))] * 2)
        * [[[1.0]], [[1.5]]]
        for name, value in GIVEN.items()
    }
    tape = Program(graph, [output]).run(inputs)

    together = StackedSweeps(graph, [output], stackable).rerun(tape)

    assert len(stackable) >= 2
    for each, found in zip(stackable, together, strict=True):
        alone = Program(graph, [output], each).rerun(tape)
        assert found.array(output) == pytest.approx(alone.array(output), rel=1e-13)
