"""Learners: a row each, written with the first thing of theirs that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from quizsvc.store import tables
from quizsvc.store.statements import InsertIfAbsent, table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

_insert = InsertIfAbsent(tables.Learner, "id")
_learner = table(tables.Learner)
_is_claimed = select(_learner.c.claimed_at).where(_learner.c.id == bindparam("id"))
_claim = (
    update(_learner)
    .where(_learner.c.id == bindparam("guest"), _learner.c.claimed_at.is_(None))
    .values(claimed_at=bindparam("now"))
    .returning(_learner.c.id)
)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody whose first submission was stored at `created_at`."""

    id: str
    created_at: datetime


def find(db: Database, learner: str) -> Learner | None:
    """Return the learner of that id, or None before the first submission."""
    with db.reading() as session:
        row = session.get(tables.Learner, learner)
        return Learner(row.id, row.created_at) if row else None


def remember(at: Session | Connection, learner: str, now: datetime) -> None:
    """Make the learner's row if it is missing."""
    _insert(at, {"id": learner, "created_at": now})


def is_claimed(db: Database, learner: str) -> bool:
    """Tell whether an account has taken this learner over, so that no guest's cookie opens it."""
    with db.asking() as connection:
        return connection.scalar(_is_claimed, {"id": learner}) is not None


def claim(session: Session, learner: str, now: datetime) -> bool:
    """Take a learner over for an account; tell whether it was still a guest's."""
    remember(session, learner, now)
    return session.scalar(_claim, {"guest": learner, "now": now}) is not None


def lock(session: Session, learner: str) -> None:
    """Let no other transaction lock this learner until this one ends.

    On SQLite the whole database is locked already, and the clause is left out.
    """
    row = select(tables.Learner.id).where(tables.Learner.id == learner)
    session.execute(row.with_for_update(key_share=True))
