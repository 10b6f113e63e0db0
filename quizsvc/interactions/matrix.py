"""Question type ``matrix``: a grid of fields, or a whole matrix pasted as text.

The raw response of a grid is what a spreadsheet puts on the clipboard: cells separated by tabs,
rows by line ends. So a grid, a paste and a typed ``[[1, 2], [3, 4]]`` are one kind of text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.expr.shapes import MAX_SIZE, describe
from quizsvc.interactions.numeric import Numeric
from quizsvc.interactions.paste import PasteError, is_bracketed, read_cells, read_lines, tidy
from quizsvc.interactions.previews import echo_cells, echo_lines
from quizsvc.model import DrawnPart, Echo, Invalid, Sample, Unread, Value
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
        try:
            pasted = self._pasted(raw)
        except PasteError as problem:
            return Invalid({drawn.name: str(problem)})
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, tidy(raw), drawn) if pasted is None else pasted

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a grid, or a pasted or typed matrix, is read, and of which size it is."""
        if "\t" in raw or self._is_column(raw):
            return echo_cells(raw, self.shape)
        if "\n" in raw.strip() and not is_bracketed(raw):
            return echo_lines(raw, self.shape)
        return Numeric.echo(self, raw)

    def _is_column(self, raw: str) -> bool:
        """Tell whether a text without tabs is that of a grid of one column."""
        return self.shape[1] == 1 and raw.count("\n") == self.shape[0] - 1

    def _pasted(self, raw: str) -> Value | None:
        """Read cells, or rows on lines, of the right size; None for what is one expression."""
        text = tidy(raw)
        if "\t" in text:
            return self._parse_cells([line.split("\t") for line in text.split("\n")])
        if "\n" in text and not is_bracketed(text):
            rows = read_lines(text, self.shape[1])
            self._check_size(rows)
            return rows
        return None

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, the spelling of a grid, and one with an empty cell."""
        yield from Numeric.samples(self, drawn)
        cells = [[to_text(entry) for entry in row] for row in drawn.key]
        yield Sample("\n".join("\t".join(row) for row in cells), "correct", 1.0)
        yield Sample("\n".join(" ".join(row) for row in cells), "correct", 1.0)
        cells[-1][-1] = ""
        yield Sample("\n".join("\t".join(row) for row in cells) + "\t", "invalid")

    def _expression(self, raw: str) -> tuple[str, int]:
        # super() without arguments does not work in a dataclass with slots.
        text, start = Numeric._expression(self, raw)
        bare = is_bracketed(text) or ";" not in text
        return (text, start) if bare else (f"[{text}]", start - 1)

    def _parse_cells(self, rows: list[list[str]]) -> Value:
        # The size comes first: what has the wrong size is not worth the time to read it.
        self._check_size(rows)
        return read_cells(rows)

    def _check_size(self, rows: Sequence[Sequence[object]]) -> None:
        longest = max(len(row) for row in rows)
        if (len(rows), longest) != self.shape or any(len(row) != longest for row in rows):
            many = f"{len(rows)} row{'s' * (len(rows) != 1)}"
            size = f"{many} of up to {longest} entr{'y' if longest == 1 else 'ies'}"
            asked = describe(self.shape).capitalize()
            raise PasteError(f"{asked} is asked for; this has {size}.")


def _one_line(text: str) -> str:
    """Return a cell's text without what would split it into several cells."""
    return " ".join(text.split())[: MAX_SIZE * 40]
