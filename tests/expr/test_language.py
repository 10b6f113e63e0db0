"""The meanings that two good engineers could decide differently, row by row."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizsvc.autodiff import evaluate
from quizsvc.errors import ExpressionError
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.parser import parse

VALUES: dict[str, Any] = {
    "x": 3, "y": -2, "v": [1, 2], "w": [3, -4], "A": [[1, 2], [3, 4]], "B": [[0, 1], [1, 0]],
    "W1": [[2, 0], [1, 1]], "R": [[1, 2, 3], [4, 5, 6]],
}  # fmt: skip

MEANINGS = [
    ("-7/3", -7 / 3), ("1.5e-3", 0.0015), ("1.2×10^-3", 0.0012), ("25%", 0.25), ("½", 0.5),
    ("−3", -3), ("x²", 9), ("2^-1", 0.5), ("√4", 2), ("√(x + 1)", 2), ("2·x", 6), ("6÷x", 2),
    ("pi", math.pi), ("e", math.e), ("π", math.pi), ("ln(e)", 1), ("σ(0)", 0.5),
    ("-2^2", -4), ("2^3^2", 512), ("2**3", 8), ("2x", 6), ("2(x+1)", 8), ("cos^2(0)", 1),
    ("[1, 2]", [1, 2]), ("[1; 2]", [1, 2]), ("[1 2]", [1, 2]), ("(1, 2)", [1, 2]),
    ("[1 -2]", [1, -2]), ("[1 - 2]", [-1]), ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("[1 2; 3 4]", [[1, 2], [3, 4]]), ("[1 2\n3 4]", [[1, 2], [3, 4]]),
    ("A v", [5, 11]), ("A * v", [5, 11]), ("A @ v", [5, 11]), ("2 A", [[2, 4], [6, 8]]),
    ("v .* w", [3, -8]), ("v ⊙ w", [3, -8]), ("v·w", -5), ("dot(v, w)", -5), ("v' w", -5),
    ("v w'", [[3, -4], [6, -8]]), ("v + 1", [2, 3]), ("v^2", [1, 4]), ("A^2", [[7, 10], [15, 22]]),
    ("A .^ 2", [[1, 4], [9, 16]]), ("A^T", [[1, 3], [2, 4]]), ("A'", [[1, 3], [2, 4]]),
    ("A.T", [[1, 3], [2, 4]]), ("Aᵀ", [[1, 3], [2, 4]]), ("W₁", VALUES["W1"]),
    ("W_1", VALUES["W1"]), ("tanh'(0)", 1), ("relu'(0)", 0), ("I + A", [[2, 2], [3, 5]]),
    ("A - 2 I", [[-1, 2], [3, 2]]), ("I v", [1, 2]), ("I(2)", [[1, 0], [0, 1]]),
    ("A B A", [[5, 8], [13, 20]]), ("max(v, w)", [3, 2]), ("max(v)", 2), ("min(w)", -4),
    ("norm(w)", 5), ("det(A)", -2), ("trace(A)", 5), ("diag(v)", [[1, 0], [0, 2]]),
    ("3·10^-2", 0.03), ("1e−3", 0.001), ("1.5E+3", 1500), ("10⁻³", 0.001), ("2e^2", 2 * math.e**2),
    ("2exp(0)", 2), ("-½", -0.5), ("50%", 0.5), ("5%^2", 0.0025), ("cos²(0)", 1), ("0e-999", 0),
    ("W₁ᵀ", [[2, 1], [0, 1]]), ("x²y", -18), ("2√(4)", 4), ("2 π", 2 * math.pi),
    ("[1.2×10^-3 2]", [0.0012, 2]), ("[[1, 2] [3, 4]]", [[1, 2], [3, 4]]),
    ("A^-1", [[-2, 1], [1.5, -0.5]]), ("A^(1 + 1)", [[7, 10], [15, 22]]), ("A^0", [[1, 0], [0, 1]]),
    ("I(1 + 1)", [[1, 0], [0, 1]]), ("choose(60, 30)", math.comb(60, 30)),
    ("choose(5, 2)", 10), ("sum(R)", 21), ("mean(v)", 1.5), ("R' v", [9, 12, 15]),
    ("eigenvalues(B)", [-1, 1]), ("zeros(2)", [0, 0]), ("ones(1, 2)", [[1, 1]]), ("step(x)", 1),
]  # fmt: skip

REFUSALS = [
    ("1,5", 1, "1.5"), ("1,000", 1, "whole number"), ("1 2", 2, "side by side"),
    ("1 1/2", 2, "mixed number"), ("1/2x", 3, "divided too"), ("v * w", 0, "dot"),
    ("A + 1", 0, "times I"), ("A R v", 0, "columns meet"), ("xx", 0, "not known"),
    ("relu x", 0, "brackets"), ("cos^-1(x)", 3, "whole power"), ("norm(A)", 0, "frobenius"),
    ("3 +", 2, "missing after"), ("(1 + 2", 0, "never closed"), ("1 + )", 2, "missing"),
    ("x)", 1, "closes nothing"), ("x $ y", 2, "not understood"), ("", 0, "Nothing"),
    ("[1 2; 3]", 0, "equally long"), ("x < 3", 0, "condition"), ("I", 0, "How large"),
    ("1/0", 0, "division by zero"), ("log(-1)", 0, "finite"), ("sqrt(-1)", 0, "finite"),
    ("9^9^9", 0, "finite"), ("1e999", 0, "too large"), ("nan", 0, "computed with"),
    ("inf", 0, "computed with"), ("eigenvalues([0 -1; 1 0])", 0, "finite"), ("[]", 0, "between"),
    ("inv([1 2; 2 4])", 0, "finite"), ("１", 0, "type 1"), ("1_000", 1, "not grouped"),
    ("=5", 0, "value alone"), ("∞", 0, "Infinity"), ("2\u202e1", 1, r"U\+202E"),
    ("{1}", 0, "Curly"), ("rellu(x)", 0, "relu"), ("p", 0, "not known here.$"),
    ("1\u200b2", 2, "side by side"),
    ("1e", 1, "breaks off"), ("1e+", 1, "breaks off"), ("3 + 1e)", 5, "breaks off"),
    ("1e - 3", 1, "breaks off"), ("1e x", 1, "breaks off"), ("1e-400", 0, "too small"),
    ("|x|", 0, "abs"), ("1.000,5", 5, "How is"), ("1½", 1, "mixed number"), ("50% 3", 4, "sign"),
    ("[2x]", 2, "another entry"), ("[2(3)]", 2, "another entry"), ("[1½]", 2, "mixed number"),
    ("1 000", 2, "side by side"), ("1.2.3", 3, "side by side"),
    ("-[1 < 2]", 1, "no value"), ("[x, (1 < 2)]", 0, "no value"),
    ("vjp(v, v, w < 1)", 0, "no value"),
    ("A^[1, 2]", 0, "whole power"), ("A^I(2)", 0, "whole power"),
    ("tanh''(x)", 0, "tanh"), ("A^0.5", 0, "whole power"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_what_is_written_means(text: str, meaning: Any) -> None:
    assert np.allclose(evaluate(text, VALUES), meaning, rtol=1e-12, atol=1e-12)
    assert np.shape(evaluate(text, VALUES)) == np.shape(meaning)


@pytest.mark.parametrize(("text", "position", "phrase"), REFUSALS)
def test_what_is_unclear_or_wrong_is_refused_with_its_place_and_reason(
    text: str, position: int, phrase: str
) -> None:
    with pytest.raises(ExpressionError, match=phrase) as refusal:
        evaluate(text, VALUES)

    assert abs(refusal.value.position - position) <= 1


def test_an_unknown_name_is_answered_with_the_nearest_known_one() -> None:
    with pytest.raises(ExpressionError, match="is frobenius meant"):
        evaluate("frobenus + 1", {})


@pytest.mark.parametrize("written", ["W₁", "W_1", "W1"])
def test_one_name_has_several_spellings(written: str) -> None:
    assert canonical_name(written) == "W1"


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 1900, "[" * 1900, "-" * 1990, "2^" * 600 + "2", "+".join(["1"] * 990), "1" * 1999,
        "9**9**9", "x" * 3000, "choose(1000, 500)", "((((((((1))))))))" * 100, "sin(" * 400,
        "I(65)", "[" + "1 " * 900 + "]", "A" + "'" * 1500, "not " * 400,
    ],
)  # fmt: skip
def test_hostile_input_is_refused_or_answered_at_once(hostile: str) -> None:
    started = time.process_time()
    try:
        value = evaluate(hostile, VALUES)
    except ExpressionError:
        value = 0
    assert np.isfinite(value).all()
    # A guard against runaway cost, a thousand times the usual; speed itself is the bench's.
    assert time.process_time() - started < 2


ALPHABET = "0123456789.,;+-*/^()[]'%<>= \n\teIxyvwAB_½²√·×−σ⊙ᵀ"
WORDS = ["relu(", "max(", "inv(", "det(", "A", "v", "x", "I", "2", "grad(", "+", "*", ")", ",", " "]


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.text(ALPHABET, max_size=30) | st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_any_text_gives_a_finite_value_or_a_deliberate_error(text: str) -> None:
    try:
        value = evaluate(text, VALUES)
    except ExpressionError as refusal:
        value, said = 0, refusal
    else:
        said = ExpressionError("none")

    assert np.isfinite(value).all()
    assert 0 <= said.position <= len(text)
    assert said.message


@pytest.mark.parametrize(
    ("written", "latex"),
    [
        ("x + W2 * relu(W1 x)", "x + W_{2} \\operatorname{ReLU}(W_{1} x)"),
        ("(1 - eps)^L", "\\left(1 - \\mathit{eps}\\right)^{L}"),
        ("x - (y - z)", "x - \\left(y - z\\right)"),
        ("(A B)'", "\\left(A B\\right)^\\top"),
        ("a / (b + c)", "\\frac{a}{b + c}"),
        ("x2y + x_in", "x_{2y} + x_{\\mathrm{in}}"),
        ("max(W1, x)", "\\max\\left(W_{1}, x\\right)"),
    ],
)
def test_a_formula_is_written_as_mathematicians_do(written: str, latex: str) -> None:
    assert tree_latex(parse(written)) == latex
