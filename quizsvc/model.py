"""The nouns: what an item, a variant and an outcome are, and what a question type must offer.

Everything here is immutable data without behaviour beyond its own JSON form. The protocols name
what the layers above provide (templates by ``render``, families by ``problems``, question types
by ``interactions``), so that a noun can hold them without importing them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

Value: TypeAlias = Any
"""JSON: a float, nested lists of floats by shape, the id of a choice, or a list of such ids."""

RawResponse: TypeAlias = Mapping[str, str]
"""What a learner posted, untouched: part name to text."""

SampleKind: TypeAlias = Literal["correct", "partly", "wrong", "misconception", "invalid", "written"]
"""The classes of response a question type can tell apart."""


class Template(Protocol):
    """An author's Markdown with holes ``{{expression}}``, compiled when content is loaded."""

    source: str
    holes: Sequence[str]
    """The expressions of the holes, as written; `markdown` and `html` take a value for each."""
    formulas: Mapping[str, str]
    """The names whose formula is shown, to the LaTeX that is shown."""

    def markdown(self, values: Mapping[str, Value]) -> str:
        """Return Markdown with every hole filled in."""
        ...

    def html(self, values: Mapping[str, Value]) -> str:
        """Return clean HTML with MathML, every hole filled in."""
        ...

    def printed(self, values: Mapping[str, Value]) -> list[tuple[str, str, float]]:
        """Return for each hole its expression, what is printed, and how far rounding moved it."""
        ...


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
    shape: str
    """In words, such as ``a 2 × 2 matrix``."""


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


@dataclass(frozen=True, slots=True)
class Part:
    """One thing an item asks."""

    name: str
    interaction: Interaction
    label: str
    """What stands beside the field, as Markdown."""
    points: float = 1.0
    follow_through: float = 1.0
    """Share of its score that a response earns by following from other, wrong ones."""


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """A part of one variant: all that parsing and grading may look at."""

    part: Part
    key: Value
    predicted: tuple[Predicted, ...] = ()
    order: tuple[int, ...] = ()
    """The order in which this variant shows the choices, where there are choices."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """The values of all holes of the item's templates."""

    @property
    def name(self) -> str:
        """The part's name."""
        return self.part.name


class Interaction(Protocol):
    """A question type, as one part of an item uses it: parse, grade, samples."""

    @property
    def type(self) -> str:
        """The name in YAML, of the module and of the page's partial template."""
        ...

    @property
    def rule(self) -> str:
        """One sentence that the learner sees beside the field: form and tolerance."""
        ...

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response that the samples of a variant must cover."""
        ...

    @property
    def shuffles(self) -> int:
        """How many choices a variant puts in an order of its own; 0 for none."""
        ...

    @property
    def computed(self) -> bool:
        """Whether its key is a value of the graph."""
        ...

    @property
    def texts(self) -> Sequence[Template]:
        """The texts of all choices; empty without choices."""
        ...

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return the choices as this variant shows them, id and text; empty without choices."""
        ...

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:
        """Return a variant's key; `computed` is what the graph gave for this part, if anything."""
        ...

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the raw response that the posted fields of part `name` make up."""
        ...

    def echo(self, raw: str) -> Echo | Invalid | None:
        """Say how a text that is being typed is read; None where there is nothing to say."""
        ...

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a raw response; it is never blank."""
        ...

    def nudge(self, response: Value, drawn: DrawnPart) -> str | None:
        """Say what is amiss with the form of a right response; it is handed back and is free."""
        ...

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Judge what `parse` read."""
        ...

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield responses with the judgement each must get."""
        ...


@dataclass(frozen=True, slots=True)
class Draw:
    """The outcome of drawing a family at a seed, or of restoring a stored one."""

    candidate: int
    """The number of the accepted candidate, counted from 0."""
    parameters: Mapping[str, Value]
    keys: Mapping[str, Value]
    """Part name to key, for the parts whose key is computed."""
    predicted: tuple[Predicted, ...]
    values: Mapping[str, Value]
    """Source of a hole to its value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a worked solution; all three are LaTeX except `text`."""

    text: str
    """What is done, as Markdown."""
    formula: str
    """The rule with names, such as ``\\frac{\\partial y}{\\partial a} = W_2``."""
    result: str
    """The same with this variant's numbers."""
    small: bool = False
    """Whether a long solution may fold it away: a step between two that have a name."""


@dataclass(frozen=True, slots=True)
class PathRow:
    """One path of a gradient; all three are LaTeX."""

    path: str
    """The nodes that it passes, from the output back."""
    product: str
    """Of the factors along it."""
    contribution: str
    """The same in numbers; empty where nothing has numbers."""


@dataclass(frozen=True, slots=True)
class PathTable:
    """What comes back along each path from an output to an input, summing to the derivative."""

    derivative: str
    """LaTeX."""
    rows: tuple[PathRow, ...]
    total: str
    """LaTeX; empty where nothing has numbers."""


class Family(Protocol):
    """What ``problems`` makes of the numeric half of an item."""

    def draw(self, seed: int) -> Draw:
        """Draw the parameters of one seed and compute what follows from them.

        Raises
        ------
        NoVariantError
            No candidate met the conditions.
        """
        ...

    def restore(self, candidate: int, parameters: Mapping[str, Value]) -> Draw:
        """Compute the same from stored parameters, without drawing."""
        ...

    def skips_in_words(self) -> list[str]:
        """Name the skip connections that the keys rest on, such as ``x into y``."""
        ...

    def follow(
        self, parameters: Mapping[str, Value], part: str, given: Mapping[str, Value]
    ) -> Value | None:
        """Return the key of a part as it follows from a learner's values of other parts.

        None where nothing follows: it does not depend on them, or they make it trivial.
        """
        ...

    def recognise(self, parameters: Mapping[str, Value], part: str, response: Value) -> str | None:
        """Say in Markdown which other value of the graph a response to a part is."""
        ...

    def solution(self, parameters: Mapping[str, Value]) -> tuple[Step, ...]:
        """Unfold the sweep into the steps of a worked solution."""
        ...

    def paths(self, parameters: Mapping[str, Value]) -> tuple[PathTable, ...]:
        """Split each derivative that passes a skip connection into its paths."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """A problem as its author wrote it, compiled: all that does not depend on the seed."""

    id: str
    title: str
    objectives: tuple[str, ...]
    stem: Template
    parts: tuple[Part, ...]
    family: Family
    hints: tuple[Template, ...]
    explanation: Template | None
    """Shown after an answer, whatever it was."""
    revision: str
    """Hash of the canonical source, the texts it includes and the engine's version."""
    source: Mapping[str, Any]
    """The canonical source, enough to build this very item again without its file."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What one learner meets: a pure function of (item revision, seed)."""

    item: Item
    seed: int
    candidate: int
    parameters: Mapping[str, Value]
    parts: tuple[DrawnPart, ...]
    values: Mapping[str, Value]
    """Source of a hole to its value."""

    def part(self, name: str) -> DrawnPart:
        """Return the part of that name."""
        return next(drawn for drawn in self.parts if drawn.name == name)

    @property
    def key(self) -> dict[str, Value]:
        """Part name to key."""
        return {drawn.name: drawn.key for drawn in self.parts}


@dataclass(frozen=True, slots=True)
class AssessmentEntry:
    """An item's place in an assessment."""

    item: str
    points: float = 1.0


@dataclass(frozen=True, slots=True)
class Assessment:
    """Ordered items with points; "quiz" on pages."""

    id: str
    title: str
    instructions: Template
    entries: tuple[AssessmentEntry, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """What a learner can do after a lesson."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A titled list of items on a lesson's page."""

    title: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page that teaches, with its objectives, items and assessments."""

    id: str
    title: str
    summary: str
    objectives: tuple[Objective, ...]
    text: Template
    practice: tuple[ItemGroup, ...]
    assessments: tuple[str, ...]
