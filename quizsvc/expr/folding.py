"""Arithmetic on plain numbers, done on the tree before any node is made.

Consumed by `builder` for a learner's field, where ``1 + 1 + …`` would otherwise cost a node and
a call to numpy a term. Python's floats and numpy's round alike in these operations, so the value
is the same to the last bit.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from quizsvc.expr.nodes import Array, Call, Number, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERATIONS: dict[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "·": operator.mul,
    ".*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "transpose": lambda number: number,
}


def fold(tree: Tree) -> Tree:
    """Replace each sum, product, quotient or sign of numbers by the number it is.

    What has no finite value stays as it is written, for evaluation to refuse with its place.

    Examples
    --------
    >>> from quizsvc.expr.parser import parse
    >>> fold(parse("2 * 3 - 1/4")).value
    5.75
    """
    match tree:
        case Call():
            arguments = tuple([fold(argument) for argument in tree.arguments])
            operation = _OPERATIONS.get(tree.function)
            if operation is not None:
                numbers = [a.value for a in arguments if isinstance(a, Number)]
                if len(numbers) == len(arguments) and not (
                    tree.function == "/" and numbers[1] == 0
                ):
                    value = operation(*numbers)
                    if math.isfinite(value):
                        return Number(value, tree.span)
            return Call(tree.function, arguments, tree.span, tree.derivative)
        case Array():
            rows = tuple([tuple([fold(entry) for entry in row]) for row in tree.rows])
            return Array(rows, tree.span, tree.vector)
    return tree
