"""Question type ``multiple-choice``: any number of choices are right, at least one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.choices import Choices
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class MultipleChoice(Choices):
    """Several of several; right picks less wrong picks, as a share of all right ones."""

    type: ClassVar[str] = "multiple-choice"
    rule: ClassVar[str] = (
        "Choose all that are right. Each right choice counts for you, each wrong one against you; "
        "the score is never below 0."
    )

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response; with one key nothing is partly right."""
        kinds: set[SampleKind] = {"correct", "wrong", "invalid"}
        if len(self.keys) > 1:
            kinds.add("partly")
        return frozenset(kinds)

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the ids of the right choices."""
        return self.keys

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read the ids of choices, separated by spaces or commas."""
        chosen = re.findall(r"[^\s,;\[\]\"']+", raw)
        known = [choice.id for choice in self.choices]
        if not chosen or not set(chosen) <= set(known):
            return Invalid({drawn.name: "Choose among the answers shown."})
        return [each for each in known if each in chosen]

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Count right picks less wrong ones."""
        right = sum(each in self.keys for each in response)
        wrong = len(response) - right
        score = max(0.0, (right - wrong) / len(self.keys))
        count = f"{right} of {len(self.keys)} right ones chosen"
        count += f", and {wrong} that {'is' if wrong == 1 else 'are'} not." if wrong else "."
        says = self.says(response, drawn)
        return PartOutcome(score, f"{count}\n\n{says}" if says else count)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:  # noqa: ARG002
        """Yield the key, each wrong choice alone, the key less one, everything, and nonsense."""
        keys, total = self.keys, len(self.keys)
        wrong = [choice.id for choice in self.choices if not choice.key]
        yield Sample(" ".join(keys), "correct", 1.0)
        for each in wrong:
            yield Sample(each, "wrong", 0.0)
        if total > 1:
            yield Sample(", ".join(keys[1:]), "partly", (total - 1) / total)
        if wrong:
            score = max(0.0, (total - len(wrong)) / total)
            everything = " ".join(choice.id for choice in self.choices)
            yield Sample(everything, "partly" if score else "wrong", score)
        yield Sample("no-such-choice", "invalid")
