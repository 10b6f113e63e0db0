"""Limits on how often something may be tried: counters in fixed stretches of time.

They stand in the database, since several processes answer for one service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from quizsvc.store import tables
from quizsvc.store.statements import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a stretch of time."""

    name: str
    most: int
    stretch: timedelta


SIGN_INS_OF_NAME = Limit("name", 10, timedelta(minutes=15))
"""Failed ones."""
SIGN_INS_FROM_ADDRESS = Limit("sign-in", 300, timedelta(minutes=15))
"""Failed ones: a class of 60 behind one address that mistypes thrice passes."""
SIGN_UPS_FROM_ADDRESS = Limit("sign-up", 200, timedelta(hours=1))
PROPOSALS_FROM_ADDRESS = Limit("proposal", 1000, timedelta(hours=1))
"""Draws of a number: thousands of them would tell which are never drawn, so whom there is."""
LINKS_FROM_ADDRESS = Limit("link", 100, timedelta(hours=1))
"""Tries of links that there are not."""

JOINS_OF_ACCOUNT = Limit("join-as", 20, timedelta(minutes=15))
"""Tries of join codes that no section has."""
JOINS_FROM_ADDRESS = Limit("join", 300, timedelta(minutes=15))
"""The same for a whole class behind one address."""
ACCESS_CODES_OF_ACCOUNT = Limit("access", 10, timedelta(minutes=15))
"""Wrong access codes for one assignment."""

_LONGEST_STRETCH = timedelta(hours=1)

Counter = tuple[Limit, str]
"""A limit and what it is counted for, as a keyed hash: no name or address is kept."""

_tally = table(tables.Tally)


def _count_one(dialect: Any) -> Any:
    """Build the one statement that counts: two workers at once are both counted."""
    over = _tally.c.began_at <= bindparam("until", type_=tables.UtcTime)
    insert = dialect.insert(_tally)
    return insert.on_conflict_do_update(
        index_elements=[_tally.c.key],
        set_={
            "count": case((over, 1), else_=_tally.c.count + 1),
            "began_at": case((over, insert.excluded.began_at), else_=_tally.c.began_at),
        },
    ).returning(_tally.c.count, _tally.c.began_at)


_COUNT = {"sqlite": _count_one(sqlite), "postgresql": _count_one(postgresql)}


def count(db: Database, counters: Sequence[Counter]) -> timedelta | None:
    """Count one try with each counter; return how long to wait if it is one too many.

    What comes after a counter that is over its limit is not counted: whoever is refused for a name
    does not use up what an address may do.
    """
    now = db.now()
    with db.writing() as session:
        for limit, subject in counters:
            values = {"key": _key(limit, subject), "began_at": now, "count": 1}
            statement = _COUNT[db.dialect]
            so_far, began = session.execute(
                statement, values | {"until": now - limit.stretch}
            ).one()
            if so_far > limit.most:
                wait: timedelta = began + limit.stretch - now
                return wait
        _forget_old(session, now)
    return None


def clear(db: Database, counters: Sequence[Counter]) -> None:
    """Start counting from nothing."""
    keys = [_key(*counter) for counter in counters]
    with db.writing() as session:
        session.execute(delete(_tally).where(_tally.c.key.in_(keys)))


def take_back(db: Database, counters: Sequence[Counter]) -> None:
    """Count one try less: it was none of those that are limited."""
    keys = [_key(*counter) for counter in counters]
    with db.writing() as session:
        found = _tally.c.key.in_(keys) & (_tally.c.count > 0)
        session.execute(update(_tally).where(found).values(count=_tally.c.count - 1))


def _key(limit: Limit, subject: str) -> str:
    return f"{limit.name}:{subject}"


def _forget_old(session: Session, now: datetime) -> None:
    """Delete what no limit looks at any more, and wait for nobody who is counting just then."""
    old = select(_tally.c.key).where(_tally.c.began_at <= now - _LONGEST_STRETCH)
    session.execute(delete(_tally).where(_tally.c.key.in_(old.with_for_update(skip_locked=True))))
