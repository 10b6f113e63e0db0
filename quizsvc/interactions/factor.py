"""Question type ``factor``: how many times as large; a number that may carry the word "times"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.numeric import Numeric
from quizsvc.model import DrawnPart, Sample
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEFORE = re.compile(r"^\s*(by\s+)?(a\s+factor\s+(of\s+)?)?[×x]?\s*(?=\S)", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(-?\s*fold|times(\s+(as\s+(much|large|small|big)|larger|smaller))?|×|(?<=[\d)])\s*x)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Factor(Numeric):
    """A ratio of two sizes."""

    type: ClassVar[str] = "factor"
    form_hint: ClassVar[str] = (
        "A factor, such as 2.5, 2.5 times, ×2.5, 40 %, 1/400 or a power such as 0.9^20."
    )

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
