import re
import time

import pytest

from quizsvc.render.maths import MAX_LENGTH, MathsError, to_mathml


@pytest.mark.parametrize(
    "latex",
    [
        r"\operatorname{diag}(a)",
        r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}",
        r"\begin{aligned}a &= b \\ c &= d\end{aligned}",
        r"f = \begin{cases}1 & x > 0 \\ 0 & x \le 0\end{cases}",
        r"\begin{array}{l|r:c|}\hline 1 & 2 & 3 \\ \hdashline 4 & 5 & 6\end{array}",
        r"\frac{\partial L}{\partial W_1} = W^\top (g \odot \sigma'(z))",
        r"\left\lVert x \right\rVert_2 \le \lVert W \rVert \cdot \lvert c \rvert",
        r"\ldots \implies x\!y \mathbin{x} \boxed{y} \cancel{x}",
        r"[0, 1) \cup ]2, 3[ \subset \mathbb{R}^{n \times n}",
    ],
)
def test_what_lessons_write_becomes_one_element_without_style(latex: str) -> None:
    mathml = to_mathml(latex, display=True)
    assert re.fullmatch(r'<math display="block">.*</math>', mathml)
    assert " style=" not in mathml


def test_alignment_becomes_classes() -> None:
    mathml = to_mathml(r"\begin{cases}1 & x\end{cases}")
    assert '<mtd class="maths-left maths-flush-right">' in mathml
    assert '<mtd class="maths-left maths-flush-right maths-gap-left">' in mathml


@pytest.mark.parametrize(
    ("latex", "position", "message"),
    [
        (r"x + \foo", 4, "Unknown command"),
        (r"\frac{1}{", 8, "Expected closing token"),
        (r"a % b", 2, "bare %"),
        (r"1 \newcommand{\x}{y}", 2, "define nothing"),
        (r"\color{red}x", 0, "colours"),
        (r"\begin{align}a &= b\end{align}", 0, "aligned"),
        (r"\href{javascript:alert(1)}{x}", 0, "Unknown command"),
        (r"\eqref{x}", 0, "links"),
    ],
)
def test_bad_latex_is_refused_with_its_place(latex: str, position: int, message: str) -> None:
    with pytest.raises(MathsError, match=message) as caught:
        to_mathml(latex)
    assert caught.value.position == pytest.approx(position, abs=1)


def test_markup_in_text_is_escaped() -> None:
    assert "&lt;script&gt;" in to_mathml(r"\text{<script>alert(1)</script>}")


@pytest.mark.parametrize(
    "unit",
    ["{", r"\sqrt", r"\frac1", "x^{", r"\left(", r"\begin{matrix}", r"\hat", r"\displaystyle "],
)
def test_depth_that_would_overflow_the_stack_is_refused_before_conversion(unit: str) -> None:
    with pytest.raises(MathsError, match="deeper"):
        to_mathml(unit * 10_000 + "x" if len(unit) < 5 else unit * 3_000)


@pytest.mark.parametrize("unit", ["(", "]1", r"\{", r"f(", "{(}", r"\langle ", r"\bigl\} "])
def test_unpaired_brackets_that_double_the_time_are_refused(unit: str) -> None:
    with pytest.raises(MathsError, match="partner"):
        to_mathml(unit * 60)


def test_what_is_longer_than_the_bound_is_not_converted_but_said_to_be() -> None:
    assert "too large" not in to_mathml("x" * MAX_LENGTH)
    assert to_mathml("x" * (MAX_LENGTH + 1)) == (
        "<math><mtext>(too large to be shown)</mtext></math>"
    )


def test_a_large_matrix_fits_the_bounds() -> None:
    row = " & ".join([r"-1.234\times 10^{-7}"] * 40)
    begin = time.perf_counter()
    mathml = to_mathml(r"\begin{bmatrix}" + r" \\ ".join([row] * 40) + r"\end{bmatrix}")
    assert mathml.count("<mtd>") == 1600
    assert time.perf_counter() - begin < 1
