"""Aids: what help a learner took with a variant in practice, and when first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from quizsvc.store import attempts, learners, tables
from quizsvc.store.statements import InsertIfAbsent, table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

_insert = InsertIfAbsent(tables.Aid, "learner_id", "item", "variant_number")
_aid = table(tables.Aid)
_taken = select(_aid.c.hints, _aid.c.hinted_at, _aid.c.solved_at).where(
    _aid.c.learner_id == bindparam("learner"),
    _aid.c.item == bindparam("item"),
    _aid.c.variant_number == bindparam("number"),
)


@dataclass(frozen=True, slots=True)
class Aid:
    """The help that was taken with one variant."""

    hints: int = 0
    """How many were shown."""
    hinted_at: datetime | None = None
    """When the first hint was shown."""
    solved_at: datetime | None = None
    """When the worked solution was shown."""


def find(db: Database, learner: str, item: str, number: int) -> Aid:
    """Return what help a learner took with the nth variant of an item."""
    with db.asking() as connection:
        return _find(connection, learner, item, number)


def standing(db: Database, learner: str, item: str, number: int) -> tuple[Aid, bool]:
    """Return `find`, and `attempts.through` unless the solution was shown, by one look."""
    with db.asking() as connection:
        aid = _find(connection, learner, item, number)
        solved = aid.solved_at is not None
        return aid, not solved and attempts.through_in(connection, learner, item, number)


def hint(db: Database, learner: str, item: str, number: int, hints: int) -> Aid:
    """Keep that so many hints were shown; fewer than before change nothing."""
    now = db.now()
    with db.writing() as session:
        row = _locked(session, (learner, item, number), now)
        row.hints = max(row.hints, hints)
        row.hinted_at = row.hinted_at or now
        return _read(row)


def solve(db: Database, learner: str, item: str, number: int) -> Aid:
    """Keep that the worked solution was shown; the first time stays."""
    now = db.now()
    with db.writing() as session:
        row = _locked(session, (learner, item, number), now)
        row.solved_at = row.solved_at or now
        return _read(row)


def _find(connection: Connection, learner: str, item: str, number: int) -> Aid:
    place = {"learner": learner, "item": item, "number": number}
    row = connection.execute(_taken, place).first()
    return Aid(*row) if row else Aid()


def _locked(session: Session, place: tuple[str, str, int], now: datetime) -> tables.Aid:
    """Return the row of a variant, made if it is missing, for this transaction to change."""
    learner, item, number = place
    learners.remember(session, learner, now)
    new = {"learner_id": learner, "item": item, "variant_number": number, "hints": 0}
    _insert(session, new)
    return session.get_one(tables.Aid, place, with_for_update=True)


def _read(row: tables.Aid) -> Aid:
    return Aid(row.hints, row.hinted_at, row.solved_at)
