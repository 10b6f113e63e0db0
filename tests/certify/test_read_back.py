"""Random formulas, printed as LaTeX and as text, mean what they meant when they are read back."""

from __future__ import annotations

import random

import numpy as np

from quizsvc.certify.displayed import read_formula
from quizsvc.certify.evaluator import Evaluator
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.parser import parse
from quizsvc.expr.text import tree_text

VALUES = {
    "v": [1.0, -2.0], "w": [3.0, 0.5], "s": 1.5, "t": -0.7, "A": [[1.0, 2.0], [3.0, 4.0]],
    "M": [[0.0, 1.0], [-1.0, 2.0]],
}  # fmt: skip


class Formulas:
    """Draws formulas of vectors, matrices and numbers, with brackets around every operand."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)  # noqa: S311 - examples, no secrets

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self._draw.choice(["v", "w"])
        a, b = (self.vector(depth - 1) for _ in range(2))
        m, s = self.matrix(depth - 1), self.number(depth - 1)
        return self._draw.choice(
            [
                f"tanh({a})", f"{m} * ({a})", f"({a}) + ({b})", f"({a}) - ({b})", f"-({a})",
                f"({a}) .* ({b})", f"({s}) * ({a})", f"({a}) / 3", f"max({a}, {b})", f"({a})^2",
                f"relu'({a})", f"abs({a})",
            ]
        )  # fmt: skip

    def matrix(self, depth: int) -> str:
        if depth <= 0:
            return self._draw.choice(["A", "M"])
        a, b = (self.matrix(depth - 1) for _ in range(2))
        v, w = (self.vector(depth - 1) for _ in range(2))
        drawn = self._draw.choice(
            [
                f"{a}'", f"{a} * {b}", f"{a} + {b}", f"diag({v})", f"outer({v}, {w})",
                f"({self.number(depth - 1)}) * {a}", f"I + {a}", f"{a} .* {b}", f"{a}^2",
            ]
        )  # fmt: skip
        return f"({drawn})"

    def number(self, depth: int) -> str:
        if depth <= 0:
            return self._draw.choice(["s", "t", "2", "0.5"])
        a, b = (self.number(depth - 1) for _ in range(2))
        v, w = (self.vector(depth - 1) for _ in range(2))
        return self._draw.choice(
            [
                f"dot({v}, {w})", f"norm({v})", f"sum({v})", f"({a}) / ({b})", f"({a}) * ({b})",
                f"({a}) - ({b})", f"({a})^2", f"sqrt(abs({a}))", f"trace({self.matrix(depth - 1)})",
                f"({v}) · ({w})",
            ]
        )  # fmt: skip

    def any(self) -> str:
        """Return one of a random kind and depth."""
        kind = self._draw.choice([self.vector, self.matrix, self.number])
        return kind(self._draw.randint(1, 3))


def test_random_formulas_keep_their_value_in_print_and_in_text() -> None:
    given = {name: np.asarray([value]) for name, value in VALUES.items()}
    evaluator, formulas, compared = Evaluator(given, {}, {}), Formulas(4), 0
    for _ in range(600):
        written = formulas.any()
        tree = parse(written)
        with np.errstate(all="ignore"):
            value = evaluator.value(tree)
            if not np.isfinite(value).all():
                continue
            printed = evaluator.value(read_formula(tree_latex(tree)))
            text = evaluator.value(parse(tree_text(tree)))
        compared += 1
        assert np.allclose(text, value, rtol=1e-9), written
        assert printed.shape == value.shape, (written, tree_latex(tree))
        assert np.allclose(printed, value, rtol=1e-8, atol=1e-9), (written, tree_latex(tree))
    assert compared > 500
