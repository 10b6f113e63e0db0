"""Items, their parts and variants, and what a question type must offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.model.family import Family
    from quizsvc.model.responses import (
        Echo,
        Invalid,
        PartOutcome,
        Predicted,
        Sample,
        SampleKind,
        Unread,
        Value,
    )


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
    predicted: Sequence[Predicted] = ()
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

    def prompts(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return what each gets a field of its own, id and text; empty where there is one."""
        ...

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:
        """Return a variant's key; `computed` is what the graph gave for this part, if anything."""
        ...

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the raw response that the posted fields of part `name` make up."""
        ...

    def filled(self, raw: str) -> Mapping[str, str]:
        """Return what stood in the fields, by the id of a prompt or choice: undo `read_form`."""
        ...

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the key in Markdown, as it is shown after an answer."""
        ...

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:
        """Return a raw response in Markdown; empty where it is shown as it was typed."""
        ...

    @property
    def symbols(self) -> Sequence[str]:
        """What a palette beside the field offers, a pair of brackets at the end to type between."""
        ...

    def echo(self, raw: str) -> Echo | Unread | None:
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
    level: int
    """Of difficulty, from 1 to 3."""
    steps: bool
    """Whether the graph's steps are shown as a worked solution beside the explanation."""
    revision: str
    """Hash of the canonical source, the texts it includes and the engine's version."""
    source: Mapping[str, Any]
    """The canonical source, enough to build this very item again without its file."""

    @property
    def graded(self) -> bool:
        """Whether a machine grades every part."""
        return not any("written" in part.interaction.yields for part in self.parts)


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

    @property
    def orders(self) -> tuple[tuple[int, ...], ...]:
        """The order in which the choices of each part are shown."""
        return tuple(drawn.order for drawn in self.parts)
