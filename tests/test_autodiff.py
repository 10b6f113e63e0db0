"""Values and gradients against an engine that is not ours, and against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from quizsvc.autodiff import Program, evaluate, to_array
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.parser import names_in, parse
from quizsvc.expr.primitives import PRIMITIVES

Oracle = Callable[..., Any]

V, W, M, N, S = "v", "w", "M", "N", "s"
"""A positive vector, another, a square matrix, another, a number."""

ORACLES: dict[str, tuple[str, Oracle]] = {
    "add": ("v + w", lambda p: p[V] + p[W]),
    "subtract": ("v - w", lambda p: p[V] - p[W]),
    "negate": ("-v", lambda p: -p[V]),
    "multiply": ("v .* w", lambda p: p[V] * p[W]),
    "scale": ("s * M", lambda p: p[S] * p[M]),
    "matmul": ("M * N * v", lambda p: anp.dot(p[M], anp.dot(p[N], p[V]))),
    "divide": ("v / s", lambda p: p[V] / p[S]),
    "power": ("v ^ s", lambda p: p[V] ** p[S]),
    "transpose": ("M' * v", lambda p: anp.dot(p[M].T, p[V])),
    "relu": ("relu(M * v)", lambda p: anp.maximum(anp.dot(p[M], p[V]), 0)),
    "tanh": ("tanh(M * v)", lambda p: anp.tanh(anp.dot(p[M], p[V]))),
    "sigmoid": ("sigmoid(M * v)", lambda p: 1 / (1 + anp.exp(-anp.dot(p[M], p[V])))),
    "exp": ("exp(v)", lambda p: anp.exp(p[V])),
    "log": ("log(v)", lambda p: anp.log(p[V])),
    "sqrt": ("sqrt(v)", lambda p: anp.sqrt(p[V])),
    "sin": ("sin(v)", lambda p: anp.sin(p[V])),
    "cos": ("cos(v)", lambda p: anp.cos(p[V])),
    "abs": ("abs(M * v)", lambda p: anp.abs(anp.dot(p[M], p[V]))),
    "step": ("v .* step(M * v)", lambda p: p[V] * (anp.dot(p[M], p[V]) > 0)),
    "skip": ("skip(M * v) + v", lambda p: anp.dot(p[M], p[V]) + p[V]),
    "max": ("max(v, w)", lambda p: anp.maximum(p[V], p[W])),
    "min": ("min(v, w)", lambda p: anp.minimum(p[V], p[W])),
    "largest": ("max(v) * w", lambda p: anp.max(p[V]) * p[W]),
    "smallest": ("min(v) * w", lambda p: anp.min(p[V]) * p[W]),
    "sum": ("sum(M) * v", lambda p: anp.sum(p[M]) * p[V]),
    "mean": ("mean(M) * v", lambda p: anp.mean(p[M]) * p[V]),
    "norm": ("norm(M * v)", lambda p: anp.sqrt(anp.sum(anp.dot(p[M], p[V]) ** 2))),
    "frobenius": ("frobenius(M)", lambda p: anp.sqrt(anp.sum(p[M] ** 2))),
    "spectral": ("spectral(M)", lambda p: anp.sqrt(anp.linalg.eigh(p[M].T @ p[M])[0][-1])),
    "dot": ("dot(v, w)", lambda p: anp.dot(p[V], p[W])),
    "outer": ("outer(v, w) * v", lambda p: anp.dot(anp.outer(p[V], p[W]), p[V])),
    "diag": ("diag(v) * M * diag(N)", lambda p: p[V] * anp.dot(p[M], anp.diag(p[N]))),
    "det": ("det(M)", lambda p: anp.linalg.det(p[M])),
    "trace": ("trace(M * N)", lambda p: anp.trace(anp.dot(p[M], p[N]))),
    "inv": ("inv(M) * v", lambda p: anp.dot(anp.linalg.inv(p[M]), p[V])),
}
"""Row of the table to an expression that uses it, and the same written for autograd."""

DIFFERENTIABLE = sorted(name for name, row in PRIMITIVES.items() if row.rules)


def point(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {
        V: draw.uniform(0.5, 2.0, 3),
        W: draw.uniform(0.5, 2.0, 3),
        M: draw.normal(size=(3, 3)),
        N: draw.normal(size=(3, 3)),
        S: float(draw.uniform(0.5, 2.0)),
    }


def ours(expression: str, by: str, values: dict[str, Any], weights: Any) -> Any:
    """Return the gradient of the sum of an expression's entries, each with a weight."""
    builder = GraphBuilder()
    inputs = {}
    for name, value in values.items():
        builder.input(name, np.shape(value))
        inputs[name] = to_array(value, np.shape(value))
    y = builder.define("y", parse(expression))
    scalar = builder.shape(y) == ()
    loss = f"{float(weights)!r} * y" if scalar else f"dot({np.asarray(weights).tolist()}, y)"
    if len(builder.shape(y)) == 2:
        loss = f"trace({np.asarray(weights).T.tolist()} * y)"
    node = builder.add(parse(f"grad({loss}, {by})"))
    tape = Program(builder.graph, [node]).run(inputs)
    tape.check()
    return np.asarray(tape.value(node))


def test_every_row_with_a_derivative_has_an_oracle() -> None:
    assert sorted(ORACLES) == DIFFERENTIABLE


@pytest.mark.filterwarnings("ignore:Output seems independent")  # of step, whose derivative is 0
@pytest.mark.parametrize("row", DIFFERENTIABLE)
@pytest.mark.parametrize("seed", range(5))
def test_derivatives_agree_with_autograd_and_with_differences(row: str, seed: int) -> None:
    expression, oracle = ORACLES[row]
    values = point(seed)
    result = np.asarray(oracle(values))
    weights = np.random.default_rng(seed + 100).normal(size=result.shape)
    used = sorted(names_in(parse(expression)))

    assert np.allclose(evaluate(expression, _plain(values)), result, rtol=1e-10, atol=1e-12)
    for name in used:

        def loss(value: Any, name: str = name) -> Any:
            return anp.sum(oracle({**values, name: value}) * weights)

        found = ours(expression, name, values, weights)
        assert np.allclose(found, autograd.grad(loss)(values[name]), rtol=1e-8, atol=1e-9), name
        assert np.allclose(found, differences(loss, values[name]), rtol=1e-4, atol=1e-5), name


def differences(loss: Callable[[Any], Any], at: Any, step: float = 1e-6) -> Any:
    """Return central differences."""
    at = np.asarray(at, dtype=float)
    gradient = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        shift = np.zeros_like(at)
        shift[place] = step
        gradient[place] = (loss(at + shift) - loss(at - shift)) / (2 * step)
    return gradient


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value).tolist() for name, value in values.items()}


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_jacobian_of_a_block_is_the_identity_plus_the_product(activation: str) -> None:
    values = _plain(point(7))
    block = f"v + N * {activation}(M * v)"

    found = evaluate(f"jacobian({block}, v)", values)
    by_hand = evaluate(f"I + N * diag({activation}'(M * v)) * M", values)
    oracle = {
        "relu": lambda z: anp.maximum(z, 0),
        "tanh": anp.tanh,
        "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    }[activation]
    m, n = np.asarray(values["M"]), np.asarray(values["N"])
    independent = autograd.jacobian(lambda v: v + n @ oracle(m @ v))(np.asarray(values["v"]))

    assert np.allclose(found, by_hand, rtol=1e-12)
    assert np.allclose(found, independent, rtol=1e-10)


def test_a_vjp_is_the_transposed_jacobian_times_the_cotangent() -> None:
    values = _plain(point(3))
    found = evaluate("vjp(v + N * tanh(M * v), v, w)", values)
    expected = evaluate("jacobian(v + N * tanh(M * v), v)' * w", values)

    assert np.allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("grad(relu(x), x)", 0),
        ("grad(abs(x), x)", 0),
        ("grad(max(x, y), x)", 1),
        ("grad(max(x, y), y)", 0),
        ("grad(x * x, x)", 0),
        ("grad(x * y + x, y)", 0),
        ("grad(y, x)", 0),
    ],
)
def test_conventions_at_kinks_and_ties(expression: str, expected: float) -> None:
    assert evaluate(expression, {"x": 0, "y": 0}) == expected


def test_gradients_that_meet_add_up_at_every_node_of_the_lessons_graph() -> None:
    builder = GraphBuilder()
    inputs = {}
    for name, value in {"x": 3, "y": -4, "z": 2, "w": -1}.items():
        builder.input(name, ())
        inputs[name] = to_array(value, ())
    lets = {"xy": "x * y", "m": "max(z, w)", "s": "xy + m", "r": "xy + s", "f": "2 * r"}
    for name, text in lets.items():
        builder.define(name, parse(text))
    names = ["x", "y", "z", "w", "xy", "m", "s", "r", "f"]
    nodes = [builder.add(parse(f"grad(f, {name})")) for name in names]
    tape = Program(builder.graph, nodes).run(inputs)

    assert [tape.value(node) for node in nodes] == [-16, 12, 2, 0, 4, 2, 2, 2, 1]


def test_a_batch_gives_what_its_members_give_alone() -> None:
    builder = GraphBuilder()
    builder.input("v", (3,))
    builder.input("M", (3, 3))
    node = builder.add(parse("jacobian(v + M * tanh(M * v), v)"))
    points = [point(seed) for seed in range(4)]
    stacked = {
        "v": np.stack([p["v"].reshape(3, 1) for p in points]),
        "M": np.stack([p["M"] for p in points]),
    }
    together = Program(builder.graph, [node]).run(stacked)

    for row, values in enumerate(points):
        alone = {name: to_array(values[name], np.shape(values[name])) for name in ("v", "M")}
        assert together.value(node, row) == Program(builder.graph, [node]).run(alone).value(node)


@pytest.mark.parametrize(
    ("expression", "phrase"),
    [
        ("grad(v, v)", "of a number"),
        ("jacobian(norm(v), v)", "use grad"),
        ("grad(grad(norm(v), v) · v, v)", "do not nest"),
        ("grad(norm(v), v + v)", "by a name"),
        ("vjp(v, v, 1)", "shape of y"),
        ("jacobian(M * v, M)", "vector by a vector"),
        ("grad(sum(eigenvalues(M)), M)", "no derivative"),
    ],
)
def test_derivatives_that_make_no_sense_say_why(expression: str, phrase: str) -> None:
    with pytest.raises(ExpressionError, match=phrase):
        evaluate(expression, _plain(point(0)))


def test_a_column_that_is_multiplied_from_the_right_has_its_jacobian() -> None:
    # The identity is 1 × 1 here, and the column its left factor.
    values = {"x": [1.0, -2.0], "W": [[1.0, 2.0], [3.0, 4.0]]}

    assert evaluate("jacobian(W * relu(x) * I, x)", values) == [[1, 0], [3, 0]]
