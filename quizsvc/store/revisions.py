"""Revisions: the source of every item that was used, so that it can be served and regraded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, literal, select

from quizsvc.store import tables
from quizsvc.store.statements import InsertIfAbsent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

_known = select(literal(True)).where(tables.Revision.revision == bindparam("revision"))
_of_item = (
    select(tables.Revision.revision)
    .where(tables.Revision.item == bindparam("item"))
    .order_by(tables.Revision.created_at.desc())
)
_insert = InsertIfAbsent(tables.Revision, "revision")


def source(db: Database, revision: str) -> Mapping[str, Any] | None:
    """Return the source of an item as it was at that revision, or None if it was never used."""
    with db.reading() as session:
        return session.scalar(
            select(tables.Revision.source).where(tables.Revision.revision == revision)
        )


def of_item(db: Database, item: str) -> Sequence[str]:
    """Return all revisions of an item that were ever used, the latest first."""
    with db.reading() as session:
        return session.scalars(_of_item, {"item": item}).all()


def remember(
    at: Session | Connection, revision: str, item: str, source: Mapping[str, Any], now: datetime
) -> None:
    """Keep the source of a revision; the first one stays, since a revision is its source's hash."""
    # Asked first, since writing out the source costs more than the question.
    if at.scalar(_known, {"revision": revision}) is None:
        values = {"revision": revision, "item": item, "source": source, "created_at": now}
        _insert(at, values)
