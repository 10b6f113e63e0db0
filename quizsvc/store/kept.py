"""Questions that are kept: those of a learner's assignments whose results are not out yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from quizsvc.store.log import asked_at, results_to_come
from quizsvc.store.settling import is_trial
from quizsvc.store.tables import Assignment, Sitting, SittingItem

if TYPE_CHECKING:
    from collections.abc import Iterable
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
