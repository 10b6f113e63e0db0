"""What the parser says where it cannot go on: what was read, what is missing, what may be meant.

Each function looks at the parser's place and makes the error (or, where there may be none, raises
it); none of them moves. The words are
for whoever typed it, who has never heard of tokens or operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError

if TYPE_CHECKING:
    from quizsvc.expr.lexer import Cursor, Token
    from quizsvc.expr.nodes import Span


def missing_operand(cursor: Cursor) -> ExpressionError:
    """Complain that no value begins at the current token."""
    previous = cursor.previous
    if previous is not None and previous.kind == "operator" and previous.text not in ")]'":
        message = f"Something is missing after “{previous.text}”."
        return ExpressionError(message, previous.span.start, len(previous.text))
    return unexpected(cursor)


def unexpected(cursor: Cursor) -> ExpressionError:
    """Complain that the current token has no place after what was read."""
    token = cursor.current
    start = token.span.start
    if token.kind == "end":
        return ExpressionError("The expression breaks off here.", start, 0)
    if token.text == ",":
        return _stray_comma(cursor)
    if token.text in (")", "]"):
        return ExpressionError(f"This “{token.text}” closes nothing.", start)
    if token.kind == "newline" or token.text == ";":
        return ExpressionError("A new row needs a matrix in square brackets.", start)
    return ExpressionError(f"“{token.text}” is not expected here.", start, _length(token.span))


def _stray_comma(cursor: Cursor) -> ExpressionError:
    before, following = cursor.previous, cursor.following
    message = "A comma separates the entries of a vector, as in [1, 2]."
    if before is not None and before.kind == following.kind == "number" and not following.spaced:
        whole, part = before.text, following.text
        if "." in whole + part:
            message = f"How is {whole},{part} meant?"
        elif len(part) == 3 and part.isdigit():
            message = f"Is {whole},{part} the whole number {whole}{part} or {whole}.{part}?"
        else:
            message = (
                f"Is {whole},{part} meant as {whole}.{part} or as the vector [{whole}, {part}]?"
            )
        message += " A decimal has a point, and digits are not grouped."
    return ExpressionError(message, cursor.current.span.start)


def refuse_unclear_product(cursor: Cursor, *, divided: bool, in_array: bool) -> None:
    """Refuse a product by juxtaposition where the two sides could be meant in another way."""
    before, token = cursor.previous, cursor.current
    if token.kind == "number":
        if before is None or before.kind != "number":
            message = "A number follows without a sign: write * or ^ before it."
        elif cursor.following.text == "/" or not token.text.isascii():
            message = "A mixed number is not read: write 1 1/2 as 1.5, 3/2 or 1 + 1/2."
        else:
            message = "Two numbers stand side by side: what is between them?"
    elif in_array:
        message = (
            "Is this a product or another entry? Write * for a product, a comma between entries."
        )
    elif divided:
        message = "Is this divided too? Write 1/(2 x) or (1/2) x."
    else:
        return
    raise ExpressionError(message, token.span.start, _length(token.span))


def unclear_power(function: Token, caret: Token) -> ExpressionError:
    """Complain about ``cos^-1(x)``, which means two things, and its like."""
    message = f"After “{function.text}^” only a whole power is read, as in cos^2(x)."
    return ExpressionError(message, caret.span.start)


def missing_argument(function: Token) -> ExpressionError:
    """Complain about a function that nothing in brackets follows."""
    message = (
        f"“{function.text}” is a function: write its argument in brackets, {function.text}(…)."
    )
    return ExpressionError(message, function.span.start, _length(function.span))


def never_closed(opening: Token, closing: str) -> ExpressionError:
    """Complain about a bracket without its other half."""
    message = f"The bracket “{opening.text}” is never closed: “{closing}” is missing."
    return ExpressionError(message, opening.span.start)


def empty_brackets(start: int) -> ExpressionError:
    """Complain about brackets around nothing."""
    return ExpressionError("Nothing stands between the brackets.", start, 2)


def uneven_rows(number: int, entries: int, wanted: int, span: Span) -> ExpressionError:
    """Complain that row `number` is not as long as the first."""
    message = (
        f"Row {number} has {entries} entries, but row 1 has {wanted}: "
        "the rows of a matrix are equally long."
    )
    return ExpressionError(message, span.start, _length(span))


def _length(span: Span) -> int:
    return max(span.end - span.start, 1)
