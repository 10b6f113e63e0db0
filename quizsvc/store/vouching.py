"""Whose account an instructor may look after: make links for it, grant it extra time.

Whoever makes a link can choose the password and read all that the account may. So it takes an
instructor to whom the learner came by himself, or who made the account; and as soon as the learner
has come so to somebody else's section too, it takes an admin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from quizsvc.store import people
from quizsvc.store.people import COLUMNS, from_row
from quizsvc.store.tables import Account, Membership

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, ScalarSelect

    from quizsvc.store.db import Database

_Mine = aliased(Membership)


def learners_of(
    db: Database, instructor: str, text: str = "", *, offset: int = 0, limit: int | None = None
) -> list[people.Account]:
    """Return who is in an instructor's sections, and the instructor, by name, as `people.search`.

    Those who are in somebody's section have no secret of it: their names stand on its list.
    """
    query = (
        select(*COLUMNS)
        .where(people.holds(text), _seen_by(instructor))
        .order_by(Account.name_key)
        .offset(offset)
        .limit(limit)
    )
    with db.reading() as session:
        return [from_row(row) for row in session.execute(query)]


def sees(db: Database, instructor: str, learner: str) -> bool:
    """Tell whether somebody is in one of an instructor's sections, or is himself."""
    query = select(Account.learner_id).where(Account.learner_id == learner, _seen_by(instructor))
    with db.reading() as session:
        return session.scalar(query) is not None


def vouches(db: Database, instructor: str, learner: str) -> bool:
    """Tell whether an instructor may look after somebody's account."""
    came = Membership.placed.is_(False)
    is_mine = Membership.section_id.in_(_sections(instructor))
    query = select(func.count().filter(is_mine, came), func.count().filter(~is_mine, came)).where(
        Membership.learner_id == learner, Membership.role == "learner"
    )
    account = select(Account.role).where(Account.learner_id == learner)
    with db.reading() as session:
        here, elsewhere = session.execute(query).one()
        return session.scalar(account) == "learner" and here > 0 and elsewhere == 0


def _sections(instructor: str) -> ScalarSelect[str]:
    mine = and_(_Mine.learner_id == instructor, _Mine.role == "instructor")
    return select(_Mine.section_id).where(mine).scalar_subquery()


def _seen_by(instructor: str) -> ColumnElement[bool]:
    together = select(Membership.learner_id).where(Membership.section_id.in_(_sections(instructor)))
    return or_(Account.learner_id == instructor, Account.learner_id.in_(together))
