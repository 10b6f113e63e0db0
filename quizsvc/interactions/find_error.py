"""Question type ``find-error``: name the line of a derivation that is wrong, and mend its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.base import QuestionTypeBase, first, quoted
from quizsvc.model import (
    DrawnPart,
    Echo,
    Interaction,
    Invalid,
    PartOutcome,
    Sample,
    SampleKind,
    Template,
    Unread,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VALUE = "value"
"""The name of the second field; no line is called so."""
FOR_THE_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the derivation; `says` is for who takes it for the wrong one."""

    id: str
    text: Template
    says: Template | None
    wrong: bool


@dataclass(frozen=True, slots=True)
class FindError(QuestionTypeBase):
    """The first wrong line, and the value that should stand there."""

    lines: tuple[Line, ...]
    mended: Interaction
    """The question type of the right value."""

    type: ClassVar[str] = "find-error"

    @property
    def rule(self) -> str:
        """How to answer, and what counts."""
        return (
            "Choose the first line that is wrong, and give the value that belongs there. "
            f"The line counts half, the value the other half. {self.mended.rule}"
        )

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response."""
        return self.mended.yields | {"partly"}

    @property
    def texts(self) -> Sequence[Template]:
        """The texts of all lines."""
        return [line.text for line in self.lines]

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:  # noqa: ARG002
        """Return id and text of the lines, in their order."""
        return [(line.id, line.text) for line in self.lines]

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the wrong line and the value that belongs there."""
        return {"line": self._wrong.id, VALUE: computed}

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return ``line: value``; blank if both are."""
        line, value = first(posted, name).strip(), first(posted, f"{name}.{VALUE}").strip()
        return f"{line}: {value}" if line or value else ""

    def filled(self, raw: str) -> Mapping[str, str]:
        """Return the chosen line and what was typed for its value."""
        line, _, value = raw.partition(":")
        return {line.strip(): line.strip(), VALUE: value.strip()}

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the wrong line, and the value that belongs there."""
        value = self.mended.key_in_words(self._value_part(drawn))
        line = quoted(self._wrong.text.markdown(drawn.values))
        return f"The wrong line is\n\n{line}\n\nThe value that belongs there is {value}."

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:
        """Return the chosen line, and the value that was typed."""
        line, _, value = raw.partition(":")
        found = [each for each in self.lines if each.id == line.strip()]
        if not found:
            return ""
        typed = f"`{value.strip()}`" if value.strip() else "(blank)"
        return f"{found[0].text.markdown(drawn.values).strip()}\n\nYour value: {typed}"

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a line's id and a value, separated by a colon."""
        line, _, value = (text.strip() for text in raw.partition(":"))
        if line not in {each.id for each in self.lines}:
            return Invalid({drawn.name: "Choose the line that is wrong."})
        if not value:
            return Invalid({drawn.name: "Give the value that belongs in that line."})
        read = self.mended.parse(value, self._value_part(drawn))
        return read if isinstance(read, Invalid) else {"line": line, VALUE: read}

    @property
    def symbols(self) -> Sequence[str]:
        """Those of the value."""
        return self.mended.symbols

    def echo(self, raw: str) -> Echo | Unread | None:
        """Say how the value is read; the line is chosen."""
        return self.mended.echo(raw)

    def nudge(self, response: Value, drawn: DrawnPart) -> str | None:
        """Say what is amiss with the form of the value."""
        return self.mended.nudge(response[VALUE], self._value_part(drawn))

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Judge the line first; the value counts in the right line only."""
        line = next(each for each in self.lines if each.id == response["line"])
        if not line.wrong:
            says = line.says.markdown(drawn.values) if line.says else "This line is right."
            return PartOutcome(0.0, says)
        value = self.mended.grade(response[VALUE], self._value_part(drawn))
        if value.score == 1:
            return value
        told = f"This is the wrong line. The value, though: {value.message}"
        return replace(value, score=FOR_THE_LINE, message=told)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield those of the value in the right line, and the right value in each other line."""
        correct = ""
        for sample in self.mended.samples(self._value_part(drawn)):
            raw = f"{self._wrong.id}: {sample.raw}"
            match sample.kind:
                case "correct":
                    correct = correct or sample.raw
                    yield replace(sample, raw=raw)
                case "wrong":
                    yield Sample(raw, "partly", FOR_THE_LINE)
                case "invalid":
                    yield replace(sample, raw=raw)
                case _:
                    yield replace(sample, raw=raw, score=FOR_THE_LINE)
        for line in self.lines:
            if not line.wrong:
                yield Sample(f"{line.id}: {correct}", "wrong", 0.0)
        yield Sample(f"{self._wrong.id}:", "invalid")
        yield Sample("no-such-line: 1", "invalid")

    @property
    def _wrong(self) -> Line:
        return next(line for line in self.lines if line.wrong)

    def _value_part(self, drawn: DrawnPart) -> DrawnPart:
        return replace(drawn, key=drawn.key[VALUE])
