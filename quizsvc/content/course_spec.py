"""What may stand in the files that learners meet items in: courses, lessons, assessments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from quizsvc.content.fields import Heading, Id, Line, Model, Number, Text
from quizsvc.model import AtDeadline, Feedback


class ObjectiveSpec(Model, title="objective"):
    """What a learner can do after a lesson."""

    id: Id
    """What items name in their `objectives`."""
    text: Text
    """What the learner can do."""


class GroupSpec(Model, title="group of items"):
    """A titled list of items on a lesson's page."""

    title: Line
    """What stands above them, in Markdown."""
    items: Annotated[list[Id], Field(min_length=1)]
    """Items to practise, in this order."""


class LessonSpec(Model, title="lesson"):
    """One lesson."""

    id: Id
    """The file's name without `.yaml`: small letters, digits and hyphens."""
    title: Line
    """What the lesson is called, in Markdown."""
    summary: Text
    """One sentence on what it is about."""
    prerequisites: list[Text] = []
    """What one must know, a line each."""
    objectives: list[ObjectiveSpec] = []
    """What the learner can do afterwards."""
    text: Text
    """The page, with headings from `##` on. On lines of their own, `::check{item}`,
    `::example{item}` and `::figure{figure}` stand for what they name."""
    practice: list[GroupSpec] = []
    """Groups of items below the text."""
    assessments: list[Id] = []
    """Assessments that the page ends with."""


class CourseSpec(Model, title="course"):
    """Lessons in the order of a reader, with tests before and after."""

    id: Id
    """The file's name without `.yaml`: small letters, digits and hyphens."""
    title: Line
    """What the course is called, in Markdown."""
    summary: Text
    """One sentence on what it is about."""
    lessons: Annotated[list[Id], Field(min_length=1)]
    """Lessons, in the order of a reader."""
    before: list[Id] = []
    """Assessments that stand before the lessons."""
    after: list[Id] = []
    """Assessments that stand after them."""


class EntrySpec(Model, title="entry"):
    """An item of an assessment, or how many to draw from those of an objective."""

    item: Id | None = None
    """The item that stands here, the same for everyone; its numbers are the learner's own."""
    objective: Id | None = None
    """Instead: the objective from whose items this place is filled, anew for each sitting."""
    draw: Annotated[int, Field(ge=1, le=20)] = 1
    """How many items of the objective; never two levels of one file, nor what a person has to
    judge."""
    level: Annotated[int, Field(ge=1, le=3)] | None = None
    """Only items of this level."""
    points: Annotated[Number, Field(gt=0, le=1000)] = 1.0
    """Weight of each."""

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


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema(
        {
            "title": "date with a time and a zone",
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\d[T ]\d\d.*(Z|[+-]\d\d(:?\d\d)?)$",
            "examples": ["2026-12-24T18:00+01:00"],
        }
    ),
]


class AssessmentSpec(Model, title="assessment"):
    """One assessment, called a quiz on pages."""

    id: Id
    """The file's name without `.yaml`: small letters, digits and hyphens."""
    title: Line
    """What the quiz is called, in Markdown."""
    instructions: Text
    """What the learner reads before it begins."""
    items: Annotated[list[EntrySpec], Field(min_length=1, max_length=200)]
    """What is asked, in this order."""
    time_limit: Annotated[Number, Field(gt=0, le=100_000)] | None = None
    """Minutes that a sitting may take; a learner's own factor for time multiplies it."""
    closes: Moment | None = None
    """The last moment for everybody, in quotes: nobody starts after it, and what is open ends then,
    however much of the time limit is left."""
    feedback: Feedback = "submission"
    """From when on score, key and solutions are shown: for each `answer` as soon as the learner has
    it checked (it is then final); after `submission`; or after the `closing`, which needs
    `closes`."""
    at_deadline: AtDeadline = "submit"
    """What becomes of answers that were typed and not handed in when the time is up: the service
    hands them in, or they count for nothing."""
    shuffle: bool = False
    """Whether each sitting has the questions in an order of its own."""
    assigned_only: bool = False
    """Whether it is sat only where an instructor has assigned it. Nobody starts it by himself then,
    and the items that it names and whose numbers are not drawn are kept out of practice, and of
    lessons, until a learner's own results of it are shown."""


class MisconceptionText(Model, title="text of a misconception"):
    """What a learner with a named misconception is told."""

    title: Line
    """The wrong belief, in Markdown."""
    says: Text
    """What the learner is told."""
    see: Heading | None = None
    """The lesson, and the heading in it, to read again."""


MISCONCEPTIONS_FILE: TypeAlias = dict[Id, MisconceptionText]
"""The file ``misconceptions.yaml``: id to text."""
