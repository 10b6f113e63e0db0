"""Questions that are kept: those of assignments whose results are not out yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, cast, or_, select

from quizsvc.model import over_before
from quizsvc.store.log import asked_at, results_to_come
from quizsvc.store.settling import is_trial
from quizsvc.store.tables import Assignment, Override, Sitting, SittingItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from quizsvc.store.db import Database


@dataclass(frozen=True, slots=True)
class Kept:
    """A question that an assignment asks of a learner."""

    item: str
    revision: str
    assignment: str
    title: str
    """Of the assignment."""


_kept = (
    select(SittingItem.item, SittingItem.revision, Assignment.id, Assignment.title)
    .join(Sitting, Sitting.id == SittingItem.sitting_id)
    .join(Assignment, Assignment.id == Sitting.assignment_id)
    .where(Sitting.learner_id == bindparam("learner"), results_to_come, ~is_trial)
    .order_by(Assignment.created_at, SittingItem.position)
)


def of_learner(db: Database, learner: str, now: datetime) -> tuple[Kept, ...]:
    """Return what assignments ask of a learner in sittings that are open or held back.

    What an instructor tries keeps nothing.
    """
    with db.reading() as session:
        return tuple(Kept(*row) for row in session.execute(_kept, asked_at(learner, now)))


def asked(
    db: Database, learner: str, items: Iterable[str]
) -> tuple[tuple[str, str, str | None], ...]:
    """Return where a learner's sittings ask some items: sitting, item, and its assignment."""
    query = (
        select(Sitting.id, SittingItem.item, Sitting.assignment_id)
        .join(SittingItem, SittingItem.sitting_id == Sitting.id)
        .where(Sitting.learner_id == learner, SittingItem.item.in_(set(items)))
    )
    with db.reading() as session:
        return tuple((sitting, item, of) for sitting, item, of in session.execute(query))


def by_assignments(db: Database, now: datetime) -> dict[str, frozenset[str]]:
    """Return what assignments that are not over keep from everybody, by their assessments."""
    end = over_before(now)
    moved = select(Override.learner_id).where(
        Override.assignment_id == Assignment.id, Override.closes_at >= end
    )
    query = select(Assignment.assessment, Assignment.kept_items).where(
        cast(Assignment.kept_items, Text) != "[]",
        or_(
            Assignment.closes_at.is_(None),
            Assignment.closes_at >= end,
            Assignment.late_until >= end,
            moved.exists(),
        ),
    )
    found: dict[str, frozenset[str]] = {}
    with db.reading() as session:
        for assessment, items in session.execute(query):
            found[assessment] = found.get(assessment, frozenset()).union(items)
    return found


def note(db: Database, asked: Mapping[str, frozenset[str]]) -> None:
    """Note with assignments what their assessments keep by now.

    What an assignment has kept it goes on keeping: a sitting may ask it. That a file is gone says
    nothing, so that what was kept for it stays.

    Parameters
    ----------
    asked : Mapping[str, frozenset[str]]
        Assessment to what it keeps: nothing where it is open to everybody.
    """
    with db.reading() as session:
        query = select(Assignment.id, Assignment.assessment, Assignment.kept_items)
        rows = session.execute(query.where(Assignment.assessment.in_(asked))).all()
    stale = sorted(
        row.id for row in rows if row.kept_items != _kept_by(row.kept_items, asked[row.assessment])
    )
    if not stale:
        return
    with db.writing() as session:
        locked = select(Assignment).where(Assignment.id.in_(stale)).order_by(Assignment.id)
        for row in session.scalars(locked.with_for_update(key_share=True)):
            row.kept_items = _kept_by(row.kept_items, asked[row.assessment])


def _kept_by(before: Iterable[str], now: frozenset[str]) -> list[str]:
    return sorted(now.union(before)) if now else []
