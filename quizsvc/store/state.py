"""The state of the store: whether it can serve, how large it is, what is under way just now.

Cheap however much is stored: nothing here reads a log from its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text, union

from quizsvc.errors import NotSavedError, StoreError
from quizsvc.store import migrate
from quizsvc.store.tables import Account, Attempt, Draft, Membership, Section, Sitting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

ACTIVE = timedelta(minutes=5)
"""How long somebody counts as active who has sent something."""

SECTIONS = 20
"""Sections that are listed, the newest first."""

_NEWEST = 2000
"""Attempts that are looked at for who was active: the log has no index by time."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A section in a list."""

    id: str
    name: str
    instructors: str
    learners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What an admin wants to know of the store at a glance."""

    kind: str
    """Which database, with its version."""
    mode: str
    """How it sees to it that what is committed survives."""
    size: int
    """Bytes."""
    schema: str
    people: dict[str, int]
    """How many accounts there are of each role."""
    sections: int
    """How many are open."""
    newest_sections: tuple[Listed, ...]
    sittings: int
    """How many are open whose time runs."""
    end_soon: int
    """How many of these end within the next hour."""
    drafts: int
    """How many of their answers were saved in the last minute."""
    active: int
    """Learners who have sent something in the last five minutes."""


def missing(db: Database) -> list[str]:
    """Return what the store lacks to serve, a word for each: ``database``, ``schema``, ``writing``.

    Nothing is changed.
    """
    try:
        with db.reading() as session:
            current = _schema(session) == _newest_schema()
    except StoreError:
        return ["database"]
    found = [] if current else ["schema"]
    try:
        with db.writing() as session:
            writable = _can_write(session)
            session.rollback()
    except NotSavedError:
        writable = False
    return found if writable else [*found, "writing"]


def look(db: Database) -> State:
    """Return the state of the store.

    Raises
    ------
    StoreError
        The database could not be read.
    """
    now = db.now()
    with db.reading() as session:
        kind, mode, size = _engine(session)
        sittings, end_soon = _open_sittings(session, now)
        return State(
            kind=kind,
            mode=mode,
            size=size,
            schema=_schema(session) or "none",
            people=_pairs(session, _by_role),
            sections=session.scalar(_sections) or 0,
            newest_sections=_newest_sections(session),
            sittings=sittings,
            end_soon=end_soon,
            drafts=_drafts(session, now),
            active=_active(session, now),
        )


_by_role = select(Account.role, func.count()).group_by(Account.role)
_sections = select(func.count()).where(Section.closed_at.is_(None)).select_from(Section)


@cache
def _newest_schema() -> str | None:
    return ScriptDirectory(str(migrate.scripts())).get_current_head()


def _schema(session: Session) -> str | None:
    return MigrationContext.configure(session.connection()).get_current_revision()


def _can_write(session: Session) -> bool:
    """Tell whether a row could be written; what is tried for it is not to be kept.

    Neither database minds that a transaction for writing begins where nothing can be written.
    """
    if session.get_bind().dialect.name == "postgresql":
        return str(session.scalar(text("SHOW transaction_read_only"))) == "off"
    number = int(session.scalar(text("PRAGMA user_version")) or 0)
    session.execute(text(f"PRAGMA user_version = {number}"))
    return True


def _engine(session: Session) -> tuple[str, str, int]:
    """Return database and version, how it commits, and its bytes."""

    def ask(statement: str) -> str:
        return str(session.scalar(text(statement)))

    if session.get_bind().dialect.name == "sqlite":
        size = int(ask("PRAGMA page_count")) * int(ask("PRAGMA page_size"))
        kept = {"2": "FULL", "3": "EXTRA"}.get(ask("PRAGMA synchronous"), "not safe")
        mode = f"journal {ask('PRAGMA journal_mode').upper()}, synchronous {kept}"
        return f"SQLite {ask('SELECT sqlite_version()')}", mode, size
    kind = f"PostgreSQL {ask('SHOW server_version')}"
    mode = f"fsync {ask('SHOW fsync')}, synchronous_commit {ask('SHOW synchronous_commit')}"
    return kind, mode, int(ask("SELECT pg_database_size(current_database())"))


def _newest_sections(session: Session) -> tuple[Listed, ...]:
    rows = session.execute(
        select(Section.id, Section.name)
        .where(Section.closed_at.is_(None))
        .order_by(Section.created_at.desc(), Section.id)
        .limit(SECTIONS)
    ).all()
    shown = [row.id for row in rows]
    size = _pairs(session, _learners(shown))
    teach: dict[str, list[str]] = {}
    for section, name in session.execute(_instructors(shown)):
        teach.setdefault(section, []).append(name)
    return tuple(
        Listed(row.id, row.name, ", ".join(teach.get(row.id, ())), size.get(row.id, 0))
        for row in rows
    )


def _pairs(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {name: n for name, n in session.execute(query)}  # noqa: C416 - rows, not pairs


def _learners(sections: Sequence[str]) -> Select[str, int]:
    return (
        select(Membership.section_id, func.count())
        .where(Membership.section_id.in_(sections), Membership.role == "learner")
        .group_by(Membership.section_id)
    )


def _instructors(sections: Sequence[str]) -> Select[str, str]:
    return (
        select(Membership.section_id, Account.name)
        .join(Account, Account.learner_id == Membership.learner_id)
        .where(Membership.section_id.in_(sections), Membership.role == "instructor")
        .order_by(Account.name_key)
    )


def _running(now: datetime) -> ColumnElement[bool]:
    return Sitting.submitted_at.is_(None) & (Sitting.deadline_at > now)


def _open_sittings(session: Session, now: datetime) -> tuple[int, int]:
    soon = func.count().filter(Sitting.deadline_at <= now + timedelta(hours=1))
    counts = session.execute(select(func.count(), soon).where(_running(now))).one()
    return counts[0], counts[1]


def _saved(since: datetime, now: datetime) -> Select[str]:
    """Select who saved each answer of a running sitting that was saved since."""
    return (
        select(Sitting.learner_id)
        .join(Draft, Draft.sitting_id == Sitting.id)
        .where(_running(now), Draft.saved_at > since)
    )


def _drafts(session: Session, now: datetime) -> int:
    saved = _saved(now - timedelta(minutes=1), now).subquery()
    return session.scalar(select(func.count()).select_from(saved)) or 0


def _active(session: Session, now: datetime) -> int:
    since = now - ACTIVE
    newest = (
        select(Attempt.learner_id, Attempt.created_at)
        .order_by(Attempt.serial.desc())
        .limit(_NEWEST)
        .subquery()
    )
    answered = select(newest.c.learner_id).where(newest.c.created_at > since)
    both = union(_saved(since, now), answered).subquery()
    return session.scalar(select(func.count()).select_from(both)) or 0
