"""Question type ``matrix``: a grid of fields, or a whole matrix pasted as text.

The raw response of a grid is what a spreadsheet puts on the clipboard: cells separated by tabs,
rows by line ends. So a grid, a paste and a typed ``[[1, 2], [3, 4]]`` are one kind of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.errors import ExpressionError
from quizsvc.expr.shapes import MAX_SIZE, describe
from quizsvc.interactions.numeric import Numeric, read_expression
from quizsvc.model import DrawnPart, Invalid, Sample, Value
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Matrix(Numeric):
    """A matrix."""

    type: ClassVar[str] = "matrix"
    form_hint: ClassVar[str] = (
        "Fill in every field, or paste a whole matrix such as [[1, 2], [3, 4]]."
    )

    @property
    def rule(self) -> str:
        """Form, what counts, and tolerance in words."""
        return f"{self.form_hint} {self.counting} {self.tolerance.words}"

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the pasted text if there is one, else the cells of the grid."""
        pasted = next(iter(posted.get(name, ())), "")
        if pasted.strip():
            return pasted
        m, n = self.shape
        cells = [
            [
                _one_line(next(iter(posted.get(f"{name}.{row}.{column}", ())), ""))
                for column in range(n)
            ]
            for row in range(m)
        ]
        if not any(cell for row in cells for cell in row):
            return ""
        return "\n".join("\t".join(row) for row in cells)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read cells, rows on lines, or a bracketed matrix."""
        if "\t" in raw:
            return self._parse_cells(raw, drawn)
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, raw, drawn)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, the spelling of a grid, and one with an empty cell."""
        yield from Numeric.samples(self, drawn)
        cells = [[to_text(entry) for entry in row] for row in drawn.key]
        yield Sample("\n".join("\t".join(row) for row in cells), "correct", 1.0)
        yield Sample("\n".join(" ".join(row) for row in cells), "correct", 1.0)
        cells[-1][-1] = ""
        yield Sample("\n".join("\t".join(row) for row in cells) + "\t", "invalid")

    def _bracketed(self, raw: str) -> str:
        return raw if raw[:1] in ("[", "(") or ("\n" not in raw and ";" not in raw) else f"[{raw}]"

    def _parse_cells(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        rows = [line.rstrip("\r").split("\t") for line in raw.strip("\r\n").split("\n")]
        found = (len(rows), max(len(row) for row in rows))
        if found != self.shape or any(len(row) != found[1] for row in rows):
            size = f"{found[0]} rows of up to {found[1]} entries"
            message = f"{describe(self.shape).capitalize()} is asked for; this has {size}."
            return Invalid({drawn.name: message})
        problems: list[str] = []
        values = [
            [self._cell(text, f"Row {r}, column {c}", problems) for c, text in enumerate(row, 1)]
            for r, row in enumerate(rows, 1)
        ]
        if problems:
            return Invalid({drawn.name: " ".join(problems[:MAX_SHOWN])})
        return self._unless_coarse(values, drawn)

    def _cell(self, text: str, place: str, problems: list[str]) -> float:
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


MAX_SHOWN = 3
"""Complaints about cells that are shown at once."""


def _one_line(text: str) -> str:
    """Return a cell's text without what would split it into several cells."""
    return " ".join(text.split())[: MAX_SIZE * 40]
