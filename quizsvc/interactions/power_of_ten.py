"""Question type ``power-of-ten``: a size of any magnitude, judged by its exponent of ten.

What is typed never becomes a float of that size: ``2^1000`` and ``0.1^5000`` are read as their
logarithms, so that nothing overflows or vanishes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.errors import ExpressionError
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.nodes import Call, Tree
from quizsvc.expr.parser import parse
from quizsvc.interactions.base import unread
from quizsvc.interactions.numeric import Numeric, evaluate_tree, read_expression
from quizsvc.model import DrawnPart, Echo, Invalid, Sample, Unread, Value
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ORDERS = re.compile(r"^(.*\S)\s*(orders?\s+of\s+magnitude|powers?\s+of\s+ten)\s*$", re.IGNORECASE)
_TIMES = re.compile(r"(?<!\s)\s*(times|×)\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?")
_NUMERAL = re.compile(r"(?<![0-9.])([0-9.]+)e([-+−]?[0-9]{1,9})", re.IGNORECASE)
"""``1e-400`` would be 0 as a float: it is read as a product with a power."""
_SPELLED = r"(\1*10^(\2))"
_LONGER = len("(*10^())") - len("e")


@dataclass(frozen=True, slots=True)
class PowerOfTen(Numeric):
    """A positive size; the key is its exponent of ten."""

    type: ClassVar[str] = "power-of-ten"

    @property
    def rule(self) -> str:
        """Form and tolerance in words."""
        off = f"{self.tolerance.absolute:g}"
        return (
            "A power of ten, such as 10^-4.6, or a number such as 2.5·10^-5 or 0.9^100; "
            f"the exponent of ten may be {off} off."
        )

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the key as a power of ten."""
        return f"$10^{{{to_text(drawn.key, digits=4)}}}$"

    @property
    def symbols(self) -> Sequence[str]:
        """What a power is written with."""
        return ("10^()", "·", "^", "−", "/", "()")

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a text is read, and which power of ten it is."""
        try:
            exponent = _exponent(raw)
        except ExpressionError as problem:
            start = len(raw) - len(raw.lstrip())
            place = _typed_place(raw.strip(), problem.position)
            placed = ExpressionError(problem.message, place, problem.length)
            return unread(placed, start, len(raw.rstrip()))
        tree = "" if _ORDERS.match(raw) else tree_latex(_tree(raw)) + " = "
        return Echo(f"{tree}10^{{{to_text(exponent, digits=4)}}}", "")

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a positive number as its exponent of ten."""
        if self._is_bare_exponent(raw, drawn):
            message = f"Is this the exponent? The power itself is written 10^({raw.strip()})."
            return Invalid({drawn.name: message})
        try:
            return _exponent(raw)
        except ExpressionError as problem:
            return Invalid({drawn.name: problem.message})

    def _is_bare_exponent(self, raw: str, drawn: DrawnPart) -> bool:
        """Tell whether the exponent of the key was typed where the power belongs."""
        plain = raw.strip().replace("−", "-")
        return bool(_PLAIN.fullmatch(plain)) and self.tolerance.accepts_number(
            float(plain), drawn.key
        )

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key in its spellings, each misconception, a wrong power, and no number."""
        yield Sample(_power(drawn.key), "correct", 1.0)
        yield Sample(f"{to_text(drawn.key)} orders of magnitude", "correct", 1.0)
        for predicted in drawn.predicted:
            yield Sample(_power(predicted.value), "misconception", 0.0, predicted.id)
        yield Sample(_power(self._wrong(drawn)), "wrong", 0.0)
        yield Sample("-10^3", "invalid")
        yield Sample("0", "invalid")
        yield Sample("10^", "invalid")


def _power(exponent: float) -> str:
    return f"10^({to_text(exponent)})"


def _tree(raw: str) -> Tree:
    plain = _TIMES.sub("", raw.strip()).replace("{", "(").replace("}", ")")
    return parse(_NUMERAL.sub(_SPELLED, plain))


def _typed_place(text: str, position: int) -> int:
    """Return the place in a text of what is at `position` once its numerals are spelled out.

    >>> _typed_place("2e-5 *", len("(2*10^(-5)) *") - 1)
    5
    """
    if _ORDERS.match(text):
        return position
    longer = 0
    for numeral in _NUMERAL.finditer(text):
        if position < numeral.start() + longer:
            break
        if position < numeral.end() + longer + _LONGER:
            return numeral.start()
        longer += _LONGER
    return position - longer


def _exponent(raw: str) -> float:
    """Return the exponent of ten of what was typed.

    Raises
    ------
    ExpressionError
        The learner's: cannot be read, or is not positive.
    """
    if orders := _ORDERS.match(raw.strip()):
        value, shape = read_expression(orders[1])
        if shape != ():
            raise ExpressionError("A number of orders of magnitude is asked for.")
        return float(value)
    return _log10(_tree(raw))


def _log10(tree: Tree) -> float:
    """Return the logarithm of a tree's value, of products and powers without their value."""
    if isinstance(tree, Call):
        match tree.function, tree.arguments:
            case ("*" | "·", (left, right)):
                return _log10(left) + _log10(right)
            case ("/", (left, right)):
                return _log10(left) - _log10(right)
            case ("^", (base, exponent)):
                return _log10(base) * _number(exponent)
    number = _number(tree)
    if number <= 0:
        message = "A size above 0 is asked for; small ones are written as 10^-5."
        raise ExpressionError(message, tree.span.start, tree.span.end - tree.span.start)
    return math.log10(number)


def _number(tree: Tree) -> float:
    value, shape = evaluate_tree(tree)
    if shape != ():
        raise ExpressionError("A number is asked for.")
    return float(value)
