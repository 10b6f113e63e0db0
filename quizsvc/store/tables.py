"""The tables. Attempts, outcomes and self-ratings are logs: the database refuses to change them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: nobody could tell which moment it means."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} lacks a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Say UTC where the database kept no time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WideInteger(TypeDecorator[int]):
    """An integer of up to 128 bits, in decimal: no column type holds it on every database."""

    impl = String(39)
    cache_ok = True

    def process_bind_param(self, value: int | None, _dialect: Dialect) -> str | None:
        """Write it in decimal."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> int | None:
        """Read it back."""
        return None if value is None else int(value)


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can name it too."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, Mapping[str, Any]: JSON}  # noqa: RUF012


class Learner(Base):
    """Somebody who answers; known by a random id from the first submission on."""

    __tablename__ = "learner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When an account took it over: from then on no guest's cookie opens it."""


class Account(Base):
    """A learner who can sign in from any browser; it goes by its learner's id."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'instructor', 'admin')", name="role"),
        CheckConstraint("time_factor > 0", name="time_factor"),
    )

    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(240), unique=True)
    """The name as it is compared: whatever looks alike to a person is one."""
    password_hash: Mapped[str | None]
    """None until a one-time link has set the first password."""
    role: Mapped[str] = mapped_column(String(16))
    time_factor: Mapped[float]
    """What a time limit is multiplied by."""
    created_at: Mapped[datetime]


class SignIn(Base):
    """A browser that is signed in; without its row its cookie opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "learner_id"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("account.learner_id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link that makes the first admin, or sets a password; deleted when used."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint("purpose IN ('admin', 'password')", name="purpose"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("account.learner_id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Tally(Base):
    """How often something happened in a stretch of time, for a limit on it."""

    __tablename__ = "tally"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    began_at: Mapped[datetime]
    count: Mapped[int]


class Preferences(Base):
    """How a learner wants to be reminded."""

    __tablename__ = "preferences"
    __table_args__ = (
        CheckConstraint("daily_limit >= 0", name="daily_limit"),
        CheckConstraint("retention > 0 AND retention < 1", name="retention"),
    )

    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)
    daily_limit: Mapped[int]
    retention: Mapped[float]


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


class Sitting(Base):
    """One learner going through one assessment once."""

    __tablename__ = "sitting"
    __table_args__ = (UniqueConstraint("learner_id", "assessment", "number"),)

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
