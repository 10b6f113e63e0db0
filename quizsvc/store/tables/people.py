"""Learners and their accounts: who somebody is, and how he signs in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from quizsvc.store.tables.columns import Base


class Learner(Base):
    """Somebody who answers; known by a random id from the first submission on."""

    __tablename__ = "learner"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    """When an account took it over: from then on no guest's cookie opens it."""
    erased_at: Mapped[datetime | None]
    """When all that tells who it was was taken out; what remains counts in statistics only."""


class Erasing(Base):
    """Whom a transaction is erasing: while his row is here, and only then, logs may lose texts."""

    __tablename__ = "erasing"

    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), primary_key=True)


class Account(Base):
    """A learner who can sign in from any browser; it goes by its learner's id."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'instructor', 'admin')", name="role"),
        CheckConstraint("time_factor > 0", name="time_factor"),
        Index(None, "role"),
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
    __table_args__ = (Index(None, "learner_id"), Index(None, "seen_at"))

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("account.learner_id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link that makes the first admin, or sets a password; deleted when used."""

    __tablename__ = "one_time_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('admin', 'password')", name="purpose"),
        Index(None, "learner_id"),
        Index(None, "expires_at"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey("account.learner_id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Tally(Base):
    """How often something happened in a stretch of time, for a limit on it."""

    __tablename__ = "tally"
    __table_args__ = (Index(None, "began_at"),)

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
