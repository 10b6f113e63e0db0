"""What learners meet items in: lessons and assessments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizsvc.model.item import Template


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
