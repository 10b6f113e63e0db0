import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizsvc.model import Value
from quizsvc.render.numbers import to_latex, to_text


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (3.0, "3", "3"),
        (-0.25, "-0.25", "-0.25"),
        (-0.0, "0", "0"),
        (1e-7, "1e-7", r"1\times 10^{-7}"),
        (-1.5e22, "-1.5e22", r"-1.5\times 10^{22}"),
        (np.float64(2.5), "2.5", "2.5"),
        ([1.0, -2.0], "[1, -2]", r"\begin{bmatrix}1 \\ -2\end{bmatrix}"),
        ([[1, 2], [3, 4]], "[[1, 2], [3, 4]]", r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}"),
        ([[1, 2]], "[[1, 2]]", r"\begin{bmatrix}1 & 2\end{bmatrix}"),
    ],
)
def test_a_value_is_written_by_its_shape(value: Value, text: str, latex: str) -> None:
    assert to_text(value) == text
    assert to_latex(value) == latex


@pytest.mark.parametrize(
    ("value", "digits", "decimals", "text"),
    [
        (2 / 3, 4, None, "0.6667"),
        (12345.678, 4, None, "12350"),
        (12345.0, 4, None, "12345"),
        (-1e-9, None, 2, "0.00"),
        (-0.004, None, 1, "0.0"),
        (1.5, None, 2, "1.50"),
        (1e22, None, 2, "1e22"),
        (0.00001234, 2, None, "1.2e-5"),
    ],
)
def test_rounding_never_shows_minus_zero(
    value: float, digits: int | None, decimals: int | None, text: str
) -> None:
    assert to_text(value, digits, decimals) == text


def test_parentheses_stand_only_around_negative_numbers() -> None:
    assert to_latex(-3.0, parenthesise_negative=True) == "(-3)"
    assert to_latex(3.0, parenthesise_negative=True) == "3"
    assert to_latex([-1.0], parenthesise_negative=True) == r"\begin{bmatrix}-1\end{bmatrix}"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_text_without_rounding_reads_back_as_the_same_number(number: float) -> None:
    assert json.loads(to_text(number)) == number
    assert math.copysign(1, json.loads(to_text(-abs(number)))) == (-1 if number else 1)


def test_what_nobody_could_read_is_named_by_its_shape() -> None:
    assert to_latex([[-1] * 64] * 64).startswith(r"\begin{bmatrix}-1 & ")
    assert to_latex([[-1.23456] * 64] * 64) == (r"\text{(a 64 × 64 matrix, too large to be shown)}")
