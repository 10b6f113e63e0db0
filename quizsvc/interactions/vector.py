"""Question type ``vector``: the entries of a vector, in one field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.expr.shapes import describe
from quizsvc.interactions.numeric import Numeric
from quizsvc.interactions.paste import PasteError, is_bracketed, read_cells, tidy
from quizsvc.model import DrawnPart, Invalid, Sample, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.expr.shapes import Shape

_UNCLEAR_COMMA = re.compile(r"\s*[^,\s(\[]*\d,\d[^,\s]*\s*")
"""One comma between digits: a decimal in half of Europe, two entries in the other half."""


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

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a vector, or a row or column of cells; one comma between digits is asked back."""
        try:
            text = tidy(raw)
            if not is_bracketed(text) and ("\t" in text or "\n" in text):
                return self._parse_cells(text)
        except PasteError as problem:
            return Invalid({drawn.name: str(problem)})
        if _UNCLEAR_COMMA.fullmatch(text):
            message = "Is this one decimal or two entries? Write 1.5, or [1, 5] with brackets."
            return Invalid({drawn.name: message})
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, text, drawn)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, the bare spelling, and a vector that is too long."""
        yield from Numeric.samples(self, drawn)
        correct = next(Numeric.samples(self, drawn))
        yield Sample(correct.raw.strip("[]").replace(", ", "  "), "correct", 1.0)
        yield Sample("[" + "1, " * self.shape[0] + "1]", "invalid")

    def _bracketed(self, raw: str) -> str:
        return raw if is_bracketed(raw) else f"[{raw}]"

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
