"""Numbers pasted from a spreadsheet or a text: cells between tabs, rows on lines.

A paste is cut into cells before anything is read, so that its length is not an expression's and
a complaint can name the row and column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError
from quizsvc.expr.shapes import MAX_SIZE, describe
from quizsvc.interactions.numeric import read_expression

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PASTE = 64 * 1024
"""Characters of one paste."""

MAX_SHOWN = 3
"""Complaints about cells that are shown at once."""

_COMMA_WITHIN = re.compile("[^,]+(,[^,]+)?")


class PasteError(Exception):
    """The learner's: a paste that cannot be read; the message says where."""


def tidy(raw: str) -> str:
    """Return a paste with one kind of line end, and without blank lines around it.

    Tabs stay even at the ends: they are empty cells.

    Raises
    ------
    PasteError
        It is longer than `MAX_PASTE`.
    """
    if len(raw) > MAX_PASTE:
        message = f"This is {len(raw):,} characters long; at most {MAX_PASTE:,} are read."
        raise PasteError(message)
    return raw.replace("\r\n", "\n").replace("\r", "\n").strip(" \n")


def is_bracketed(text: str) -> bool:
    """Tell whether a text is an expression in brackets rather than bare cells."""
    return text.lstrip()[:1] in ("[", "(")


def read_cells(rows: Sequence[Sequence[str]]) -> list[list[float]]:
    """Read each cell as a number.

    Raises
    ------
    PasteError
        Some cells are empty or no numbers; the first few are named by row and column.
    """
    problems: list[str] = []
    values = [
        [_cell(text, f"Row {r}, column {c}", problems) for c, text in enumerate(row, 1)]
        for r, row in enumerate(rows, 1)
    ]
    if problems:
        raise PasteError(" ".join(problems[:MAX_SHOWN]))
    return values


def read_lines(text: str, columns: int) -> list[list[float]]:
    """Read lines of entries between spaces or commas, each as a vector without its brackets.

    Where spaces alone give the `columns` asked for, a comma within an entry is asked back.

    Raises
    ------
    PasteError
        A line cannot be read, or is longer or shorter than the first: it is named by its number;
        or there are none, or more than `MAX_SIZE`.
    """
    rows: list[list[float]] = []
    lines = [line.strip().rstrip(",;") for line in text.split("\n")]
    lines = [entries for entries in lines if entries]
    if not 1 <= len(lines) <= MAX_SIZE:
        raise PasteError(f"This has {len(lines):,} rows of entries; 1 to {MAX_SIZE} are read.")
    for number, entries in enumerate(lines, 1):
        if cells := cells_with_commas(entries, columns):
            problems: list[str] = []
            for column, cell in enumerate(cells, 1):
                _cell(cell, f"Row {number}, column {column}", problems)
            if problems:
                raise PasteError(" ".join(problems[:MAX_SHOWN]))
        try:
            value, shape = read_expression(f"[{entries}]")
        except ExpressionError as problem:
            raise PasteError(f"Row {number}: {problem.message}") from None
        if len(shape) != 1:
            raise PasteError(f"Row {number} is {describe(shape)}, not a row of numbers.")
        if rows and len(value) != len(rows[0]):
            message = f"Row {number} has {len(value)} entries, but row 1 has {len(rows[0])}."
            raise PasteError(message)
        rows.append(value)
    return rows


def cells_with_commas(entries: str, columns: int) -> list[str]:
    """Return the cells of a line if spaces alone give as many as asked for; else none.

    A comma within such a cell may be a decimal's.
    """
    cells = entries.split()
    fit = len(cells) == columns and all(_COMMA_WITHIN.fullmatch(cell) for cell in cells)
    return cells if "," in entries and fit else []


def _cell(text: str, place: str, problems: list[str]) -> float:
    if not text.strip():
        problems.append(f"{place} is empty.")
        return 0.0
    try:
        value, shape = read_expression(text)
    except ExpressionError as problem:
        problems.append(f"{place}: {problem.message}")
        return 0.0
    if shape != ():
        problems.append(f"{place}: a number is asked for; this is {describe(shape)}.")
        return 0.0
    return float(value)
