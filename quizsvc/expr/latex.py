"""Tree and names to LaTeX, by the table's notation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.nodes import Array, Call, Name, Number, Tree
from quizsvc.expr.primitives import OPERATORS, PRIMITIVES, SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Mapping

_GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "chi",
        "psi",
        "omega",
        "ell",
    ]
)
_UPRIGHT = {"grad": "\\nabla", "jacobian": "J", "vjp": "\\operatorname{vjp}"}
_SUM, _PRODUCT, _POWER, _CALL = 5, 6, 8, 9


def name_latex(name: str) -> str:
    r"""Write a name as mathematicians do.

    >>> name_latex("W1"), name_latex("epsilon"), name_latex("xy"), name_latex("x_in")
    ('W_{1}', '\\epsilon', '\\mathit{xy}', 'x_{\\mathrm{in}}')
    """
    head, _, tail = canonical_name(name).partition("_")
    letters = re.match("[A-Za-z]*", head)[0]  # type: ignore[index] # it matches even nothing
    digits = head[len(letters) :]
    symbol = f"\\{letters}" if letters in _GREEK else letters
    if len(letters) > 1 and letters not in _GREEK:
        symbol = f"\\mathit{{{letters}}}"
    tail = f"\\mathrm{{{tail}}}".replace("_", "\\_") if tail else ""
    below = digits + tail
    return f"{symbol}_{{{below}}}" if below else symbol


def tree_latex(tree: Tree) -> str:
    r"""Write an expression as it was written.

    >>> from quizsvc.expr.parser import parse
    >>> tree_latex(parse("x + W2 * relu(W1 x)"))
    'x + W_{2} \\operatorname{ReLU}(W_{1} x)'
    """
    return _written(tree)[0]


def fill(latex: str, places: Mapping[str, str]) -> str:
    r"""Fill the places of a row's notation, all at once: what is filled in may hold ``{1}`` too.

    >>> fill("\\frac{{0}}{{1}}", {"0": "W_{1}", "1": "b"})
    '\\frac{W_{1}}{b}'
    """
    return re.sub(r"\{([01gy])\}", lambda place: places[place[1]], latex)


def _written(tree: Tree) -> tuple[str, int]:
    """Return the LaTeX of a tree and how strongly it holds together."""
    match tree:
        case Number():
            # repr is the shortest text that reads back as the same number.
            return repr(tree.value).removesuffix(".0"), _CALL
        case Name():
            return ("I" if tree.name == "I" else name_latex(tree.name)), _CALL
        case Array():
            rows = " \\\\ ".join(
                " & ".join(tree_latex(entry) for entry in row) for row in tree.rows
            )
            return f"\\begin{{bmatrix}} {rows} \\end{{bmatrix}}", _CALL
        case Call():
            return _written_call(tree)


def _written_call(call: Call) -> tuple[str, int]:
    name = SYNONYMS.get(call.function, call.function)
    if name in ("*", "·"):
        return _written_product(call), _PRODUCT
    if name in ("max", "min") and len(call.arguments) == 1:
        name = {"max": "largest", "min": "smallest"}[name]
    name = {"^": "power"}.get(name, OPERATORS.get(name, name)) + "'" * call.derivative
    row = PRIMITIVES.get(name)
    if row is None:
        listed = ", ".join(tree_latex(argument) for argument in call.arguments)
        function = _UPRIGHT.get(name, f"\\operatorname{{{name}}}")
        return f"{function}\\left({listed}\\right)", _CALL
    texts = {}
    for place, argument in enumerate(call.arguments):
        text, binding = _written(argument)
        if _needs_brackets(row.name, place, binding, row.binding):
            text = f"\\left({text}\\right)"
        texts[str(place)] = text
    return fill(row.latex, texts), row.binding


def _needs_brackets(row: str, place: int, inner: int, outer: int) -> bool:
    if outer == _CALL or (row in ("power", "matrix_power") and place == 1):
        return False  # fractions, roots, exponents and calls hold their arguments themselves
    # The second side of a difference or of a product, and the base of a power, need a stronger
    # hold: products of different kinds, read from left to right, do not associate.
    if row == "outer" and place == 1:
        outer = _POWER  # it carries the sign of the transpose
    second = place == 1 and row in ("subtract", "multiply", "dot")
    return inner < outer or (inner == outer and (second or outer == _POWER))


def _written_product(call: Call) -> str:
    left, right = (_factor(argument) for argument in call.arguments)
    dotted = call.function == "·" and _written(call.arguments[1])[1] == _PRODUCT
    if right.startswith("-") or (dotted and _is_chain(call.arguments[1])):
        right = f"\\left({right}\\right)"
    sign = " \\cdot " if right[0].isdigit() or call.function == "·" else " "
    return left + sign + right


def _factor(tree: Tree) -> str:
    """Write a factor, in brackets if it is no plain chain of factors itself."""
    text, binding = _written(tree)
    if binding < _PRODUCT or (binding == _PRODUCT and not _is_chain(tree)):
        return f"\\left({text}\\right)"
    return text


def _is_chain(tree: Tree) -> bool:
    """Tell whether a product has plain factors only, so that it may be read in any grouping."""
    if isinstance(tree, Call) and tree.function == "*":
        return all(_is_chain(argument) for argument in tree.arguments)
    return not isinstance(tree, Call) or tree.function not in (".*", "·", "dot", "outer")
