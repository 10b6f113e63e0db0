"""A learner's ``W2W1``: split where one way fits, and only there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from quizsvc.autodiff import Program, to_array
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.lexer import MAX_LENGTH
from quizsvc.expr.parser import parse

VALUES: dict[str, Any] = {
    "W1": [[1, 2], [3, 4]], "W2": [[0, 1], [1, 1]], "x": [5, -6], "epsilon": 0.5, "a": 2.0,
    "b": 3.0, "ab": 7.0, "p": 1.0, "i": 1.0, "si": 2.0, "n": 3.0,
}  # fmt: skip


def learner(*names: str) -> GraphBuilder:
    builder = GraphBuilder(learner=True)
    for name in names:
        builder.input(name, np.shape(VALUES[name]))
    return builder


def answered(text: str, *names: str) -> Any:
    builder = learner(*names)
    node = builder.read(text)
    inputs = {name: to_array(VALUES[name], np.shape(VALUES[name])) for name in names}
    return Program(builder.graph, [node]).run(inputs).value(node)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("W2W1", "W2 * W1"),
        ("W₂W₁x", "W2 * W1 * x"),
        ("W_2W_1", "W2 * W1"),
        ("W2W1^2", "W2 * (W1^2)"),
        ("W2W1'", "W2 * (W1')"),
        ("(W2W1)'", "(W2 * W1)'"),
        ("x'W1x", "x' * W1 * x"),
        ("εW1", "epsilon * W1"),
        ("2W1x", "2 * W1 * x"),
        ("W1x.*x", "(W1 * x) .* x"),
    ],
)
def test_names_run_together_are_the_product_that_stands_on_paper(written: str, meant: str) -> None:
    names = ("W1", "W2", "x", "epsilon")

    assert answered(written, *names) == answered(meant, *names)


@pytest.mark.parametrize(
    ("written", "names", "phrase"),
    [
        ("aab", ("a", "b", "ab"), "“aab” is not known"),  # a a b or a ab
        ("W2W3", ("W1", "W2"), "“W2W3” is not known"),
        ("sinx", ("x",), "“sinx” is not known"),  # a function is never split off
        ("xsin(a)", ("x", "a"), "“xsin” is not known"),
        ("1/ab", ("a", "b"), "divided too"),
        ("[ab, a]", ("a", "b"), "product or another entry"),
    ],
)
def test_what_fits_in_no_way_or_in_several_is_not_split(
    written: str, names: tuple[str, ...], phrase: str
) -> None:
    with pytest.raises(ExpressionError, match=phrase):
        learner(*names).read(written)


def test_what_has_a_meaning_of_its_own_keeps_it() -> None:
    assert answered("ab", "a", "b", "ab") == 7
    assert answered("pi", "p", "i") == pytest.approx(np.pi)
    assert answered("sin(0)", "si", "n") == 0


def test_the_place_of_each_part_is_kept() -> None:
    with pytest.raises(ExpressionError, match="does not fit") as refusal:
        learner("x", "W1").read("1 + xW1")

    assert (refusal.value.position, refusal.value.length) == (4, 3)


def test_an_author_writes_the_space() -> None:
    builder = GraphBuilder()
    builder.input("a", ())
    builder.input("b", ())

    with pytest.raises(ExpressionError, match="“ab” is not known"):
        builder.read("ab")


def test_a_run_of_names_is_bounded_as_any_text_is() -> None:
    with pytest.raises(ExpressionError, match="too long"):
        parse("a" * MAX_LENGTH, {"a"})
