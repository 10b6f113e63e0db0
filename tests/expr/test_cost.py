"""A learner's field is answered at once, whatever is typed into it."""

from __future__ import annotations

import time

import numpy as np
import pytest

from quizsvc.autodiff import evaluate
from quizsvc.errors import ExpressionError
from quizsvc.expr.folding import fold
from quizsvc.expr.lexer import MAX_LENGTH
from quizsvc.expr.nodes import Number
from quizsvc.expr.parser import parse
from quizsvc.interactions.numeric import read_expression


def joined(sign: str, terms: list[str]) -> str:
    """Return as many of the terms as fit into one expression."""
    text = terms[0]
    for term in terms[1:]:
        if len(text) + len(sign) + len(term) > MAX_LENGTH:
            break
        text += sign + term
    return text


HOSTILE = [
    "+".join(["1"] * 1000), "+".join(["1"] * 149), "[" + ",".join(["1+" * 90 + "1"] * 10) + "]",
    "(" * 999 + "1" + ")" * 999, "((((((((1))))))))" * 100, "-" * 1999 + "1", "[" * 2000,
    "sin(" * 400, "[" + ",".join(["sin(" * 30 + "1" + ")" * 30] * 11) + "]", "2^" * 999 + "2",
    "*".join(["I(64)"] * 300), "+".join(["I(64)"] * 140), ".*".join(["ones(64,64)"] * 140),
    "ones(64,64)^16", "ones(64,64)^1000", "exp(" * 75 + "0*ones(64,64)" + ")" * 75,
    joined("+", [f"sum(sin(1e200*{n}*ones(64,64)))" for n in range(1, 99)]),
    "inv(I(64)+ones(64,64))", joined("+", [f"det(inv(I({n})))" for n in range(2, 64)]),
    joined("+", [f"det(inv({n}*I(2)))" for n in range(2, 99)]), "I(64)^-1000",
    joined("+", [f"spectral({n}*I(2))" for n in range(1, 99)]), "eigenvalues(I(64))",
    joined("*", [f"choose({999 - n},{499 - n})/1e300" for n in range(99)]),
    "choose(1000,500)*" * 100 + "0", "[" + ";".join(["1 " * 24] * 32) + "]",
    "[" + ";".join(["-1 " * 20] * 32) + "]", "[" + ",".join(["[1,2]"] * 300) + "]",
    "x" * 2000, "e" * 2000, "1" * 2000, "½" * 2000, "2" + "²" * 1999, "I(9)" + "ᵀ" * 1990,
    "1" + "%" * 1990, "\n" * 1999 + "1", "W₁" * 1000, "1<" * 900 + "1", "1," * 1000, "a_" * 999,
    joined(",", ["[1/0+1+1+1+1+1"] + ["1/0+1+1+1+1+1"] * 63), "norm(ones(64))+" * 120 + "1",
    joined("+", [f"max(v{n})" for n in range(999)]), "I(9)" + "'" * 140,
    "[" + ",".join(["1" + "'" * 140] * 14) + "]", "√" * 2000, "√1 " * 600, "√" * 700 + "1",
    "-2" + "[[e]]" * 149, "*".join(["0.5**0.5"] * 149), "-3^2" * 300, "e*" * 399 + "1",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_input_takes_long_or_raises_anything_unexpected(hostile: str) -> None:
    assert len(hostile) <= MAX_LENGTH
    taken = []
    for _ in range(3):
        started = time.process_time()
        try:
            value, _shape = read_expression(hostile)
        except ExpressionError:
            value = 0
        taken.append(time.process_time() - started)
        assert np.isfinite(value).all()
    # Each takes less than 5 ms on the machine of tests/fuzz; here only runaway cost is caught.
    assert min(taken) < 0.05


@pytest.mark.parametrize(
    "useful", ["inv([2 1; 1 3])", "[1/2, 1/3, -1/6]^T", "I(64)", "choose(1000, 500)", "2^-3"]
)
def test_what_an_answer_needs_is_within_the_cost(useful: str) -> None:
    assert read_expression(useful)[0] == evaluate(useful)


@pytest.mark.parametrize(
    "arithmetic", ["1/3 + 2/7", "-(2 - 5.5) * 3", "0.1 + 0.2", "1e308 * 10", "1/0", "-0", "7'"]
)
def test_arithmetic_on_the_tree_is_that_of_the_graph(arithmetic: str) -> None:
    try:
        expected = evaluate(arithmetic)
    except ExpressionError as refusal:
        with pytest.raises(ExpressionError, match=refusal.message):
            read_expression(arithmetic)
        assert not isinstance(fold(parse(arithmetic)), Number)
    else:
        assert read_expression(arithmetic) == (expected, ())
        assert isinstance(fold(parse(arithmetic)), Number)
