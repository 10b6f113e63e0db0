"""Tokens to a tree, by operator precedence.

Consumed by `shapes`. What two good engineers could read differently is decided in the author
guide's table, or refused here with the reason: nothing ambiguous is guessed.

Binding, from weak to strong: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* / .*`` and
juxtaposition, sign, ``^`` (to the right), transpose and percent.
"""

from __future__ import annotations

from quizsvc.errors import ExpressionError
from quizsvc.expr.lexer import Token, tokenize
from quizsvc.expr.nodes import Array, Call, Name, Number, Span, Tree
from quizsvc.expr.primitives import FUNCTIONS

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


def parse(source: str) -> Tree:
    """Read one expression.

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
    tree = _Parser(tokenize(source)).whole()
    _check_height(tree)
    return tree


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the direct sub-trees."""
    match tree:
        case Call():
            return tree.arguments
        case Array():
            return tuple(entry for row in tree.rows for entry in row)
    return ()


def calls(tree: Tree) -> set[str]:
    """Return every function and operator of `tree`."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            found.add(node.function)
        waiting.extend(children(node))
    return found


def names_in(tree: Tree) -> set[str]:
    """Return every name that `tree` mentions."""
    found, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            found.add(node.name)
        waiting.extend(children(node))
    return found


def _check_height(tree: Tree) -> None:
    # The typing pass recurses over the tree; a flat sum of a thousand terms is a tall tree.
    level, height = [tree], 0
    while level:
        height += 1
        if height > MAX_HEIGHT:
            raise ExpressionError("This expression is too long to be read as one.", 0)
        level = [child for node in level for child in children(node)]


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self._brackets: list[str] = []
        self._depth = 0

    def whole(self) -> Tree:
        if self._after_newlines().kind == "end":
            raise ExpressionError("Nothing is written here.", 0, 0)
        tree = self._expression(_OR)
        following = self._after_newlines()
        if following.kind != "end":
            raise self._unexpected(following)
        return tree

    # --- moving ---------------------------------------------------------------------------------

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    @property
    def _following(self) -> Token:
        """The token after the next; at the end, the end again."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    @property
    def _previous(self) -> Token:
        return self._tokens[max(self._index - 1, 0)]

    def _take(self) -> Token:
        token = self._next
        self._index += 1
        return token

    def _at(self, *texts: str) -> bool:
        return self._next.kind in ("operator", "name", "newline") and self._next.text in texts

    def _after_newlines(self) -> Token:
        while self._next.kind == "newline":
            self._index += 1
        return self._next

    @property
    def _in_array(self) -> bool:
        return bool(self._brackets) and self._brackets[-1] == "["

    # --- the grammar ----------------------------------------------------------------------------

    def _expression(self, weakest: int) -> Tree:
        # Bounded here, where every recursion passes, rather than by Python's own limit.
        if self._depth >= MAX_DEPTH:
            raise ExpressionError("This is nested too deeply to be read.", self._next.span.start)
        self._depth += 1
        tree = self._binary(weakest)
        self._depth -= 1
        return tree

    def _binary(self, weakest: int) -> Tree:
        left = self._operand()
        divided = False
        while True:
            token = self._next
            if self._ends_entry(token):
                return left
            binding = _INFIX.get(token.text) if token.kind in ("operator", "name") else None
            if binding is not None:
                if binding < weakest:
                    return left
                self._take()
                right = self._expression(binding if binding == _POWER else binding + 1)
                left = Call(token.text, (left, right), left.span.to(right.span))
                divided = token.text == "/"
            elif not self._in_array and self._starts_operand(token):
                if weakest > _PRODUCT:
                    return left
                self._refuse_unclear_product(token, divided=divided)
                right = self._expression(_SIGN)
                left = Call("*", (left, right), left.span.to(right.span))
            else:
                return left

    def _operand(self) -> Tree:
        token = self._next
        if token.kind == "operator" and token.text in ("-", "+"):
            self._take()
            operand = self._expression(_SIGN)
            if token.text == "+":
                return operand
            return Call("neg", (operand,), token.span.to(operand.span))
        if token.kind == "name" and token.text == "not":
            self._take()
            operand = self._expression(_NOT)
            return Call("not", (operand,), token.span.to(operand.span))
        return self._postfix(self._primary())

    def _postfix(self, tree: Tree) -> Tree:
        while True:
            token = self._next
            if token.spaced and self._in_array:
                return tree
            if self._at("'"):
                self._take()
                tree = Call("transpose", (tree,), tree.span.to(token.span))
            elif self._at("^") and self._following.text == "T":
                self._take()
                tree = Call("transpose", (tree,), tree.span.to(self._take().span))
            elif self._at("%"):
                self._take()
                hundredth = Number(0.01, token.span)
                tree = Call("*", (tree, hundredth), tree.span.to(token.span))
            else:
                return tree

    def _primary(self) -> Tree:
        token = self._take()
        if token.kind == "number":
            return Number(token.value, token.span)
        if token.kind == "name":
            return self._named(token)
        if token.kind == "operator" and token.text in _CLOSING:
            return self._bracketed(token)
        raise self._missing_operand(token)

    def _named(self, token: Token) -> Tree:
        name = token.text
        if name in ("and", "or"):
            raise self._missing_operand(token)
        if name not in FUNCTIONS:
            return Name(name, token.span)
        if token.span.end - token.span.start == 1 and name == "sqrt" and not self._at("("):
            operand = self._primary()
            return Call("sqrt", (operand,), token.span.to(operand.span))
        if name == "I" and not self._at("("):
            return Name(name, token.span)
        derivative = False
        if self._at("'"):
            self._take()
            derivative = True
        power = self._power_of_function(token)
        if not self._at("("):
            message = f"“{name}” is a function: write its argument in brackets, {name}(…)."
            raise ExpressionError(message, token.span.start, len(name))
        arguments, end = self._listed(self._take())
        call: Tree = Call(name, arguments, token.span.to(end), derivative)
        if power is not None:
            call = Call("^", (call, power), token.span.to(end))
        return call

    def _power_of_function(self, function: Token) -> Number | None:
        # cos^2(x) is (cos(x))^2 to every reader; cos^-1(x) means two things and is refused.
        if not self._at("^"):
            return None
        caret, exponent = self._take(), self._next
        if exponent.kind != "number" or exponent.value != int(exponent.value) or exponent.value < 1:
            message = f"After “{function.text}^” only a whole power is read, as in cos^2(x)."
            raise ExpressionError(message, caret.span.start)
        self._take()
        return Number(exponent.value, exponent.span)

    def _bracketed(self, opening: Token) -> Tree:
        if opening.text == "[":
            return self._array(opening)
        entries, end = self._listed(opening)
        if len(entries) == 1:
            return entries[0]
        return Array(tuple((entry,) for entry in entries), opening.span.to(end), vector=True)

    def _listed(self, opening: Token) -> tuple[tuple[Tree, ...], Span]:
        """Read what stands between round brackets, separated by commas."""
        self._open(opening)
        entries: list[Tree] = []
        while True:
            self._after_newlines()
            if self._at(")") and not entries:
                raise ExpressionError("Nothing stands between the brackets.", opening.span.start, 2)
            entries.append(self._expression(_OR))
            self._after_newlines()
            if not self._at(","):
                break
            self._take()
        return tuple(entries), self._close(opening)

    def _array(self, opening: Token) -> Tree:
        self._open(opening)
        rows: list[list[Tree]] = [[]]
        while not self._at("]"):
            if self._at(";", "\n"):
                self._take()
                if rows[-1]:
                    rows.append([])
            elif self._at(","):
                comma = self._take()
                if not rows[-1] or self._at(",", ";", "]"):
                    raise ExpressionError("An entry is missing at this comma.", comma.span.start)
            elif self._next.kind == "end":
                break
            else:
                rows[-1].append(self._expression(_OR))
        if not rows[-1]:
            rows.pop()
        span = opening.span.to(self._close(opening))
        if not rows:
            raise ExpressionError("Nothing stands between the brackets.", span.start, 2)
        return _array_of(rows, span)

    # --- brackets and complaints ----------------------------------------------------------------

    def _open(self, opening: Token) -> None:
        self._brackets.append(opening.text)

    def _close(self, opening: Token) -> Span:
        closing = _CLOSING[opening.text]
        if not self._at(closing):
            if self._next.kind == "end":
                message = f"The bracket “{opening.text}” is never closed: “{closing}” is missing."
                raise ExpressionError(message, opening.span.start)
            raise self._unexpected(self._next)
        self._brackets.pop()
        return self._take().span

    def _ends_entry(self, token: Token) -> bool:
        """Tell whether, in square brackets, a space ends the entry: ``[1 -2]`` has two."""
        if not (self._in_array and token.spaced):
            return False
        if token.kind == "operator" and token.text in ("-", "+"):
            following = self._following
            return not following.spaced and following.kind != "end"
        return self._starts_operand(token)

    def _starts_operand(self, token: Token) -> bool:
        if token.kind == "name":
            return token.text not in ("and", "or", "not")
        return token.kind == "number" or (token.kind == "operator" and token.text in _CLOSING)

    def _refuse_unclear_product(self, token: Token, *, divided: bool) -> None:
        before = self._previous
        if token.kind == "number":
            mixed = self._following.text == "/" or not token.text.isascii()
            if before.kind == "number" and mixed:
                message = "A mixed number is not read: write 1 1/2 as 1.5, 3/2 or 1 + 1/2."
            elif before.kind == "number":
                message = "Two numbers stand side by side: what is between them?"
            else:
                message = "A number follows without a sign: write * or ^ before it."
            raise ExpressionError(message, token.span.start, token.span.end - token.span.start)
        if divided:
            message = "Is this divided too? Write 1/(2 x) or (1/2) x."
            raise ExpressionError(message, token.span.start, token.span.end - token.span.start)

    def _missing_operand(self, token: Token) -> ExpressionError:
        previous = self._tokens[self._index - 2] if self._index > 1 else None
        if previous is not None and previous.kind == "operator" and previous.text not in ")]'":
            message = f"Something is missing after “{previous.text}”."
            return ExpressionError(message, previous.span.start, len(previous.text))
        return self._unexpected(token)

    def _unexpected(self, token: Token) -> ExpressionError:
        start, length = token.span.start, max(token.span.end - token.span.start, 1)
        if token.kind == "end":
            return ExpressionError("The expression breaks off here.", start, 0)
        if token.text == ",":
            return self._stray_comma(token)
        if token.text in (")", "]"):
            return ExpressionError(f"This “{token.text}” closes nothing.", start)
        if token.kind == "newline" or token.text == ";":
            return ExpressionError("A new row needs a matrix in square brackets.", start)
        return ExpressionError(f"“{token.text}” is not expected here.", start, length)

    def _stray_comma(self, comma: Token) -> ExpressionError:
        at = self._tokens.index(comma)
        before, following = self._tokens[max(at - 1, 0)], self._tokens[at + 1]
        message = "A comma separates the entries of a vector, as in [1, 2]."
        if before.kind == following.kind == "number" and not following.spaced:
            whole, part = before.text, following.text
            if len(part) == 3 and part.isdigit():
                message = f"Is {whole},{part} the whole number {whole}{part} or {whole}.{part}?"
            else:
                message = (
                    f"Is {whole},{part} meant as {whole}.{part} or as the vector [{whole}, {part}]?"
                )
            message += " A decimal has a point, and digits are not grouped."
        return ExpressionError(message, comma.span.start)


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
            message = (
                f"Row {number} has {len(row)} entries, but row 1 has {len(rows[0])}: "
                "the rows of a matrix are equally long."
            )
            raise ExpressionError(message, span.start, span.end - span.start)
    return tuple(rows)
