"""A learner's log as progress reads it: one query, without what only a regrade needs."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from quizsvc.model import GRACE, LogEntry, Named, over_before
from quizsvc.store.tables import (
    Aid,
    Attempt,
    Outcome,
    SelfRating,
    Sitting,
    SittingItem,
    UtcTime,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

_OVER = bindparam("over_before", type_=UtcTime)
"""What `model.over_before` returns: deadlines and closing times before it are over."""

sitting_released = or_(
    Sitting.feedback == "answer",
    and_(
        Sitting.submitted_at.is_not(None),
        or_(
            Sitting.feedback != "closing",
            Sitting.closes_at < _OVER,
        ),
    ),
)
"""Whether the learner may know by now how the answers of a sitting were judged."""

released = or_(Attempt.sitting_id.is_(None), sitting_released)
"""The same of an attempt, beside its sitting."""

in_force = (
    Outcome.id
    == select(func.max(Outcome.id))
    .where(Outcome.attempt_id == Attempt.id)
    .correlate(Attempt)
    .scalar_subquery()
)

helped = and_(
    Aid.learner_id == Attempt.learner_id,
    Aid.item == Attempt.item,
    Aid.variant_number == Attempt.variant_number,
)
"""Whether help was taken with the variant that an attempt answers."""

_Other = aliased(Aid)
_shown_at = (
    select(func.max(_Other.solved_at))
    .where(
        _Other.learner_id == Attempt.learner_id,
        _Other.item == Attempt.item,
        _Other.solved_at <= Attempt.created_at,
    )
    .correlate(Attempt)
    .scalar_subquery()
)

_log = (
    select(
        Attempt.id,
        Attempt.item,
        Attempt.variant_number,
        cast(Attempt.parameters, Text).label("content"),
        Attempt.created_at.label("at"),
        Attempt.sitting_id,
        case((Sitting.feedback == "closing", Sitting.closes_at)).label("released_at"),
        Outcome.id.label("judged"),
        Outcome.score,
        # Nothing else of the outcome is needed, and reading it costs more than all the rest.
        case((Outcome.misconception.is_not(None), Outcome.outcome)).label("named"),
        Aid.hints,
        Aid.hinted_at,
        Aid.solved_at,
        _shown_at.label("shown_at"),
    )
    .outerjoin(Outcome, in_force)
    .outerjoin(Sitting, Sitting.id == Attempt.sitting_id)
    .outerjoin(Aid, helped)
    .where(Attempt.learner_id == bindparam("learner"), released)
    .order_by(Attempt.serial)
)

_ratings = (
    select(SelfRating.attempt_id, SelfRating.part, SelfRating.rating)
    .join(Attempt, Attempt.id == SelfRating.attempt_id)
    .where(Attempt.learner_id == bindparam("learner"))
    .order_by(SelfRating.id)
)

results_to_come = or_(
    and_(
        Sitting.submitted_at.is_(None),
        or_(Sitting.deadline_at.is_(None), Sitting.deadline_at >= _OVER),
    ),
    and_(Sitting.feedback == "closing", Sitting.closes_at >= _OVER),
)
"""Whether a sitting is open, or its results are held back."""

_pinned = (
    select(SittingItem.item, SittingItem.revision)
    .join(Sitting, Sitting.id == SittingItem.sitting_id)
    .where(Sitting.learner_id == bindparam("learner"), results_to_come)
    .distinct()
)


_shown = (
    select(Sitting.assessment)
    .where(
        Sitting.learner_id == bindparam("learner"),
        Sitting.submitted_at.is_not(None),
        sitting_released,
    )
    .distinct()
)


def asked_at(learner: str, now: datetime) -> dict[str, Any]:
    """Return what `released` and `results_to_come` have to be asked with."""
    return {"learner": learner, "over_before": over_before(now)}


def of_learner(db: Database, learner: str, now: datetime) -> tuple[LogEntry, ...]:
    """Return the attempts whose outcome the learner may know by now, in the order of the log.

    What is released late, or handed in late by the clock, stands where it came in: nothing is
    ever put before what was there already.
    """
    with db.reading() as session:
        rows = session.execute(_log, asked_at(learner, now)).all()
        ratings = _latest_ratings(session, learner)
    entries: list[LogEntry] = []
    last = None
    for row in rows:
        last = row.at if last is None else max(last, row.at)
        known = last if row.released_at is None else max(last, row.released_at + GRACE)
        entries.append(_entry(row, known, ratings.get(row.id)))
    return tuple(sorted(entries, key=lambda entry: entry.since))


def pinned_items(db: Database, learner: str, now: datetime) -> dict[str, set[str]]:
    """Return the items of the learner's sittings that are open, or whose results are held back.

    With each come the revisions at which they ask it.
    """
    found: dict[str, set[str]] = {}
    with db.reading() as session:
        for item, revision in session.execute(_pinned, asked_at(learner, now)):
            found.setdefault(item, set()).add(revision)
    return found


def assessments_shown(db: Database, learner: str, now: datetime) -> frozenset[str]:
    """Return the assessments of which the learner has a sitting with results that are shown."""
    with db.reading() as session:
        return frozenset(session.scalars(_shown, asked_at(learner, now)))


def _entry(row: Row[Any], since: datetime, ratings: Mapping[str, float] | None) -> LogEntry:
    hinted = row.hinted_at is not None and row.hinted_at <= row.at
    return LogEntry(
        id=row.id,
        item=row.item,
        variant_number=row.variant_number,
        content=row.content,
        at=row.at,
        since=since,
        judged=row.judged is not None,
        score=row.score,
        self_rating=fmean(ratings.values()) if ratings else None,
        misconceptions=_named(row.named),
        in_sitting=row.sitting_id is not None,
        hints=row.hints if hinted else 0,
        solved=row.solved_at is not None and row.solved_at <= row.at,
        shown_at=row.shown_at,
    )


def _named(outcome: Mapping[str, Any] | None) -> tuple[Named, ...]:
    """Return what the parts of an outcome were recognised as, each once."""
    parts = outcome["parts"].values() if outcome else ()
    found = {
        part["misconception"]: Named(part["misconception"], part["message"])
        for part in parts
        if part["misconception"] is not None
    }
    return tuple(found.values())


def _latest_ratings(session: Session, learner: str) -> dict[str, dict[str, float]]:
    """Return attempt id to part to the learner's latest rating of it."""
    latest: dict[str, dict[str, float]] = {}
    for attempt, part, rating in session.execute(_ratings, {"learner": learner}):
        latest.setdefault(attempt, {})[part] = rating
    return latest
