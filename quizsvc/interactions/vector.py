"""Question type ``vector``: the entries of a vector, in one field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.expr.shapes import describe
from quizsvc.interactions.numeric import SIGNS, Numeric
from quizsvc.interactions.paste import PasteError, is_bracketed, read_cells, tidy
from quizsvc.interactions.previews import echo_cells
from quizsvc.model import DrawnPart, Echo, Invalid, Sample, Unread, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quizsvc.expr.shapes import Shape

_UNCLEAR_COMMA = re.compile(r"\s*[^,\s(\[]*\d,\d[^,\s]*\s*")
"""One comma between digits: a decimal in half of Europe, two entries in the other half."""
_UNCLEAR = "Is this one decimal or two entries? Write 1.5, or [1, 5] with brackets."


@dataclass(frozen=True, slots=True)
class Vector(Numeric):
    """A vector; the brackets may be left out."""

    type: ClassVar[str] = "vector"

    @property
    def rule(self) -> str:
        """Form and tolerance in words."""
        example = ", ".join(["1", "-2", "0.5", "3", "4", "5"][: min(self.shape[0], 6)])
        dots = ", …" if self.shape[0] > 6 else ""
        form = f"{self.shape[0]} entries, such as [{example}{dots}]."
        return f"{form} {self.counting} {self.tolerance.words}"

    @property
    def symbols(self) -> Sequence[str]:
        """What a number is written with, and what holds several together."""
        return ("[]", ",", *SIGNS)

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a text is read, and how many entries it has."""
        if _is_cells(raw):
            return echo_cells(raw, self.shape)
        if _UNCLEAR_COMMA.fullmatch(raw):
            return Unread(_UNCLEAR, raw.index(","), 1)
        return Numeric.echo(self, raw)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a vector, or a row or column of cells; one comma between digits is asked back."""
        try:
            text = tidy(raw)
            if _is_cells(text):
                return self._parse_cells(text)
        except PasteError as problem:
            return Invalid({drawn.name: str(problem)})
        if _UNCLEAR_COMMA.fullmatch(text):
            return Invalid({drawn.name: _UNCLEAR})
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, text, drawn)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, the bare spelling, and a vector that is too long."""
        yield from Numeric.samples(self, drawn)
        correct = next(Numeric.samples(self, drawn))
        yield Sample(correct.raw.strip("[]").replace(", ", "  "), "correct", 1.0)
        yield Sample("[" + "1, " * self.shape[0] + "1]", "invalid")

    def _expression(self, raw: str) -> tuple[str, int]:
        # super() without arguments does not work in a dataclass with slots.
        text, start = Numeric._expression(self, raw)
        return (text, start) if is_bracketed(text) else (f"[{text}]", start - 1)

    def _parse_cells(self, text: str) -> Value:
        rows = [line.split("\t") for line in text.split("\n")]
        (n,) = self.shape
        if (len(rows), {len(row) for row in rows}) not in ((1, {n}), (n, {1})):
            size = f"{len(rows)} by {max(len(row) for row in rows)} cells"
            asked = describe(self.shape).capitalize()
            raise PasteError(f"{asked} is asked for, in one row or one column; this has {size}.")
        return [entry for row in read_cells(rows) for entry in row]

    def _fits(self, shape: Shape) -> bool:
        return shape in (self.shape, (*self.shape, 1))


def _is_cells(text: str) -> bool:
    return not is_bracketed(text) and ("\t" in text or "\n" in text.strip(" \n"))
