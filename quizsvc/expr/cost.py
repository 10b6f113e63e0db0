"""What an operation costs, known from its shapes before it is spent.

Consumed by `builder`. One unit is about a nanosecond of one processor, measured on numpy: the
price of a call, and of each entry or product of entries on top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.expr.numerics import MAX_CHOOSE
from quizsvc.expr.shapes import Shape, storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.expr.primitives import Primitive

AUTHOR_COST = 10**8
LEARNER_COST = 10**6

CALL = 10_000
"""To type any operation and to call its kernel."""

_DECOMPOSITION = 30_000
"""What numpy's linear algebra checks and converts before it begins."""

_ARITHMETIC = frozenset({"add", "subtract", "negate", "multiply", "scale", "divide", "transpose"})
_ENTRY = 6
_ENTRY_OF_TURNS = 50
"""Reducing a huge angle to one turn takes ten times as long as any other function."""
_FACTOR = 30
"""One of the factors of a binomial coefficient, in whole numbers of many digits."""
_PRODUCTS_A_UNIT = 20
"""Multiplications of a matrix product in one unit: they run side by side."""


def size(shape: Shape) -> int:
    """Return the number of entries."""
    m, n = storage(shape)
    return m * n


def cost(row: Primitive, arguments: Sequence[Shape], result: Shape) -> int:
    """Return the price of one operation of these shapes."""
    if row.cubic:
        return _DECOMPOSITION + 2 * max(storage(arguments[0])) ** 3
    if row.name == "matmul":
        m, n = storage(result)
        return CALL + m * n * storage(arguments[0])[1] // _PRODUCTS_A_UNIT
    if row.name == "choose":
        return CALL + MAX_CHOOSE * _FACTOR
    entries = max(map(size, (result, *arguments)))
    if row.name in _ARITHMETIC:
        return CALL + entries
    turning = row.name.rstrip("'") in ("sin", "cos")
    return CALL + entries * (_ENTRY_OF_TURNS if turning else _ENTRY)
