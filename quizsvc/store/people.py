"""Accounts: learners who have a name and are found again from any browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from quizsvc.store import tables

if TYPE_CHECKING:
    from quizsvc.store.db import Database


def time_factor(db: Database, learner: str) -> float:
    """Return what a learner's time limits are multiplied by; 1 for a guest."""
    query = select(tables.Account.time_factor).where(tables.Account.learner_id == learner)
    with db.reading() as session:
        return session.scalar(query) or 1.0
