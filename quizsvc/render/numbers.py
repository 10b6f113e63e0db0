"""Values as text in our own language and as LaTeX.

A value is a number or nested lists of numbers, as in JSON; the nesting gives its shape. Without
`digits` and `decimals` a number is written with the fewest digits that read back as the same
number. `digits` rounds to that many significant digits, except that whole numbers stay as they are:
1235 shown as 1240 would be taken for the number itself. `decimals` prints exactly that many
after the point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.model import Value

MAX_WHOLE = 1e9
"""Whole numbers below this are shown in full, whatever the number of digits."""


MAX_SHOWN = 24_000
"""Characters of a value as LaTeX; two such, and what stands around them, fit into one formula."""

TOO_LARGE = "too large to be shown"
"""What is said of a longer one, after what it is."""


def to_text(value: Value, digits: int | None = None, decimals: int | None = None) -> str:
    """Write a value so that our language reads it again.

    Examples
    --------
    >>> to_text([[1.0, -0.25], [1e-7, -0.0]])
    '[[1, -0.25], [1e-7, 0]]'
    >>> to_text(2 / 3, digits=3), to_text(0.5, decimals=2)
    ('0.667', '0.50')
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(to_text(entry, digits, decimals) for entry in value)}]"
    return _number(value, digits, decimals)


def to_latex(
    value: Value,
    digits: int | None = None,
    decimals: int | None = None,
    *,
    parenthesise_negative: bool = False,
) -> str:
    r"""Write a value as LaTeX; a vector is a column, and what is too large is only named.

    Examples
    --------
    >>> to_latex([1.0, -2.0])
    '\\begin{bmatrix}1 \\\\ -2\\end{bmatrix}'
    >>> to_latex(-3.0, parenthesise_negative=True), to_latex(1.2e-7)
    ('(-3)', '1.2\\times 10^{-7}')
    """
    if isinstance(value, list | tuple):
        rows = [row if isinstance(row, list | tuple) else [row] for row in value]
        lines = [" & ".join(to_latex(cell, digits, decimals) for cell in row) for row in rows]
        latex = r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}"
        return latex if len(latex) <= MAX_SHOWN else _in_words(rows)
    mantissa, _, exponent = _number(value, digits, decimals).partition("e")
    latex = rf"{mantissa}\times 10^{{{exponent}}}" if exponent else mantissa
    return f"({latex})" if parenthesise_negative and latex.startswith("-") else latex


def _in_words(rows: Sequence[Sequence[Value]]) -> str:
    """Say what a matrix is that nobody could read."""
    return rf"\text{{(a {len(rows)} × {len(rows[0])} matrix, {TOO_LARGE})}}"


def _number(value: float, digits: int | None, decimals: int | None) -> str:
    """Write one number with an ASCII minus, and without ``.0``, ``-0`` or a padded exponent."""
    number = float(value)  # numpy's scalars would print their type
    if decimals is not None and abs(number) < 1e16:  # beyond, decimals would be invented
        text = f"{number:.{decimals}f}"
        return text if float(text) else text.removeprefix("-")
    if digits is not None and not (number.is_integer() and abs(number) < MAX_WHOLE):
        number = float(f"{number:.{digits - 1}e}")
    mantissa, _, exponent = repr(number + 0.0).partition("e")  # -0.0 + 0.0 is 0.0
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa
