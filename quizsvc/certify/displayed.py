r"""What a learner reads, read back: printed numbers and printed formulas as values and trees.

The stem of a variant is LaTeX in Markdown. If what it prints, read again, is what the key was
computed from, then the key belongs to the question that was asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError
from quizsvc.expr.parser import parse

if TYPE_CHECKING:
    from quizsvc.expr.nodes import Tree
    from quizsvc.model import Value

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SCIENTIFIC = re.compile(r"(-?\d+(?:\.\d+)?)\\times 10\^\{(-?\d+)\}")
_MATRIX = re.compile(r"\\begin\{bmatrix\}(.*)\\end\{bmatrix\}", re.DOTALL)

_WORDS = {
    r"\operatorname{ReLU}": "relu", r"\operatorname{step}": "step", r"\sigma": "sigmoid",
    r"\tanh": "tanh", r"\exp": "exp", r"\ln": "ln", r"\sin": "sin", r"\cos": "cos",
    r"\max": "max", r"\min": "min", r"\det": "det", r"\operatorname{tr}": "trace",
    r"\odot": ".*", r"\cdot": "·", r"\left": "", r"\right": "", r"\,": " ",
    r"\begin{bmatrix}": "[", r"\end{bmatrix}": "]", r"\\": ";", "&": ",",
}  # fmt: skip
_NORMS = (
    (r"\left\lVert", r"\right\rVert_F", "frobenius"),
    (r"\left\lVert", r"\right\rVert_2", "spectral"),
    (r"\left\lVert", r"\right\rVert", "norm"),
    (r"\left|", r"\right|", "abs"),
)


class UnreadableError(ExpressionError):
    """Printed text that does not read back."""


def read_value(printed: str) -> Value:
    r"""Return the value that a filled-in hole shows.

    >>> read_value(r"\begin{bmatrix}1 & -2 \\ 0 & 3.5\end{bmatrix}"), read_value("(-3)")
    ([[1.0, -2.0], [0.0, 3.5]], -3.0)
    >>> read_value(r"1.2\times 10^{-7}"), read_value(r"\begin{bmatrix}1 \\ 2\end{bmatrix}")
    (1.2e-07, [1.0, 2.0])
    """
    text = printed.strip().strip("$").strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    matrix = _MATRIX.fullmatch(text)
    if matrix:
        rows = [[read_value(cell) for cell in row.split("&")] for row in matrix[1].split(r"\\")]
        return [row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        return float(f"{scientific[1]}e{scientific[2]}")
    if not _NUMBER.fullmatch(text) and not re.fullmatch(r"-?\d+(\.\d+)?e-?\d+", text):
        raise UnreadableError(f"“{printed}” does not read as a number.")
    return float(text)


def read_formula(latex: str) -> Tree:
    r"""Return the tree that a printed formula states.

    >>> from quizsvc.expr.latex import tree_latex
    >>> tree_latex(read_formula(r"x + W_{2} \operatorname{ReLU}(W_{1} x)"))
    'x + W_{2} \\operatorname{ReLU}(W_{1} x)'
    """
    return parse(_to_language(latex))


def _to_language(latex: str) -> str:
    text = latex
    for opening, closing, function in _NORMS:
        text = _bracketed(text, opening, closing, function)
    text = _fractions(text)
    text = re.sub(r"\\math(?:it|rm)\{((?:[A-Za-z0-9]|\\_)*)\}", r"\1", text).replace(r"\_", "_")
    text = re.sub(r"_\{([A-Za-z0-9_]*)\}", lambda m: _below(m[1]), text)
    text = text.replace(r"^\top", "'")
    for latex_word, word in _WORDS.items():
        text = text.replace(latex_word, word)
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\([a-z]+)", r"\1 ", text)
    return text.replace("{", "(").replace("}", ")")


def _below(index: str) -> str:
    """Write an index as the language does: digits join the letters, words stand after ``_``."""
    digits = re.match(r"\d*", index)[0]  # type: ignore[index] # it matches even nothing
    word = index[len(digits) :]
    return digits + (f"_{word}" if word else "")


def _bracketed(text: str, opening: str, closing: str, function: str) -> str:
    """Write what stands between two signs as a call; the innermost first."""
    while closing in text:
        end = text.index(closing)
        start = text.rfind(opening, 0, end)
        if start < 0:
            return text
        inner = text[start + len(opening) : end]
        text = f"{text[:start]}{function}({inner}){text[end + len(closing) :]}"
    return text


def _fractions(text: str) -> str:
    r"""Write ``\frac{a}{b}`` and ``\sqrt{a}`` with brackets; the last one has none inside."""
    for command, count in (("\\frac", 2), ("\\binom", 2), ("\\sqrt", 1)):
        while command + "{" in text:
            start = text.rindex(command + "{")
            parts, at = [], start + len(command)
            for _ in range(count):
                end = _closing(text, at)
                parts.append(text[at + 1 : end])
                at = end + 1
            written = {
                "\\frac": f"(({parts[0]})/({parts[-1]}))",
                "\\binom": f"choose({parts[0]}, {parts[-1]})",
                "\\sqrt": f"sqrt({parts[0]})",
            }[command]
            text = text[:start] + written + text[at:]
    return text


def _closing(text: str, opening: int) -> int:
    """Return where the brace that opens at `opening` closes."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise UnreadableError(f"A brace of “{text}” is never closed.")
