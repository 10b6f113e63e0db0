"""What may stand in the files that learners meet items in: courses, lessons, assessments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, model_validator

from quizsvc.content.fields import HEADING, Id, Line, Model, Number, Text
from quizsvc.model import AtDeadline, Feedback


class ObjectiveSpec(Model):
    """What a learner can do after a lesson."""

    id: Id
    text: Text


class GroupSpec(Model):
    """A titled list of items on a lesson's page."""

    title: Line
    items: Annotated[list[Id], Field(min_length=1)]


class LessonSpec(Model):
    """A lesson file."""

    id: Id
    title: Line
    summary: Text
    prerequisites: list[Text] = []
    objectives: list[ObjectiveSpec] = []
    text: Text
    practice: list[GroupSpec] = []
    assessments: list[Id] = []


class CourseSpec(Model):
    """A course file: lessons in the order of a reader, with tests before and after."""

    id: Id
    title: Line
    summary: Text
    lessons: Annotated[list[Id], Field(min_length=1)]
    before: list[Id] = []
    after: list[Id] = []


class EntrySpec(Model):
    """An item of an assessment, or how many to draw from those of an objective."""

    item: Id | None = None
    objective: Id | None = None
    draw: Annotated[int, Field(ge=1, le=20)] = 1
    level: Annotated[int, Field(ge=1, le=3)] | None = None
    points: Annotated[Number, Field(gt=0, le=1000)] = 1.0

    @model_validator(mode="after")
    def _one_way(self) -> EntrySpec:
        if (self.item is None) == (self.objective is None):
            msg = "names an item or an objective, one of them"
            raise ValueError(msg)
        if self.item is not None and (self.draw != 1 or self.level is not None):
            msg = "draws by objective only"
            raise ValueError(msg)
        return self


def _moment(value: Any) -> datetime:
    """Read a date with a time and a zone: without one, nobody could tell which moment it is."""
    form = 'is a date with a time and its distance from UTC, like "2026-12-24T18:00+01:00"'
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(form) from None
    message = f"needs a zone, to be one moment for everybody: it {form}"
    raise ValueError(message)


class AssessmentSpec(Model):
    """An assessment file."""

    id: Id
    title: Line
    instructions: Text
    items: Annotated[list[EntrySpec], Field(min_length=1, max_length=200)]
    time_limit: Annotated[Number, Field(gt=0, le=100_000)] | None = None
    closes: Annotated[datetime, BeforeValidator(_moment)] | None = None
    feedback: Feedback = "submission"
    at_deadline: AtDeadline = "submit"
    shuffle: bool = False
    assigned_only: bool = False


class MisconceptionText(Model):
    """What a learner with a named misconception is told."""

    title: Line
    says: Text
    see: Annotated[str, StringConstraints(pattern=HEADING)] | None = None


MISCONCEPTIONS_FILE: TypeAdapter[dict[str, MisconceptionText]] = TypeAdapter(
    dict[Id, MisconceptionText]
)
"""The file ``misconceptions.yaml``: id to text."""
