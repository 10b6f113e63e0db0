"""Question type ``number``: one number, as a constant expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.numeric import Numeric
from quizsvc.model import DrawnPart, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Number(Numeric):
    """One number."""

    type: ClassVar[str] = "number"
    form_hint: ClassVar[str] = "A number, such as -2, 7/3, 0.25 or 1.5e-3."

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the common ones, and spellings of one number that could be two."""
        # super() without arguments does not work in a dataclass with slots.
        yield from Numeric.samples(self, drawn)
        yield Sample("1 1/2", "invalid")
        yield Sample("1,5", "invalid")
