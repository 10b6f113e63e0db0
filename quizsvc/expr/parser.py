"""Tokens to a tree, by operator precedence.

Consumed by `builder`. What two good engineers could read differently is decided in the author
guide's table, or refused here with the reason: nothing ambiguous is guessed.

Binding, from weak to strong: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* / .*`` and
juxtaposition, sign, ``^`` (to the right), transpose and percent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError
from quizsvc.expr import complaints
from quizsvc.expr.lexer import Cursor, Token, split_names, tokenize
from quizsvc.expr.nodes import Array, Call, Name, Number, Span, Tree, height, walk
from quizsvc.expr.primitives import CONSTANTS, FUNCTIONS, RESERVED

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_DEPTH = 80
"""Expressions within expressions: brackets, signs, powers of powers."""
MAX_HEIGHT = 150
"""Operations upon operations, such as the terms of one long sum."""

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER = range(1, 9)

_INFIX = {
    "or": _OR, "and": _AND,
    "<": _COMPARISON, "<=": _COMPARISON, ">": _COMPARISON, ">=": _COMPARISON,
    "==": _COMPARISON, "!=": _COMPARISON,
    "+": _SUM, "-": _SUM, "*": _PRODUCT, "·": _PRODUCT, "/": _PRODUCT, ".*": _PRODUCT,
    "^": _POWER, ".^": _POWER,
}  # fmt: skip

_CLOSING = {"(": ")", "[": "]"}


def parse(source: str, names: Collection[str] = ()) -> Tree:
    """Read one expression.

    Parameters
    ----------
    source : str
    names : collection of str
        Names into which one that is not among them may split, as ``W2W1`` does.

    Raises
    ------
    ExpressionError
        The writer's: what was read, what was expected, and where.

    Examples
    --------
    >>> tree = parse("W2 * relu(W1 x)")
    >>> tree.function, [type(argument).__name__ for argument in tree.arguments]
    ('*', ['Name', 'Call'])
    """
    tokens = tokenize(source)
    if names:
        tokens = split_names(tokens, names, RESERVED | CONSTANTS.keys())
    tree = _Parser(tokens).whole()
    # The typing pass recurses over the tree; a flat sum of a thousand terms is a tall tree.
    if height(tree) > MAX_HEIGHT:
        raise ExpressionError("This expression is too long to be read as one.", 0)
    return tree


def calls(tree: Tree) -> set[str]:
    """Return every function and operator of `tree`."""
    return {node.function for node in walk(tree) if isinstance(node, Call)}


def names_in(tree: Tree) -> set[str]:
    """Return every name that `tree` mentions."""
    return {node.name for node in walk(tree) if isinstance(node, Name)}


class _Parser(Cursor):
    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._brackets: list[str] = []
        self._depth = 0

    def whole(self) -> Tree:
        if self.after_newlines().kind == "end":
            raise ExpressionError("Nothing is written here.", 0, 0)
        tree = self._expression(_OR)
        if self.after_newlines().kind != "end":
            raise complaints.unexpected(self)
        return tree

    @property
    def _in_array(self) -> bool:
        return bool(self._brackets) and self._brackets[-1] == "["

    def _expression(self, weakest: int) -> Tree:
        self._descend()
        tree = self._binary(weakest)
        self._depth -= 1
        return tree

    def _descend(self) -> None:
        # Bounded here, where every recursion passes, rather than by Python's own limit.
        if self._depth >= MAX_DEPTH:
            raise ExpressionError("This is nested too deeply to be read.", self.current.span.start)
        self._depth += 1

    def _binary(self, weakest: int) -> Tree:
        left = self._operand()
        divided = False
        while True:
            token = self.current
            if token.kind == "end" or self._ends_entry(token):
                return left
            binding = _INFIX.get(token.text) if token.kind in ("operator", "name") else None
            if binding is not None:
                if binding < weakest:
                    return left
                self.take()
                right = self._expression(binding if binding == _POWER else binding + 1)
                left = Call(token.text, (left, right), left.span.to(right.span))
                divided = token.text == "/"
            elif _starts_operand(token):
                if self._in_array and isinstance(left, Array) and token.text == "[":
                    return left  # rows side by side
                if weakest > _PRODUCT:
                    return left
                complaints.refuse_unclear_product(self, divided=divided, in_array=self._in_array)
                right = self._expression(_SIGN)
                left = Call("*", (left, right), left.span.to(right.span))
            else:
                return left

    def _operand(self) -> Tree:
        token = self.current
        if token.kind == "operator" and token.text in ("-", "+"):
            self.take()
            operand = self._expression(_SIGN)
            if token.text == "+":
                return operand
            return Call("neg", (operand,), token.span.to(operand.span))
        if token.kind == "name" and token.text == "not":
            self.take()
            operand = self._expression(_NOT)
            return Call("not", (operand,), token.span.to(operand.span))
        return self._postfix(self._primary())

    def _postfix(self, tree: Tree) -> Tree:
        while True:
            token = self.current
            if token.kind != "operator" or (token.spaced and self._in_array):
                return tree
            if token.text == "'":
                self.take()
                tree = Call("transpose", (tree,), tree.span.to(token.span))
            elif token.text == "^" and self.following.text == "T":
                self.take()
                tree = Call("transpose", (tree,), tree.span.to(self.take().span))
            elif token.text == "%":
                self.take()
                hundredth = Number(0.01, token.span)
                tree = Call("*", (tree, hundredth), tree.span.to(token.span))
            else:
                return tree

    def _primary(self) -> Tree:
        token = self.current
        if token.kind == "number":
            return Number(self.take().value, token.span)
        if token.kind == "name" and token.text not in ("and", "or"):
            return self._named(self.take())
        if token.kind == "operator" and token.text in _CLOSING:
            return self._bracketed(self.take())
        raise complaints.missing_operand(self)

    def _named(self, token: Token) -> Tree:
        name = token.text
        if name not in FUNCTIONS:
            return Name(name, token.span)
        if token.span.end - token.span.start == 1 and name == "sqrt" and not self.at("("):
            self._descend()
            operand = self._primary()
            self._depth -= 1
            return Call("sqrt", (operand,), token.span.to(operand.span))
        if name == "I" and not self.at("("):
            return Name(name, token.span)
        derivative = self.at("'")
        if derivative:
            self.take()
        power = self._power_of_function(token)
        if not self.at("("):
            raise complaints.missing_argument(token)
        arguments, end = self._listed(self.take())
        call: Tree = Call(name, arguments, token.span.to(end), derivative)
        if power is not None:
            call = Call("^", (call, power), token.span.to(end))
        return call

    def _power_of_function(self, function: Token) -> Number | None:
        # cos^2(x) is (cos(x))^2 to every reader; cos^-1(x) means two things and is refused.
        if not self.at("^"):
            return None
        caret, exponent = self.take(), self.current
        if exponent.kind != "number" or exponent.value != int(exponent.value) or exponent.value < 1:
            raise complaints.unclear_power(function, caret)
        return Number(self.take().value, exponent.span)

    def _bracketed(self, opening: Token) -> Tree:
        if opening.text == "[":
            return self._array(opening)
        entries, end = self._listed(opening)
        if len(entries) == 1:
            return entries[0]
        return Array(tuple((entry,) for entry in entries), opening.span.to(end), vector=True)

    def _listed(self, opening: Token) -> tuple[tuple[Tree, ...], Span]:
        """Read what stands between round brackets, separated by commas."""
        self._brackets.append(opening.text)
        entries: list[Tree] = []
        while True:
            self.after_newlines()
            if self.at(")") and not entries:
                raise complaints.empty_brackets(opening.span.start)
            entries.append(self._expression(_OR))
            self.after_newlines()
            if not self.at(","):
                break
            self.take()
        return tuple(entries), self._close(opening)

    def _array(self, opening: Token) -> Tree:
        self._brackets.append(opening.text)
        rows: list[list[Tree]] = [[]]
        while not self.at("]"):
            if self.at(";", "\n"):
                self.take()
                if rows[-1]:
                    rows.append([])
            elif self.at(","):
                comma = self.take()
                if not rows[-1] or self.at(",", ";", "]"):
                    raise ExpressionError("An entry is missing at this comma.", comma.span.start)
            elif self.current.kind == "end":
                break
            else:
                rows[-1].append(self._expression(_OR))
        if not rows[-1]:
            rows.pop()
        span = opening.span.to(self._close(opening))
        if not rows:
            raise complaints.empty_brackets(span.start)
        return _array_of(rows, span)

    def _close(self, opening: Token) -> Span:
        closing = _CLOSING[opening.text]
        if not self.at(closing):
            if self.current.kind == "end":
                raise complaints.never_closed(opening, closing)
            raise complaints.unexpected(self)
        self._brackets.pop()
        return self.take().span

    def _ends_entry(self, token: Token) -> bool:
        """Tell whether, in square brackets, a space ends the entry: ``[1 -2]`` has two."""
        if not (token.spaced and self._in_array):
            return False
        if token.kind == "operator" and token.text in ("-", "+"):
            following = self.following
            return not following.spaced and following.kind != "end"
        return _starts_operand(token)


def _starts_operand(token: Token) -> bool:
    if token.kind == "name":
        return token.text not in ("and", "or", "not")
    return token.kind == "number" or (token.kind == "operator" and token.text in _CLOSING)


def _array_of(rows: list[list[Tree]], span: Span) -> Array:
    """Make a vector or matrix of bracketed entries, which may be bracketed rows themselves."""
    only = rows[0]
    if len(rows) == 1 and all(isinstance(entry, Array) and entry.vector for entry in only):
        lists = [tuple(entry for (entry,) in row.rows) for row in only if isinstance(row, Array)]
        return Array(_even(lists, span), span, vector=False)
    if len(rows) == 1:
        return Array(tuple((entry,) for entry in only), span, vector=True)
    even = _even([tuple(row) for row in rows], span)
    return Array(even, span, vector=len(even[0]) == 1)


def _even(rows: list[tuple[Tree, ...]], span: Span) -> tuple[tuple[Tree, ...], ...]:
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise complaints.uneven_rows(number, len(row), len(rows[0]), span)
    return tuple(rows)
