"""What learners meet items in: courses, lessons with their figures, assessments, claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import datetime

    from quizsvc.model.item import Template


Feedback: TypeAlias = Literal["answer", "submission", "closing"]
"""From when on a sitting shows outcomes: with each answer, once handed in, once it has closed."""

AtDeadline: TypeAlias = Literal["submit", "discard"]
"""What becomes of drafts at the deadline."""


@dataclass(frozen=True, slots=True)
class AssessmentEntry:
    """A place in an assessment, or several: items of which so many are drawn."""

    pool: tuple[str, ...]
    """One item, or all that an objective has."""
    draw: int = 1
    points: float = 1.0


@dataclass(frozen=True, slots=True)
class Assessment:
    """Ordered items with points; "quiz" on pages."""

    id: str
    title: str
    instructions: Template
    entries: tuple[AssessmentEntry, ...]
    time_limit: float | None = None
    """In minutes, for a learner whose limits are multiplied by 1."""
    closes: datetime | None = None
    """The last moment for everybody; aware."""
    feedback: Feedback = "submission"
    at_deadline: AtDeadline = "submit"
    shuffle: bool = False
    """Whether each sitting has the items in an order of its own."""
    assigned_only: bool = False
    """Whether it is sat only where an instructor has assigned it."""

    @property
    def certain(self) -> frozenset[str]:
        """The items that every sitting asks."""
        return frozenset(entry.pool[0] for entry in self.entries if len(entry.pool) == 1)

    @property
    def kept(self) -> frozenset[str]:
        """The items that nobody practises before he has sat it, where it is by assignment alone."""
        return self.certain if self.assigned_only else frozenset()

    def missing(self, items: Container[str]) -> tuple[str, ...]:
        """Return the items that every sitting asks and that are not there."""
        return tuple(sorted(each for each in self.certain if each not in items))

    @property
    def length(self) -> int:
        """How many items a sitting has."""
        return sum(entry.draw for entry in self.entries)


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
class Figure:
    """A picture that was drawn when content was loaded, with what it says in words and figures."""

    id: str
    title: str
    caption: Template
    svg: str
    """Clean markup of our own making."""
    head: tuple[str, ...] = ()
    """The head of the table twin; empty for a picture whose text alternative says it all."""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A stretch of a lesson's text."""

    text: Template


@dataclass(frozen=True, slots=True)
class Embedded:
    """What stands between two stretches of text."""

    kind: Literal["check", "example", "figure"]
    name: str
    """The id of the item or figure."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page that teaches, with its objectives, items and assessments."""

    id: str
    title: str
    summary: str
    prerequisites: tuple[str, ...]
    objectives: tuple[Objective, ...]
    blocks: tuple[TextBlock | Embedded, ...]
    practice: tuple[ItemGroup, ...]
    assessments: tuple[str, ...]

    @property
    def items(self) -> Sequence[str]:
        """All items on the page: those in the text, then those for practice."""
        embedded = [b.name for b in self.blocks if isinstance(b, Embedded) and b.kind != "figure"]
        return [*embedded, *(item for group in self.practice for item in group.items)]

    def html(self) -> str:
        """Return the text without what is embedded in it."""
        return "\n".join(b.text.html({}) for b in self.blocks if isinstance(b, TextBlock))

    def has_heading(self, heading: str) -> bool:
        """Tell whether a link can lead to a heading."""
        return f'id="{heading}"' in self.html()


@dataclass(frozen=True, slots=True)
class Course:
    """Lessons in the order of a reader, with tests before and after."""

    id: str
    title: str
    summary: str
    lessons: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


Status = Literal["holds", "condition", "false", "open"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of a source, with what is true and what shows it."""

    id: str
    says: Template
    status: Status
    truth: Template | None
    see: str
    """A lesson and a heading in it."""
    items: tuple[str, ...]
    shows: tuple[str, ...]
    """Computations that were run when the content was loaded, in LaTeX."""


@dataclass(frozen=True, slots=True)
class ClaimGroup:
    """The statements of one part of a source."""

    title: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """What sources claim, and what holds."""

    title: str
    summary: str
    groups: tuple[ClaimGroup, ...]
