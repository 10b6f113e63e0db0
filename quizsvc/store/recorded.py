"""The whole log from its newest end, and every revision, as whoever grades it again reads them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from quizsvc.errors import StoreError
from quizsvc.store import attempts, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.db import Database

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Recorded:
    """An attempt, and what else is to be known of it."""

    attempt: StoredAttempt
    erased: bool
    """Whether its learner was erased, and with him what he wrote in his own words."""
    contradictory: bool
    """Whether some outcome of it says another score or misconception than stands beside it."""


def newest(db: Database, limit: int | None) -> Iterator[Recorded]:
    """Return attempts, the newest first, at most so many.

    Raises
    ------
    StoreError
    """
    serial = tables.Attempt.serial
    newest_first, left = select(serial).order_by(serial.desc()), limit
    older = newest_first
    while left is None or left > 0:
        with _reading(db) as session:
            size = _PAGE if left is None else min(_PAGE, left)
            serials = session.scalars(older.limit(size)).all()
            if not serials:
                return
            found = _page(session, serials[-1], serials[0])
        yield from found
        older = newest_first.where(serial < serials[-1])
        left = None if left is None else left - len(serials)


def sources(db: Database) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return every revision with its source.

    Raises
    ------
    StoreError
    """
    row = tables.Revision
    with _reading(db) as session:
        names = session.scalars(select(row.revision)).all()
    for name in names:
        with _reading(db) as session:
            yield name, session.scalar(select(row.source).where(row.revision == name)) or {}


@contextmanager
def _reading(db: Database) -> Iterator[Session]:
    """Open a transaction on tables that may not be as they should."""
    try:
        with db.reading() as session:
            yield session
    except (SQLAlchemyError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise StoreError(f"the tables are not as they should be: {reason}") from error


def _page(session: Session, first: int, last: int) -> list[Recorded]:
    found = attempts.load(session, tables.Attempt.serial.between(first, last))
    outcome, learner = tables.Outcome, tables.Learner
    judged = select(outcome).where(outcome.attempt_id.in_([each.id for each in found]))
    contradictory = {
        each.attempt_id
        for each in session.scalars(judged)
        if (each.outcome.get("score"), each.outcome.get("misconception"))
        != (each.score, each.misconception)
    }
    whose = {each.learner for each in found}
    gone = select(learner.id).where(learner.id.in_(whose), learner.erased_at.is_not(None))
    erased = set(session.scalars(gone))
    return [Recorded(each, each.learner in erased, each.id in contradictory) for each in found]
