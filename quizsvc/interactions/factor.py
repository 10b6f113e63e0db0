"""Question type ``factor``: how many times as large; a number that may carry the word "times"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.numeric import SIGNS, Numeric
from quizsvc.model import DrawnPart, Echo, Invalid, Sample, Unread, Value
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEFORE = re.compile(r"^\s*(by\s+)?((a\s+)?factor\s+(of\s+)?)?[×x]?\s*(?=\S)", re.IGNORECASE)
_AFTER = re.compile(
    r"(?<=[\d)])\s*x\s*$"
    r"|(?<!\s)\s*((-\s*)?fold|times(\s+(as\s+(much|many|large|big)|larger|bigger|more))?|×)\s*$",
    re.IGNORECASE,
)

_SMALLER = re.compile(r"\b(small|smaller|less|fewer)\b", re.IGNORECASE)
_LARGER = "Write how many times as large: a third of the size is 1/3 times."


@dataclass(frozen=True, slots=True)
class Factor(Numeric):
    """A ratio of two sizes."""

    type: ClassVar[str] = "factor"
    form_hint: ClassVar[str] = (
        "A factor, such as 2.5, 2.5 times, ×2.5, 40 %, 1/400 or a power such as 0.9^20."
    )

    @property
    def symbols(self) -> Sequence[str]:
        """What a number is written with, and the sign of a factor."""
        return ("×", "%", *SIGNS)

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a factor is read, or why words for a smaller size are not."""
        if smaller := _SMALLER.search(raw):
            return Unread(_LARGER, smaller.start(), len(smaller.group()))
        return Numeric.echo(self, raw)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a factor; words for a smaller size are asked back, since readers differ on them."""
        if _SMALLER.search(raw):
            return Invalid({drawn.name: _LARGER})
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

    def _expression(self, raw: str) -> tuple[str, int]:
        before = _BEFORE.match(raw)
        start = before.end() if before else 0
        number = _AFTER.sub("", raw[start:].rstrip(), count=1)
        # super() without arguments does not work in a dataclass with slots.
        return (number, start) if number else Numeric._expression(self, raw)
