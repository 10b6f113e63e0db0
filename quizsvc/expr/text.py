"""Trees as text of our own language, so that a tree can be typed, stored and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.expr.nodes import Array, Call, Name, Number

if TYPE_CHECKING:
    from quizsvc.expr.nodes import Tree

_INFIX = frozenset({"+", "-", "*", "·", ".*", "/", "^", ".^"})


def tree_text(tree: Tree) -> str:
    """Write a tree so that the parser makes the same tree of it; every operation in brackets.

    >>> from quizsvc.expr.parser import parse
    >>> tree_text(parse("I + W2 diag(1 - tanh(W1 x)^2) W1'"))
    "(I + ((W2 * diag((1 - (tanh((W1 * x)) ^ 2)))) * (W1)'))"
    """
    match tree:
        case Number():
            return repr(tree.value).removesuffix(".0")
        case Name():
            return tree.name
        case Array():
            rows = ("[" + ", ".join(tree_text(entry) for entry in row) + "]" for row in tree.rows)
            if tree.vector:
                return "[" + ", ".join(tree_text(entry) for (entry,) in tree.rows) + "]"
            return "[" + ", ".join(rows) + "]"
        case Call():
            return _call_text(tree)


def _call_text(call: Call) -> str:
    arguments = [tree_text(argument) for argument in call.arguments]
    if call.function in _INFIX:
        return f"({arguments[0]} {call.function} {arguments[1]})"
    if call.function == "neg":
        return f"(-{arguments[0]})"
    if call.function == "transpose":
        return f"({arguments[0]})'"
    return f"{call.function}{chr(39) * call.derivative}({', '.join(arguments)})"
