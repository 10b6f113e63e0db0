"""Question type ``vector``: the entries of a vector, in one field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.numeric import Numeric
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
        """Read a vector; one comma between digits and no bracket is asked back."""
        if _UNCLEAR_COMMA.fullmatch(raw):
            message = "Is this one decimal or two entries? Write 1.5, or [1, 5] with brackets."
            return Invalid({drawn.name: message})
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, raw, drawn)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, the bare spelling, and a vector that is too long."""
        yield from Numeric.samples(self, drawn)
        correct = next(Numeric.samples(self, drawn))
        yield Sample(correct.raw.strip("[]").replace(", ", "  "), "correct", 1.0)
        yield Sample("[" + "1, " * self.shape[0] + "1]", "invalid")

    def _bracketed(self, raw: str) -> str:
        return raw if raw[:1] in ("[", "(") else f"[{raw}]"

    def _fits(self, shape: Shape) -> bool:
        return shape in (self.shape, (*self.shape, 1))
