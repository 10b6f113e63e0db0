"""Sections: classes, and who is in them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from sqlalchemy import func, select

from quizsvc.errors import StoreError, TokenReusedError
from quizsvc.store import learners, names
from quizsvc.store.shared import ALPHABET
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id, table
from quizsvc.store.tables import Account, Membership
from quizsvc.store.tables import Section as SectionRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

SectionRole: TypeAlias = Literal["learner", "instructor"]
"""What somebody is in a section."""

JOIN_CODE_LENGTH = 8

_insert_section = InsertIfAbsent(SectionRow, "id")
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


def make(db: Database, name: str, instructor: str, *, token: str | None = None) -> Section:
    """Make a section with its first instructor; the same token again returns the same section.

    Raises
    ------
    TokenReusedError
        The token has made somebody else's.
    """
    now = db.now()
    section = token or new_id()
    row = {
        "id": section,
        "name": name,
        "join_code": new_join_code(),
        "created_at": now,
        "closed_at": None,
    }
    with db.writing() as session:
        made = _insert_section(session, row)
        if made:
            add_member(session, section, instructor, "instructor", now)
        elif role_of(session, section, instructor) != "instructor":
            raise TokenReusedError("this token has made another section")
        return _section(lock(session, section))


def rename(db: Database, section: str, name: str) -> None:
    """Give a section another name."""
    with db.writing() as session:
        lock(session, section).name = name


def close(db: Database, section: str) -> None:
    """Let a section be over: nobody joins any more, and lists leave it out."""
    with db.writing() as session:
        row = lock(session, section)
        row.closed_at = row.closed_at or db.now()


def reopen(db: Database, section: str) -> None:
    """Let a section go on."""
    with db.writing() as session:
        lock(session, section).closed_at = None


def renew_join_code(db: Database, section: str) -> None:
    """Give a section another code; with the one before nobody joins any more."""
    with db.writing() as session:
        lock(session, section).join_code = new_join_code()


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


def by_join_code(db: Database, code: str) -> Section | None:
    """Return the section that a code opens, if there is one."""
    with db.reading() as session:
        row = session.scalar(select(SectionRow).where(SectionRow.join_code == code))
        return _section(row) if row else None


def every(db: Database) -> tuple[Section, ...]:
    """Return all sections, by name."""
    with db.reading() as session:
        rows = session.scalars(select(SectionRow).order_by(SectionRow.name, SectionRow.created_at))
        return tuple(_section(row) for row in rows)


def role_in(db: Database, section: str, learner: str) -> SectionRole | None:
    """Return what somebody is in a section, None if he is not in it."""
    with db.reading() as session:
        return role_of(session, section, learner)


def role_of(session: Session, section: str, learner: str) -> SectionRole | None:
    """Do the work of `role_in` inside a transaction that is open."""
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


def members(
    db: Database,
    section: str,
    role: SectionRole | None = None,
    *,
    text: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[Member, ...]:
    """Return who is in a section, or those of one role whose names hold a text, by name."""
    query = (
        _members(section, role)
        .where(Account.name_key.contains(names.name_key(text), autoescape=True))
        .order_by(Account.name_key)
        .offset(offset)
        .limit(limit)
    )
    with db.reading() as session:
        return tuple(_member(row, account) for row, account in session.execute(query))


def member(db: Database, section: str, learner: str) -> Member | None:
    """Return somebody in a section, None if he is not in it."""
    if not is_id(learner):
        return None
    with db.reading() as session:
        found = session.execute(
            _members(section, None).where(Membership.learner_id == learner)
        ).first()
        return _member(*found) if found else None


def size(db: Database, section: str) -> int:
    """Return how many learners a section has."""
    query = select(func.count()).select_from(
        _members(section, "learner").with_only_columns(table(Membership).c.learner_id).subquery()
    )
    with db.reading() as session:
        return session.scalar(query) or 0


def _members(section: str, role: SectionRole | None) -> Select[Membership, Account]:
    query = (
        select(Membership, Account)
        .join(Account, Account.learner_id == Membership.learner_id)
        .where(Membership.section_id == section)
    )
    return query if role is None else query.where(Membership.role == role)


def _member(row: Membership, account: Account) -> Member:
    return Member(
        learner=row.learner_id,
        name=account.name,
        role=cast("SectionRole", row.role),
        register_id=row.register_id,
        time_factor=account.time_factor,
        joined_at=row.joined_at,
    )


def lock(session: Session, section: str) -> SectionRow:
    """Return a section that no other transaction can change until this one ends."""
    row = session.get(SectionRow, section, with_for_update={"key_share": True})
    if row is None:
        raise StoreError(f"there is no section {section}")
    return row


def _section(row: SectionRow) -> Section:
    return Section(
        id=row.id,
        name=row.name,
        join_code=row.join_code,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
