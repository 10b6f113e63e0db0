"""Judgements: how attempts were graded, and what learners think of their own words.

Both are logs: the newest is in force, and nothing that stands in them is ever changed.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import bindparam, insert, select

from quizsvc.store.statements import table
from quizsvc.store.tables import Attempt, Outcome, SelfRating

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

Reason: TypeAlias = Literal["graded", "graded later", "regraded", "regrade undone"]
"""Why an outcome was added to the log."""


_insert_outcome = insert(table(Outcome)).inline()
_insert_rating = insert(table(SelfRating)).inline()
_log_of_ratings = (
    select(SelfRating.attempt_id, SelfRating.part, SelfRating.rating)
    .where(SelfRating.attempt_id.in_(bindparam("attempts", expanding=True)))
    .order_by(SelfRating.id)
)


def add(db: Database, attempt_id: str, outcome: Mapping[str, Any], reason: Reason) -> None:
    """Append a judgement, which is then in force; those before it stay in the log.

    Graded later is only what nobody has judged by then: of two tries at once the first counts, and
    none is put above a regrade.
    """
    now = db.now()
    judged = select(Outcome.id).where(Outcome.attempt_id == attempt_id).limit(1)
    with db.writing() as session:
        _lock(session, attempt_id)
        if reason == "graded later" and session.scalar(judged) is not None:
            return
        session.execute(_insert_outcome, row(attempt_id, outcome, reason, now))


def rate(db: Database, attempt_id: str, part: str, rating: float) -> None:
    """Append a learner's rating, in [0, 1], of a part that no machine grades.

    One that is in force already, as after a double click, is not appended once more.
    """
    now = db.now()
    rated = {"attempt_id": attempt_id, "part": part, "rating": rating, "created_at": now}
    with db.writing() as session:
        _lock(session, attempt_id)
        if ratings(session.connection(), [attempt_id])[attempt_id].get(part) != rating:
            session.execute(_insert_rating, rated)


def _lock(session: Session, attempt_id: str) -> None:
    """Let no other transaction judge or rate an attempt before this one ends."""
    session.execute(select(Attempt.serial).where(Attempt.id == attempt_id).with_for_update())


def row(
    attempt_id: str, outcome: Mapping[str, Any], reason: Reason, now: datetime
) -> dict[str, Any]:
    """Return the row of a judgement."""
    return {
        "attempt_id": attempt_id,
        "outcome": outcome,
        "score": outcome["score"],
        "misconception": outcome["misconception"],
        "reason": reason,
        "created_at": now,
    }


def append(connection: Connection, judged: Mapping[str, Any]) -> None:
    """Write a row of `row`."""
    connection.execute(_insert_outcome, judged)


def ratings(connection: Connection, attempt_ids: list[str]) -> defaultdict[str, dict[str, float]]:
    """Return attempt id to part name to the latest rating."""
    latest: defaultdict[str, dict[str, float]] = defaultdict(dict)
    if attempt_ids:
        for attempt_id, part, rating in connection.execute(
            _log_of_ratings, {"attempts": attempt_ids}
        ):
            latest[attempt_id][part] = rating
    return latest
