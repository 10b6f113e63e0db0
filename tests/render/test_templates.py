import time

import pytest

from quizsvc.errors import ExpressionError
from quizsvc.model import Template, Value
from quizsvc.render.markdown import to_html
from quizsvc.render.templates import HoleTemplate, TemplateError, compile_template

FORMULAS = {"y": r"x + W_2 \operatorname{relu}(a)", "a": "W_1 x"}


def compiled(source: str) -> HoleTemplate:
    return compile_template(source, formula=FORMULAS.__getitem__, exact=frozenset({"x", "W"}))


def test_a_template_satisfies_the_protocol() -> None:
    template: Template = compiled("{{ x }} and {{x}} and {{x + 1}}")
    assert template.holes == ("x", "x + 1")
    assert template.source == "{{ x }} and {{x}} and {{x + 1}}"


@pytest.mark.parametrize(
    ("source", "values", "markdown"),
    [
        ("x is {{x}}.", {"x": -3.0}, "x is $-3$."),
        ("$x = {{x}}$", {"x": -3.0}, "$x = -3$"),
        (r"$2 \cdot {{x}}$", {"x": -3.0}, r"$2 \cdot (-3)$"),
        (r"$2 \cdot {{x}}$", {"x": 3.0}, r"$2 \cdot 3$"),
        ("$a-{{x}}$", {"x": -3.0}, "$a-(-3)$"),
        ("$(1, {{x}})$", {"x": -3.0}, "$(1, -3)$"),
        ("$e^{{x}}$", {"x": -12.0}, "$e^{-12}$"),
        ("${{x}}^2$", {"x": -3.0}, "$(-3)^2$"),
        ("${{x}}^2$", {"x": 1e-7}, r"$(1\times 10^{-7})^2$"),
        ("$y{{x}}$", {"x": -3.0}, "$y{(-3)}$"),
        (r"$\frac{{x}}{{z}}$", {"x": -3.0, "z": 12.0}, r"$\frac{-3}{12}$"),
        (r"$\frac{{{x}}}{2}$", {"x": -3.0}, r"$\frac{-3}{2}$"),
        (r"$\{{{x}}\}$", {"x": 3.0}, r"$\{3\}$"),
        (r"$1 \\{{x}}$", {"x": 3.0}, r"$1 \\3$"),
        ("`{{W}}`", {"W": [[1.0, 2.0]]}, "`[[1, 2]]`"),
        ("{{W}}", {"W": [1.0, 2.0]}, r"$\begin{bmatrix}1 \\ 2\end{bmatrix}$"),
        ("{{x}} {{z}}", {"x": 1 / 3, "z": 1 / 3}, "$0.3333333333333333$ $0.3333$"),
        ("{{x | 3 digits}} {{x | 2 decimals}}", {"x": 1.0 / 3}, "$0.333$ $0.33$"),
        ("{{z}}", {"z": -1e-300 * 1e-300}, "$0$"),
        (r"\{{x}} is literal", {}, "{{x}} is literal"),
        ("{{= a}} and ${{= y}}$", {}, "$W_1 x$ and $" + FORMULAS["y"] + "$"),
        (r"$2 \cdot{{= a}}$", {}, r"$2 \cdot W_1 x$"),
    ],
)
def test_holes_are_written_as_their_place_asks(
    source: str, values: dict[str, Value], markdown: str
) -> None:
    template = compiled(source)
    assert template.markdown(values) == markdown
    assert template.html(values) == to_html(markdown)


def test_the_page_and_the_filled_markdown_agree_on_a_whole_text() -> None:
    template = compiled(
        "A block computes $y = {{= y}}$ with\n\n$$\nx = {{x}}, \\quad W = {{W}}\n$$\n\n"
        "- **so** {{x | 2 digits}}\n- `{{W}}`\n\n> $$\n> 2 + {{x}}\n> $$\n\n"
        "| a |\n|---|\n| {{x}} |\n"
    )
    values = {"x": -1.25, "W": [[1.0, -2.0], [0.5, 4.0]]}
    assert template.html(values) == to_html(template.markdown(values))


@pytest.mark.parametrize(
    ("source", "position", "message"),
    [
        ("a {{x", 2, "not closed"),
        ("a {{x {{y}}", 2, "not closed"),
        ("a {{ }}", 5, "empty"),
        ("a {{x | 3 figures}}", 6, "format"),
        ("a {{x | 0 digits}}", 6, "format"),
        ("a {{= y | 3 digits}}", 8, "format"),
        ("{{x}} then $\\foo$", 12, "foo"),
        ("$1 + {{x}} + \\foo$", 13, "foo"),
        ("[a](/items/{{x}})", 13, "cannot stand here"),
        ("$2{{x}}$", 4, "one number"),
        ("\ue000", 0, "private-use"),
    ],
)
def test_a_bad_template_is_refused_with_its_offset(
    source: str, position: int, message: str
) -> None:
    with pytest.raises(TemplateError, match=message) as caught:
        compiled(source)
    assert caught.value.position == position


def test_a_name_without_formula_is_reported_at_the_hole() -> None:
    def formula(_name: str) -> str:
        raise ExpressionError("there is no zz", 1)

    with pytest.raises(TemplateError, match="no zz") as caught:
        compile_template("Let $y = {{= zz}}$", formula=formula)
    assert caught.value.position == 14


def test_hostile_text_around_holes_comes_out_inert() -> None:
    html = compiled(
        "<script>{{x}}</script> <img src=x onerror={{x}}> [a](javascript:alert(1)) "
        "$\\text{<script>} {{x}}$ {{x}}"
    ).html({"x": 1.0})
    for live in ("<script", "<img", "<a"):
        assert live not in html


def test_only_formulas_with_holes_cost_a_request_anything() -> None:
    source = "Let $\\frac{a}{b}$, $W_1$ and $\\begin{bmatrix}1 & 2\\end{bmatrix}$. " * 60 + "{{x}}"
    template = compiled(source)
    begin = time.perf_counter()
    template.html({"x": 0.123})
    assert time.perf_counter() - begin < 0.01
