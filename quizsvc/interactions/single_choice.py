"""Question type ``single-choice``: exactly one choice is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.choices import Choices
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class SingleChoice(Choices):
    """One of several."""

    type: ClassVar[str] = "single-choice"
    rule: ClassVar[str] = "Choose one."
    yields: ClassVar[frozenset[SampleKind]] = frozenset({"correct", "wrong", "invalid"})

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the id of the right choice."""
        return self.keys[0]

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read the id of a choice."""
        chosen = raw.strip()
        if chosen not in {choice.id for choice in self.choices}:
            return Invalid({drawn.name: "Choose one of the answers shown."})
        return chosen

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Give all or nothing."""
        right = response in self.keys
        says = self.says([response], drawn)
        return PartOutcome(float(right), says or ("Right." if right else "This is not it."))

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:  # noqa: ARG002
        """Yield every choice, and one that is none of them."""
        for choice in self.choices:
            yield Sample(choice.id, "correct" if choice.key else "wrong", float(choice.key))
        yield Sample("no-such-choice", "invalid")
