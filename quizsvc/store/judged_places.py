"""How the places of an assignment's sittings are judged now, as a regrade reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import func, select

from quizsvc.store import sittings, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.db import Database
    from quizsvc.store.sittings import PinnedItem

Version: TypeAlias = tuple[str, int, int | None, str | None]
"""Sitting, position, outcome in force and the revision of a regrade before."""


not_a_trial = (
    ~select(tables.Membership.learner_id)
    .join(tables.Assignment, tables.Assignment.section_id == tables.Membership.section_id)
    .where(
        tables.Assignment.id == tables.Sitting.assignment_id,
        tables.Membership.learner_id == tables.Sitting.learner_id,
        tables.Membership.role == "instructor",
    )
    .correlate(tables.Sitting)
    .exists()
)
"""Whether a sitting is no instructor's trial. Whoever has left the section may come back to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPlace:
    """A place of a sitting that was handed in, as it is judged now."""

    sitting: str
    number: int
    """This is the learner's nth sitting of the assignment."""
    learner: str
    name: str
    """Of the learner's account; empty if it was deleted."""
    pinned: PinnedItem
    attempt: StoredAttempt | None
    """None where nothing was answered."""
    outcome_id: int | None
    """Of the outcome in force."""


def revisions_used(db: Database, assignment: str) -> dict[str, dict[str, int]]:
    """Return item to revision to how many places of handed-in sittings are judged by it."""
    place, sitting = tables.SittingItem, tables.Sitting
    revision = func.coalesce(place.mended_revision, place.revision)
    query = (
        select(place.item, revision, func.count())
        .join(sitting, sitting.id == place.sitting_id)
        .where(sitting.assignment_id == assignment, sitting.submitted_at.is_not(None), not_a_trial)
        .group_by(place.item, revision)
        .order_by(func.min(place.position), place.item, revision)
    )
    found: dict[str, dict[str, int]] = {}
    with db.reading() as session:
        for item, used, count in session.execute(query):
            found.setdefault(item, {})[used] = count
    return found


def places(db: Database, assignment: str, item: str) -> tuple[JudgedPlace, ...]:
    """Return the places of an item in an assignment's handed-in sittings, by name and number."""
    with db.reading() as session:
        return load(session, assignment, item)


def load(session: Session, assignment: str, item: str) -> tuple[JudgedPlace, ...]:
    """Do the work of `places` inside a transaction."""
    found = sittings.load(
        session,
        tables.Sitting.assignment_id == assignment,
        tables.Sitting.submitted_at.is_not(None),
        not_a_trial,
    )
    outcome, account = tables.Outcome, tables.Account
    judged = (
        select(outcome.attempt_id, func.max(outcome.id))
        .join(tables.Attempt, tables.Attempt.id == outcome.attempt_id)
        .join(tables.Sitting, tables.Sitting.id == tables.Attempt.sitting_id)
        .where(tables.Sitting.assignment_id == assignment)
        .group_by(outcome.attempt_id)
    )
    in_force = dict(session.execute(judged).all())
    learners = {each.learner for each in found}
    named = select(account.learner_id, account.name).where(account.learner_id.in_(learners))
    names = dict(session.execute(named).all())
    made = [
        JudgedPlace(
            sitting=sitting.id,
            number=sitting.turn,
            learner=sitting.learner,
            name=names.get(sitting.learner, ""),
            pinned=pinned,
            attempt=attempt,
            outcome_id=None if attempt is None else in_force.get(attempt.id),
        )
        for sitting in found
        for pinned in sitting.items
        for attempt in [sitting.attempts.get(pinned.position)]
        if pinned.item == item
    ]
    return tuple(sorted(made, key=lambda each: (each.name, each.learner, each.number)))


def versions(found: Sequence[JudgedPlace]) -> set[Version]:
    """Return what must be the same when a regrade is applied as when it was worked out."""
    return {
        (each.sitting, each.pinned.position, each.outcome_id, each.pinned.mended_revision)
        for each in found
    }
