"""Preferences: how a learner wants to be reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.model import Preferences
from quizsvc.store import learners, tables

if TYPE_CHECKING:
    from quizsvc.store.db import Database


def find(db: Database, learner: str) -> Preferences:
    """Return what the learner has chosen, or what holds for who has not."""
    with db.reading() as session:
        row = session.get(tables.Preferences, learner)
        return Preferences(row.daily_limit, row.retention) if row else Preferences()


def save(db: Database, learner: str, chosen: Preferences) -> None:
    """Keep what the learner has chosen.

    Raises
    ------
    NotSavedError
        The database could not be written.
    """
    now = db.now()
    with db.writing() as session:
        learners.remember(session, learner, now)
        learners.lock(session, learner)  # or two first choices at once would be two rows
        row = session.get(tables.Preferences, learner)
        if row is None:
            row = tables.Preferences(learner_id=learner)
            session.add(row)
        row.daily_limit = chosen.daily_limit
        row.retention = chosen.retention
