"""Sections: classes, and who is in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from sqlalchemy import select

from quizsvc.store import learners
from quizsvc.store.shared import ALPHABET
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id
from quizsvc.store.tables import Account, Membership
from quizsvc.store.tables import Section as SectionRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

SectionRole: TypeAlias = Literal["learner", "instructor"]
"""What somebody is in a section."""

JOIN_CODE_LENGTH = 8

_insert_member = InsertIfAbsent(Membership, "section_id", "learner_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A class."""

    id: str
    name: str
    join_code: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a section."""

    learner: str
    name: str
    role: SectionRole
    register_id: str | None
    """How the school's register calls him, such as a student number."""
    time_factor: float
    """Of the account."""
    joined_at: datetime


def make(db: Database, name: str, instructor: str) -> Section:
    """Make a section with its first instructor."""
    now = db.now()
    row = SectionRow(
        id=new_id(), name=name, join_code=new_join_code(), created_at=now, closed_at=None
    )
    with db.writing() as session:
        session.add(row)
        session.flush()
        add_member(session, row.id, instructor, "instructor", now)
        return _section(row)


def new_join_code() -> str:
    """Return a code that nobody finds by trying, as often as an address may try."""
    return "".join(secrets.choice(ALPHABET) for _ in range(JOIN_CODE_LENGTH))


def add_member(
    session: Session,
    section: str,
    learner: str,
    role: SectionRole,
    now: datetime,
    register_id: str | None = None,
) -> bool:
    """Put somebody into a section, and tell whether he was not in it before."""
    learners.remember(session, learner, now)
    row = {
        "section_id": section,
        "learner_id": learner,
        "role": role,
        "register_id": register_id,
        "joined_at": now,
    }
    return _insert_member(session, row)


def find(db: Database, section_id: str) -> Section | None:
    """Return the section of that id, if there is one."""
    if not is_id(section_id):
        return None
    with db.reading() as session:
        row = session.get(SectionRow, section_id)
        return _section(row) if row else None


def role_in(db: Database, section: str, learner: str) -> SectionRole | None:
    """Return what somebody is in a section, None if he is not in it."""
    with db.reading() as session:
        row = session.get(Membership, (section, learner))
        return cast("SectionRole", row.role) if row else None


def of_member(db: Database, learner: str, role: SectionRole) -> tuple[Section, ...]:
    """Return the sections that somebody learns or teaches in, by name."""
    query = (
        select(SectionRow)
        .join(Membership, Membership.section_id == SectionRow.id)
        .where(Membership.learner_id == learner, Membership.role == role)
        .order_by(SectionRow.name, SectionRow.created_at)
    )
    with db.reading() as session:
        return tuple(_section(row) for row in session.scalars(query))


def members(db: Database, section: str) -> tuple[Member, ...]:
    """Return who is in a section, by name."""
    query = (
        select(Membership, Account)
        .join(Account, Account.learner_id == Membership.learner_id)
        .where(Membership.section_id == section)
        .order_by(Account.name_key)
    )
    with db.reading() as session:
        return tuple(
            Member(
                learner=row.learner_id,
                name=account.name,
                role=cast("SectionRole", row.role),
                register_id=row.register_id,
                time_factor=account.time_factor,
                joined_at=row.joined_at,
            )
            for row, account in session.execute(query)
        )


def _section(row: SectionRow) -> Section:
    return Section(
        id=row.id,
        name=row.name,
        join_code=row.join_code,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
