"""Question type ``written``: free text that the learner compares with a model answer.

No machine judges it: the score is None, and the learner's own rating is kept apart from scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.base import QuestionTypeBase
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Template, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Written(QuestionTypeBase):
    """A text of a few sentences."""

    model_answer: Template

    type: ClassVar[str] = "written"
    rule: ClassVar[str] = (
        "Write a few sentences. You then compare them with a model answer and rate yourself; "
        "this does not count towards a score."
    )
    yields: ClassVar[frozenset[SampleKind]] = frozenset({"written", "invalid"})

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the model answer, in Markdown."""
        return self.model_answer.markdown(values)

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the model answer."""
        return str(drawn.key)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Take any text of bearable length."""
        if len(raw) > MAX_LENGTH:
            message = f"This is {len(raw):,} characters long; at most {MAX_LENGTH:,} are taken."
            return Invalid({drawn.name: message})
        return raw

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:  # noqa: ARG002 - no machine judges it
        """Leave the judgement to the learner."""
        return PartOutcome(None, "Compare your text with the model answer and rate yourself.")

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:  # noqa: ARG002
        """Yield a text, and one that is too long."""
        yield Sample("The skip connection adds the identity.", "written")
        yield Sample("x" * (MAX_LENGTH + 1), "invalid")
