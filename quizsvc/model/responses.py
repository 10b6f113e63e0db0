"""What was answered and how it was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Value: TypeAlias = Any
"""JSON: a float, nested lists of floats by shape, the id of a choice, or a list of such ids."""

RawResponse: TypeAlias = Mapping[str, str]
"""What a learner posted, untouched: part name to text."""

SampleKind: TypeAlias = Literal["correct", "partly", "wrong", "misconception", "invalid", "written"]
"""The classes of response a question type can tell apart."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """A response that cannot be read: free of charge, and never recorded as wrong."""

    messages: Mapping[str, str]
    """Part name to what was read and what was expected, in the learner's words."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form that the command line prints."""
        parts = {
            name: {"status": "invalid", "score": None, "misconception": None, "message": message}
            for name, message in self.messages.items()
        }
        return {
            "status": "invalid",
            "score": None,
            "parts": parts,
            "misconception": None,
            "feedback": " ".join(dict.fromkeys(self.messages.values())),
        }


@dataclass(frozen=True, slots=True)
class Echo:
    """How a text that is being typed is read."""

    latex: str
    """Empty where there is no formula to show."""
    words: str
    """Its shape, such as ``a 2 × 2 matrix``; with the one asked for, where that is another."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a text that is being typed is not understood, and where."""

    message: str
    start: int | None = None
    """Characters before the place; None where the message is about no place."""
    length: int = 0
    """Characters that are meant; 0 where something is missing."""


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """How one part of a response was judged."""

    score: float | None
    """In [0, 1]; None where no machine grades (a written answer)."""
    message: str
    misconception: str | None = None
    followed: bool = False
    """Whether it is right only from the learner's own values of other parts."""
    recognised: bool = False
    """Whether it is another value of the graph than the one asked for."""
    in_numbers: str = ""
    """What the slip made of the numbers, beside the key, in Markdown: shown only with the key."""

    @property
    def explained(self) -> bool:
        """Whether the message says what happened, beyond right or wrong."""
        return self.misconception is not None or self.followed or self.recognised


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a response was judged: score, feedback, misconception."""

    score: float | None
    """In [0, 1], weighted by points over the machine-graded parts; None if there is none."""
    parts: Mapping[str, PartOutcome]
    misconception: str | None
    feedback: str

    @property
    def verdict(self) -> str:
        """The feedback's first paragraph: how it went, without what each part has to say."""
        return self.feedback.partition("\n\n")[0]

    @property
    def self_rated(self) -> bool:
        """Whether some part awaits the learner's own rating, which never enters the score."""
        return any(part.score is None for part in self.parts.values())

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form that is printed, stored and compared by a regrade."""
        parts = {
            name: {
                "status": "self-rated" if part.score is None else "graded",
                "score": part.score,
                "misconception": part.misconception,
                "message": part.message,
                "followed": part.followed,
                "recognised": part.recognised,
                "in_numbers": part.in_numbers,
            }
            for name, part in self.parts.items()
        }
        return {
            "status": "graded",
            "score": self.score,
            "parts": parts,
            "misconception": self.misconception,
            "feedback": self.feedback,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """Read back what `as_json` wrote."""
        parts = {
            name: PartOutcome(
                part["score"],
                part["message"],
                part["misconception"],
                # An older version did not look for these.
                part.get("followed", False),
                part.get("recognised", False),
                part.get("in_numbers", ""),
            )
            for name, part in data["parts"].items()
        }
        return cls(data["score"], parts, data["misconception"], data["feedback"])


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a misconception would answer in one part of one variant."""

    id: str
    part: str
    value: Value
    says: str
    """Feedback in Markdown, for the learner who answers this."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A raw response with the judgement it must get; what the contract test feeds to `grade`."""

    raw: str
    kind: SampleKind
    score: float | None = None
    misconception: str | None = None
