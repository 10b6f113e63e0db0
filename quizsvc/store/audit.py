"""The audit: who looked at a key, took data away, changed a mark or what somebody may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import insert, or_, select

from quizsvc.store.statements import table
from quizsvc.store.tables import Account, Adjustment, AuditEntry, Section, Sitting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

Action: TypeAlias = Literal[
    "key viewed",
    "data exported",
    "enrolled",
    "member removed",
    "assignment changed",
    "override changed",
    "item dropped",
    "full marks given",
    "score set",
    "regraded",
    "decision undone",
    "account made",
    "link made",
    "time factor changed",
    "role changed",
    "learner erased",
]

PAGE = 100
"""Entries on a page."""

_insert = insert(table(AuditEntry)).inline()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that somebody did."""

    id: int
    at: datetime
    account: str | None
    name: str | None
    """Of the account; None for the command line, or when the account is deleted."""
    section: str | None
    """The name of the section that it was done in."""
    action: str
    subject: str
    detail: Mapping[str, Any]


def note(
    session: Session,
    action: Action,
    subject: str,
    *,
    now: datetime,
    account: str | None,
    section: str | None,
    **detail: Any,
) -> None:
    """Write an entry in the transaction of what it is about: neither is kept without the other."""
    row = {
        "at": now,
        "account_id": account,
        "section_id": section,
        "action": action,
        "subject": subject[:400],
        "detail": detail,
    }
    session.execute(_insert, row)


def about(learner: str, name: str) -> ColumnElement[bool]:
    """Return the condition that an entry is about what was done to somebody.

    It carries his id, or that of a decision about one of his sittings; what concerns an account
    alone has its name for a subject.
    """
    decided = (
        select(Adjustment.id)
        .join(Sitting, Sitting.id == Adjustment.sitting_id)
        .where(Sitting.learner_id == learner)
    )
    return or_(
        AuditEntry.detail["learner"].as_string() == learner,
        AuditEntry.detail["decision"].as_integer().in_(decided),
        AuditEntry.action.in_(_OF_ACCOUNTS) & (AuditEntry.subject == name),
    )


_OF_ACCOUNTS: tuple[Action, ...] = (
    "enrolled",
    "member removed",
    "account made",
    "link made",
    "time factor changed",
    "role changed",
)


def of_section(
    db: Database, section: str, *, before: int | None = None, limit: int = PAGE
) -> tuple[Entry, ...]:
    """Return the entries of a section, the newest first; `before` is an entry's id."""
    return _newest(db, _entries.where(AuditEntry.section_id == section), before, limit)


def of_all(db: Database, *, before: int | None = None, limit: int = PAGE) -> tuple[Entry, ...]:
    """Return the entries of all sections and of none, the newest first."""
    return _newest(db, _entries, before, limit)


_entries = (
    select(AuditEntry, Account.name, Section.name)
    .outerjoin(Account, Account.learner_id == AuditEntry.account_id)
    .outerjoin(Section, Section.id == AuditEntry.section_id)
    .order_by(AuditEntry.id.desc())
)


def _newest(
    db: Database,
    query: Select[AuditEntry, str, str],
    before: int | None,
    limit: int,
) -> tuple[Entry, ...]:
    if before is not None:
        query = query.where(AuditEntry.id < before)
    with db.reading() as session:
        return tuple(
            Entry(
                id=row.id,
                at=row.at,
                account=row.account_id,
                name=name,
                section=section,
                action=row.action,
                subject=row.subject,
                detail=row.detail,
            )
            for row, name, section in session.execute(query.limit(limit))
        )
