"""Question type ``factor``: how many times as large; a number that may carry the word "times"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.numeric import Numeric
from quizsvc.model import DrawnPart, Invalid, Sample, Value
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE = re.compile(r"^\s*(by\s+)?((a\s+)?factor\s+(of\s+)?)?[×x]?\s*(?=\S)", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(-?\s*fold|times(\s+(as\s+(much|many|large|big)|larger|bigger|more))?|×|(?<=[\d)])\s*x)\s*$",
    re.IGNORECASE,
)

_SMALLER = re.compile(r"\b(small|smaller|less|fewer)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Factor(Numeric):
    """A ratio of two sizes."""

    type: ClassVar[str] = "factor"
    form_hint: ClassVar[str] = (
        "A factor, such as 2.5, 2.5 times, ×2.5, 40 %, 1/400 or a power such as 0.9^20."
    )

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a factor; words for a smaller size are asked back, since readers differ on them."""
        if _SMALLER.search(raw):
            message = "Write how many times as large: a third of the size is 1/3 times."
            return Invalid({drawn.name: message})
        # super() without arguments does not work in a dataclass with slots.
        return Numeric.parse(self, raw, drawn)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of a number, and the words that a factor may carry."""
        # super() without arguments does not work in a dataclass with slots.
        yield from Numeric.samples(self, drawn)
        key = to_text(drawn.key)
        for spelling in (f"{key} times", f"×{key}", f"by a factor of {key}", f"{key}-fold"):
            yield Sample(spelling, "correct", 1.0)
        yield Sample("times", "invalid")

    def _bracketed(self, raw: str) -> str:
        return _AFTER.sub("", _BEFORE.sub("", raw, count=1), count=1) or raw
