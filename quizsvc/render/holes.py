r"""The holes of a template, and how each is written at its place.

A hole is ``{{expr}}``, ``{{expr | 3 digits}}``, ``{{expr | 2 decimals}}`` or ``{{= name}}``, the
formula of a name; ``\{{`` is a literal ``{{``.

While a text is compiled, one private-use character stands for each hole, so that the Markdown
parser sees an ordinary word and offsets stay easy to trace.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from quizsvc.errors import QuizsvcError
from quizsvc.render.markdown import RESERVED
from quizsvc.render.numbers import to_latex, to_text

if TYPE_CHECKING:
    from quizsvc.model import Value

MAX_HOLES = 1000
"""Holes of one template."""

HOLE = re.compile("([\ue000-\uefff])")
"""What stands for a hole while a text is compiled."""
_FIRST = 0xE000

_START = re.compile(r"\\\\|\\\{\{(?!\{)|\{\{(?!\{)")
_REST = re.compile(r"([^{}]*)\}\}")
_FORMAT = re.compile(r"(\d{1,2})\s+(digit|decimal)s?")


class TemplateError(QuizsvcError):
    """A template that cannot be read; `position` is an offset in its source, counted from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


class Place(Enum):
    """Where a hole stands, which decides how its number is written."""

    TEXT = auto()
    CODE = auto()
    PLAIN = auto()
    """In maths, where a negative number needs no parentheses, as after ``=``."""
    OPERAND = auto()
    """After an operator: a negative number in parentheses."""
    ARGUMENT = auto()
    """After ``^``, ``_`` or a command such as ``\\frac``: in braces."""
    FACTOR = auto()
    """After anything else, as in ``x{{a}}``: a product, or an argument we do not know."""
    BASE = auto()
    """Before ``^``: anything but a bare number in parentheses."""


@dataclass(frozen=True, slots=True)
class Hole:
    """One place to fill in."""

    expression: str
    position: int
    """Offset in the source of the first character of the expression."""
    is_formula: bool
    """Whether it is filled in once with the formula of a name, not with values."""
    digits: int | None = None
    decimals: int | None = None

    def latex(self, value: Value, place: Place) -> str:
        """Return the value as LaTeX for that place in a formula."""
        operand = place in {Place.OPERAND, Place.FACTOR, Place.BASE}
        latex = to_latex(value, self.digits, self.decimals, parenthesise_negative=operand)
        if place is Place.BASE and latex[0].isdigit() and not latex.replace(".", "").isdigit():
            latex = f"({latex})"
        return f"{{{latex}}}" if place in {Place.ARGUMENT, Place.FACTOR} else latex

    def markdown(self, value: Value, place: Place) -> str:
        """Return the value as Markdown for that place."""
        if place is Place.CODE:
            return to_text(value, self.digits, self.decimals)
        if place is Place.TEXT:
            return f"${self.latex(value, Place.PLAIN)}$"
        return self.latex(value, place)

    def rounding(self, value: Value) -> float:
        """Return the largest error that its format makes, for the largest entry of a value."""
        size = _largest(value)
        if self.decimals is not None:
            return 0.5 * 10.0**-self.decimals
        return 0.0 if self.digits is None else 0.5 * 10.0 ** (1 - self.digits) * size


def _largest(value: Value) -> float:
    if isinstance(value, list | tuple):
        return max(_largest(entry) for entry in value)
    return abs(float(value))


@dataclass(slots=True)
class Scanned:
    """A source with one character for each hole."""

    text: str = ""
    holes: list[Hole] = field(default_factory=list)
    _text_offsets: list[int] = field(default_factory=lambda: [0])
    _source_offsets: list[int] = field(default_factory=lambda: [0])

    def add(self, text: str, source_end: int) -> None:
        """Append a piece that stands for the source up to that offset."""
        self.text += text
        self._text_offsets.append(len(self.text))
        self._source_offsets.append(source_end)

    def hole(self, character: str) -> Hole:
        """Return the hole for which the character stands."""
        return self.holes[ord(character) - _FIRST]

    def source_position(self, text_position: int) -> int:
        """Return the offset in the source of an offset in the text."""
        index = bisect_right(self._text_offsets, text_position) - 1
        return self._source_offsets[index] + text_position - self._text_offsets[index]


def scan(source: str, digits: int, exact: frozenset[str]) -> Scanned:
    """Find the holes of a source.

    Raises
    ------
    TemplateError
        A hole is unclosed or empty, or its format is unknown: the author's fault.
    """
    reserved = RESERVED.search(source)
    if reserved:
        raise TemplateError("a private-use character cannot be shown", reserved.start())
    scanned, end = Scanned(), 0
    while start := _START.search(source, end):
        scanned.add(source[end : start.start()], start.start())
        end = start.end()
        if start[0] != "{{":
            scanned.add(start[0] if start[0] == r"\\" else "{{", end)
            continue
        rest = _REST.match(source, end)
        if not rest:
            raise TemplateError("this hole is not closed by }}", start.start())
        if len(scanned.holes) == MAX_HOLES:
            raise TemplateError(f"more than {MAX_HOLES} holes", start.start())
        scanned.holes.append(_read(rest[1], end, digits, exact))
        end = rest.end()
        scanned.add(chr(_FIRST + len(scanned.holes) - 1), end)
    scanned.add(source[end:], len(source))
    return scanned


def _read(inside: str, position: int, digits: int, exact: frozenset[str]) -> Hole:
    """Read what stands between the braces of a hole."""
    expression, bar, wanted = inside.partition("|")
    is_formula = expression.lstrip().startswith("=")
    if is_formula:
        expression = expression.replace("=", " ", 1)
    bar_position = position + len(expression)
    position += len(expression) - len(expression.lstrip())
    expression = expression.strip()
    if not expression:
        raise TemplateError("this hole is empty", position)
    if not bar:
        shown_exactly = is_formula or expression in exact
        return Hole(expression, position, is_formula, digits=None if shown_exactly else digits)
    format_ = _FORMAT.fullmatch(wanted.strip())
    if is_formula or not format_ or not 1 <= int(format_[1]) <= 15:
        raise TemplateError(
            "a format is written like | 3 digits or | 2 decimals, from 1 to 15, after a value",
            bar_position,
        )
    count = int(format_[1])
    if format_[2] == "digit":
        return Hole(expression, position, is_formula, digits=count)
    return Hole(expression, position, is_formula, decimals=count)
