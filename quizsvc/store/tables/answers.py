"""What learners met and did: variants, drafts, and the logs, which the database keeps unchanged."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from quizsvc.store.tables.columns import Base, WideInteger


class Aid(Base):
    """What help a learner took with a variant, before or after an answer."""

    __tablename__ = "aid"
    __table_args__ = (CheckConstraint("hints >= 0", name="hints"),)

    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    variant_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hints: Mapped[int]
    """How many were shown."""
    hinted_at: Mapped[datetime | None]
    """When the first hint was shown."""
    solved_at: Mapped[datetime | None]
    """When the worked solution was shown."""


class Revision(Base):
    """The source of an item as it was when first used, whatever became of its file."""

    __tablename__ = "revision"

    revision: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str]
    source: Mapped[Mapping[str, Any]]
    created_at: Mapped[datetime]


_IS_OPEN = text("submitted_at IS NULL")


class Sitting(Base):
    """One learner going through one assessment once."""

    __tablename__ = "sitting"
    __table_args__ = (
        UniqueConstraint("learner_id", "assessment", "number"),
        Index(None, "assignment_id"),
        Index(None, "deadline_at", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    assessment: Mapped[str]
    title: Mapped[str]
    number: Mapped[int]
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    """The last moment at which a draft or a submission arrives in time."""
    closes_at: Mapped[datetime | None]
    """When the assessment closes for everybody."""
    feedback: Mapped[str] = mapped_column(String(16), server_default="submission")
    """From when on outcomes are shown: answer, submission or closing."""
    late_drafts: Mapped[str] = mapped_column(String(16), server_default="submit")
    """What becomes of drafts at the deadline: submit or discard."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(16))
    """The learner or the deadline."""
    assignment_id: Mapped[str | None] = mapped_column(ForeignKey("assignment.id"))
    """The assignment of a section that it answers to; None for one that is open to everybody."""


class SittingItem(Base):
    """A variant pinned to its place when the sitting started."""

    __tablename__ = "sitting_item"

    sitting_id: Mapped[str] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str]
    revision: Mapped[str] = mapped_column(ForeignKey("revision.revision"))
    variant_number: Mapped[int | None]
    seed: Mapped[int] = mapped_column(WideInteger)
    candidate: Mapped[int]
    parameters: Mapped[Mapping[str, Any]]
    key: Mapped[Mapping[str, Any]]
    points: Mapped[float]
    flagged: Mapped[bool] = mapped_column(server_default=false())
    """Whether the learner wants to come back to it."""
    mended_revision: Mapped[str | None] = mapped_column(ForeignKey("revision.revision"))
    """By which a regrade has judged it since; None while `revision` holds."""


class SharedVariant(Base):
    """A variant that a learner got a code for, to show it to a teacher."""

    __tablename__ = "shared_variant"
    __table_args__ = (UniqueConstraint("learner_id", "item", "revision", "variant_number"),)

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    item: Mapped[str]
    revision: Mapped[str] = mapped_column(ForeignKey("revision.revision"))
    variant_number: Mapped[int]
    seed: Mapped[int] = mapped_column(WideInteger)
    candidate: Mapped[int]
    parameters: Mapped[Mapping[str, Any]]
    key: Mapped[Mapping[str, Any]]
    created_at: Mapped[datetime]


class Draft(Base):
    """What a learner has typed so far at one place of a sitting."""

    __tablename__ = "draft"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sitting_id", "position"], ["sitting_item.sitting_id", "sitting_item.position"]
        ),
    )

    sitting_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    raw_response: Mapped[Mapping[str, Any]]
    counter: Mapped[int]
    saved_at: Mapped[datetime]


class Attempt(Base):
    """One recorded response, with all that a regrade needs."""

    __tablename__ = "attempt"
    __table_args__ = (
        ForeignKeyConstraint(
            ["sitting_id", "position"], ["sitting_item.sitting_id", "sitting_item.position"]
        ),
        UniqueConstraint("sitting_id", "position"),
        CheckConstraint("(sitting_id IS NULL) = (position IS NULL)", name="place_in_sitting"),
        Index(None, "learner_id", "item", "serial"),
    )

    serial: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the log: orders attempts of the same microsecond."""
    id: Mapped[str] = mapped_column(String(32), unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    item: Mapped[str]
    revision: Mapped[str] = mapped_column(ForeignKey("revision.revision"))
    variant_number: Mapped[int | None]
    seed: Mapped[int] = mapped_column(WideInteger)
    candidate: Mapped[int]
    parameters: Mapped[Mapping[str, Any]]
    key: Mapped[Mapping[str, Any]]
    raw_response: Mapped[Mapping[str, Any]]
    sitting_id: Mapped[str | None] = mapped_column(String(32))
    position: Mapped[int | None]
    created_at: Mapped[datetime]


class Outcome(Base):
    """A judgement of an attempt; the newest one is in force."""

    __tablename__ = "outcome"
    __table_args__ = (Index(None, "attempt_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"))
    outcome: Mapped[Mapping[str, Any]]
    score: Mapped[float | None]
    misconception: Mapped[str | None]
    reason: Mapped[str]
    created_at: Mapped[datetime]
    revision: Mapped[str | None] = mapped_column(ForeignKey("revision.revision"))
    """By which it was judged, where that is not the attempt's own."""


class SelfRating(Base):
    """What a learner thinks of a part that no machine grades; never part of a score."""

    __tablename__ = "self_rating"
    __table_args__ = (
        CheckConstraint("rating BETWEEN 0 AND 1", name="rating"),
        Index(None, "attempt_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempt.id"))
    part: Mapped[str]
    rating: Mapped[float]
    created_at: Mapped[datetime]
