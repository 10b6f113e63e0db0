"""The second evaluator agrees with hand computation, and shares nothing with the engine."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import autograd
import numpy as np
import pytest

from quizsvc.autodiff import evaluate
from quizsvc.certify import evaluator, kernels
from quizsvc.certify.displayed import read_formula, read_value
from quizsvc.certify.evaluator import Evaluator
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.parser import names_in, parse
from quizsvc.render.numbers import to_latex
from tests.test_autodiff import ORACLES, M, N, S, V, W, point

NAMES = (V, W, M, N, S)


def batch(seeds: range) -> dict[str, Any]:
    points = [point(seed) for seed in seeds]
    return {name: np.stack([np.asarray(each[name]) for each in points]) for name in NAMES}


@pytest.mark.parametrize("row", ORACLES)
def test_values_and_gradients_agree_with_autograd(row: str) -> None:
    expression, oracle = ORACLES[row]
    by = next(name for name in (V, M, S) if name in names_in(parse(expression)))
    found = Evaluator(batch(range(3)), {}, {})
    values = found.value(parse(expression))
    total = found.value(parse(f"grad(sum({expression}), {by})"))
    for seed in range(3):
        at = point(seed)
        assert values[seed] == pytest.approx(np.asarray(oracle(at)), rel=1e-9, abs=1e-12)

        def whole(x: Any, at: dict[str, Any] = at) -> Any:
            return autograd.numpy.sum(oracle({**at, by: x}))

        assert total[seed] == pytest.approx(autograd.grad(whole)(at[by]), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("grad(relu(x), x)", 0), ("grad(abs(x), x)", 0), ("grad(max(x, 0), x)", 1),
        ("grad(max(0, x), x)", 0), ("grad(min(x, 0), x)", 1), ("relu'(x)", 0), ("step(x)", 0),
    ],
)  # fmt: skip
def test_kinks_follow_the_conventions_of_the_course(expression: str, expected: float) -> None:
    found = Evaluator({"x": np.zeros(1)}, {}, {}).value(parse(expression))

    assert found.tolist() == [expected]


def test_it_imports_nothing_that_computes_for_the_engine() -> None:
    imported = {
        node.module
        for module in (evaluator, kernels)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("quizsvc")
    }

    assert imported == {"quizsvc.certify.kernels", "quizsvc.expr.nodes", "quizsvc.expr.parser"}


@pytest.mark.parametrize(
    "expression",
    [
        "x + W2 * relu(W1 x)", "h_0 * (1 + a / L)^L", "xy + max(z, w)", "norm(v) / sqrt(2 x)",
        "W2 diag(1 - tanh(a)^2) W1'", "abs(x - 1) * -3", "[1, x; 2, 3] v", "choose(L, k) + 1e-3",
        "sigmoid(W_s x) .* x_in", "ln(epsilon) * exp(-t) · 2", "spectral(A) + frobenius(A' A)",
        "W2 * (x .* h)", "x .* (W y)", "(x .* y) .* z", "x .* (y .* z)", "a · (B c)", "-(x .* y)",
        "A (B (C x))", "sum(x) - (y - z)",
    ],
)  # fmt: skip
def test_a_printed_formula_reads_back_as_it_was_written(expression: str) -> None:
    latex = tree_latex(parse(expression))

    assert tree_latex(read_formula(latex)) == latex


@pytest.mark.parametrize("value", [3.0, -2.5, 1.2e-7, [1.0, -2.0], [[1.0, 0.5], [-3.0, 4.0]], 1e12])
def test_a_printed_value_reads_back_as_it_is(value: Any) -> None:
    assert read_value(to_latex(value)) == value
    assert read_value(to_latex(value, parenthesise_negative=True)) == value


@pytest.mark.parametrize(
    "expression",
    ["A * (v .* w)", "v .* (A w)", "A' * (v .* (M w))", "(v .* w) · (A v)", "v - (w - v)",
     "A (M (A v))", "(A M)^2 * v", "s * (A v)", "(s v) .* w", "v .* w / s", "v / s .* w",
     "s dot(v, A w)", "dot(A v, w) + 1", "outer(v, A w) v", "max(v, A w) .* w"],
)  # fmt: skip
def test_a_printed_formula_read_back_has_the_same_value(expression: str) -> None:
    values = {"v": [1.0, -2.0], "w": [3.0, 5.0], "s": 2.5, "A": [[1.0, 2.0], [3.0, 4.0]],
              "M": [[0.0, 1.0], [-1.0, 2.0]]}  # fmt: skip
    found = Evaluator({name: np.asarray([value]) for name, value in values.items()}, {}, {})
    written = parse(expression)

    assert found.value(read_formula(tree_latex(written))) == pytest.approx(found.value(written))


def test_a_named_value_that_is_written_again_is_the_same_node() -> None:
    given = {"x": np.asarray([3.0])}
    lets = {"u": parse("2 * x"), "f": parse("u * (2 x) + x")}

    # f = u² + x in the graph, where 2 x is u: the derivative by u is 2 u.
    assert Evaluator(given, lets, {}).value(parse("grad(f, u)")).tolist() == [12]
    assert evaluate("grad(u * (2 x), u)", {"x": 3.0, "u": 6.0}) == 6
