"""How cells are read back while they are typed: in maths, empty ones as boxes.

Cells are cut as `paste` cuts them; each is shown as it was written, since a preview is for seeing
whether ``1/2`` was understood and not what it comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.nodes import Array
from quizsvc.expr.parser import parse
from quizsvc.expr.shapes import MAX_SIZE, describe, mismatch
from quizsvc.interactions.base import unread
from quizsvc.interactions.numeric import evaluate_tree
from quizsvc.interactions.paste import cells_with_commas
from quizsvc.model import Echo, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.expr.shapes import Shape

_BLANK = r"\Box"


class _UnreadError(Exception):
    """A cell or a line that is not understood."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.message)
        self.unread = unread


def echo_cells(text: str, asked: Shape) -> Echo | Unread:
    r"""Read back what stands between tabs and line ends.

    >>> echo = echo_cells("1/2\t\n3\t4", (2, 2))
    >>> echo.latex
    '\\begin{bmatrix}\\frac{1}{2} & \\Box \\\\ 3 & 4\\end{bmatrix}'
    >>> echo.words
    'a 2 × 2 matrix, 3 of 4 entries'
    """
    body = text.rstrip(" \n") if asked[-1] != 1 else text
    lines = list(_pieces(body, "\n"))
    try:
        rows = [
            [_cell(cell, at + before, f"Row {r}, column {c}") for c, (cell, before) in cells]
            for r, (line, at) in enumerate(lines, 1)
            for cells in [enumerate(_pieces(line, "\t"), 1)]
        ]
    except _UnreadError as error:
        return error.unread
    return _together(rows, asked)


def echo_lines(text: str, asked: Shape) -> Echo | Unread:
    """Read back lines of entries between spaces or commas."""
    rows: list[list[str]] = []
    try:
        for line, at in _pieces(text, "\n"):
            entries = line.strip().rstrip(",;")
            if entries:
                start = at + line.index(entries) - 1  # for the bracket
                called = f"Row {len(rows) + 1}"
                _refuse_unclear_commas(entries, start + 1, asked[-1], called)
                rows.append(_line(entries, start, called))
    except _UnreadError as error:
        return error.unread
    return _together(rows, asked)


def _pieces(text: str, separator: str) -> Iterator[tuple[str, int]]:
    """Yield what stands between separators, each with its place."""
    start = 0
    for piece in text.split(separator):
        yield piece, start
        start += len(piece) + len(separator)


def _cell(text: str, start: int, called: str) -> str:
    if not text.strip():
        return ""
    try:
        tree = parse(text)
        _, shape = evaluate_tree(tree)
    except ExpressionError as problem:
        raise _UnreadError(unread(problem, start, start + len(text), f"{called}: ")) from None
    if shape != ():
        message = f"{called}: a number is asked for; this is {describe(shape)}."
        raise _UnreadError(Unread(message, start, len(text)))
    return tree_latex(tree)


def _refuse_unclear_commas(entries: str, start: int, columns: int, called: str) -> None:
    for column, cell in enumerate(cells_with_commas(entries, columns), 1):
        _cell(cell, start + entries.index(cell), f"{called}, column {column}")


def _line(entries: str, start: int, called: str) -> list[str]:
    try:
        tree = parse(f"[{entries}]")
        _, shape = evaluate_tree(tree)
    except ExpressionError as problem:
        end = start + 1 + len(entries)
        raise _UnreadError(unread(problem, start, end, f"{called}: ")) from None
    if not isinstance(tree, Array) or len(shape) != 1:
        message = f"{called} is {describe(shape)}, not a row of numbers."
        raise _UnreadError(Unread(message, start + 1, len(entries)))
    return [tree_latex(entry) for (entry,) in tree.rows]


def _together(rows: list[list[str]], asked: Shape) -> Echo | Unread:
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            entries = "1 entry" if len(row) == 1 else f"{len(row)} entries"
            return Unread(f"Row {number} has {entries}, but row 1 has {len(rows[0])}.")
    if not rows or max(len(rows), len(rows[0])) > MAX_SIZE:
        return Unread(f"1 to {MAX_SIZE} rows and columns are read.")
    size = (len(rows), len(rows[0]))
    filled = sum(bool(cell) for row in rows for cell in row)
    total = size[0] * size[1]
    lines = [" & ".join(cell or _BLANK for cell in row) for row in rows]
    words = describe(asked) if _fits(size, asked) else mismatch(asked, size)
    if filled < total and _fits(size, asked):
        words += f", {filled} of {total} entries"
    return Echo(r"\begin{bmatrix}" + r" \\ ".join(lines) + r"\end{bmatrix}", words)


def _fits(size: Shape, asked: Shape) -> bool:
    """Tell whether cells have the size asked for; a vector's stand in one row or one column."""
    return size in (asked, (*asked, 1), (1, *asked)) if len(asked) == 1 else size == asked
