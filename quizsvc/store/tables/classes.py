"""Classes: sections, what is assigned to them, and what their instructors decided.

Decisions are undone by noting who undid them and when; no row of them is ever deleted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from quizsvc.store.tables.columns import Base


class Section(Base):
    """A class."""

    __tablename__ = "section"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    join_code: Mapped[str] = mapped_column(String(16), unique=True)
    """With it a learner enters by himself."""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When the class was over: nobody joins any more, and lists leave it out."""


class Membership(Base):
    """Somebody in a section, as a learner or as an instructor."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'instructor')", name="role"),
        Index(None, "learner_id"),
    )

    section_id: Mapped[str] = mapped_column(ForeignKey("section.id"), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    register_id: Mapped[str | None] = mapped_column(String(80))
    """How the school's register calls him, such as a student number."""
    placed: Mapped[bool] = mapped_column(server_default=false())
    """Whether a class list put in somebody who had an account already: he was not asked."""
    joined_at: Mapped[datetime]


class Assignment(Base):
    """An assessment given to a section, and on what terms."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("time_limit > 0", name="time_limit"),
        CheckConstraint("sittings > 0", name="sittings"),
        CheckConstraint("late_share BETWEEN 0 AND 1", name="late_share"),
        CheckConstraint("counts IN ('best', 'last', 'average')", name="counts"),
        Index(None, "section_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    section_id: Mapped[str] = mapped_column(ForeignKey("section.id"))
    assessment: Mapped[str]
    title: Mapped[str] = mapped_column(String(200))
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    """Until when what is handed in is in time."""
    time_limit: Mapped[float | None]
    """In minutes, before anybody's extra time."""
    sittings: Mapped[int | None]
    """How many a learner may begin; None for any number."""
    feedback: Mapped[str] = mapped_column(String(16))
    late_drafts: Mapped[str] = mapped_column(String(16))
    late_until: Mapped[datetime | None]
    """Until when something may still be handed in late; None if nothing may."""
    late_share: Mapped[float]
    """Of the points that are left to what is handed in late."""
    counts: Mapped[str] = mapped_column(String(16))
    """Which of several sittings."""
    shuffled: Mapped[bool] = mapped_column(server_default=false())
    """Whether each sitting has the questions in an order of its own."""
    access_code: Mapped[str | None] = mapped_column(String(80))
    kept_items: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    """What nobody may practise before it is over, whatever has become of the assessment's file."""
    counter: Mapped[int]
    """How often it was changed; a page that sends an older one has been overtaken."""
    created_at: Mapped[datetime]


class Override(Base):
    """Other terms of an assignment for one learner; None where the assignment's hold."""

    __tablename__ = "override"
    __table_args__ = (
        CheckConstraint("time_factor > 0", name="time_factor"),
        CheckConstraint("extra_minutes > 0", name="extra_minutes"),
        CheckConstraint("sittings > 0", name="sittings"),
        Index(None, "learner_id"),
    )

    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    time_factor: Mapped[float | None]
    extra_minutes: Mapped[float | None]
    sittings: Mapped[int | None]
    """How many in all."""
    reason: Mapped[str] = mapped_column(String(400))
    counter: Mapped[int]
    """As of an assignment."""
    made_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    made_at: Mapped[datetime]


class Adjustment(Base):
    """A decision about points that no grading makes: in force until it is undone."""

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("kind IN ('drop', 'full-marks', 'score')", name="kind"),
        CheckConstraint("score BETWEEN 0 AND 1", name="score"),
        CheckConstraint("(sitting_id IS NULL) = (position IS NULL)", name="place_in_sitting"),
        Index(None, "assignment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignment.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """Drop an item for all, give full marks for a variant, or set the score of one place."""
    item: Mapped[str]
    parameters: Mapped[Mapping[str, Any] | None]
    """Of the variant that gets full marks: every place that asks for the same is meant."""
    sitting_id: Mapped[str | None] = mapped_column(ForeignKey("sitting.id"))
    position: Mapped[int | None]
    score: Mapped[float | None]
    reason: Mapped[str] = mapped_column(String(400))
    made_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    undone_at: Mapped[datetime | None]


class Regrade(Base):
    """All stored responses to an item of an assignment judged again, by a mended revision."""

    __tablename__ = "regrade"
    __table_args__ = (
        CheckConstraint("policy IN ('never-lower', 'exact')", name="policy"),
        Index(None, "assignment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignment.id"))
    item: Mapped[str]
    revision: Mapped[str] = mapped_column(ForeignKey("revision.revision"))
    policy: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(400))
    made_by: Mapped[str] = mapped_column(ForeignKey("learner.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    undone_at: Mapped[datetime | None]


class RegradedPlace(Base):
    """A place of a sitting that a regrade has moved to another revision, answered or not."""

    __tablename__ = "regraded_place"
    __table_args__ = (UniqueConstraint("regrade_id", "sitting_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    regrade_id: Mapped[int] = mapped_column(ForeignKey("regrade.id"))
    sitting_id: Mapped[str] = mapped_column(ForeignKey("sitting.id"))
    position: Mapped[int]
    revision_before: Mapped[str | None] = mapped_column(ForeignKey("revision.revision"))
    outcome_before: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"))
    """What was in force, to be put in force again by an undo."""
    outcome_after: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"))


class AuditEntry(Base):
    """Who looked at a key, took data away or changed a mark; written once and never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "section_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(ForeignKey("learner.id"))
    """Of whom; None for somebody at the command line."""
    section_id: Mapped[str | None] = mapped_column(ForeignKey("section.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(400))
    """What it was done to, in words."""
    detail: Mapped[Mapping[str, Any]]
